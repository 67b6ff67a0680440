/** Run by a test: opens many streams, reads them and says how many bytes of them came. So that only the server is measured. */
import { connect } from 'node:net';

const [, , port, count] = process.argv;
let received = 0;
for (let index = 0; index < Number(count); index += 1) {
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('GET /api/benchmark-sse?interval=60 HTTP/1.1\r\nHost: localhost\r\n\r\n');
  socket.on('data', (part) => (received += part.length));
}
process.on('message', () => process.send?.(received));
