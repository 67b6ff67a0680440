/** Entry of the shared worker: holds the stream of all tabs, for as long as one of them is open. */
import { openStream } from './stream-client.ts';
import { createStreamHub, type PageCall } from './stream-hub.ts';

const base = new URL(location.origin);
const hub = createStreamHub((handlers) => openStream({ base, ...handlers }));

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port === undefined) return;
  port.onmessage = ({ data }: MessageEvent<PageCall>) => {
    hub.take(port, data);
  };
  // Some browsers report a crashed tab, which said nothing itself.
  port.addEventListener('close', () => {
    hub.take(port, 'leave');
  });
});
