import { describe, expect, it } from 'vitest';
import { bestProbe, probeCommand, probePlaceText, readProbe } from '../../../src/main/engine/vm/probe.ts';

const operational = '{"message":"Service is operational","status":"Probe successful"}';

describe('an answer to /probe', () => {
  it.each<[what: string, answer: string | null, kind: string, text: string | undefined]>([
    ['older Flask, one line', `${operational}\n\nhttp 200\n`, 'ready', undefined],
    [
      'newer Flask, four lines',
      '{\n  "message": "Service is operational",\n  "status": "Probe successful"\n}\n\nhttp 200\n',
      'ready',
      undefined,
    ],
    ['without a line end of its own', `${operational}\nhttp 200`, 'ready', undefined],
    [
      'the evaluate server',
      '{"service":"evaluate_server","status":"ok"}\n\nhttp 200\n',
      'wrong',
      'Answers, but is not the benchmark server',
    ],
    [
      'a web page',
      '<html>Probe successful</html>\nhttp 200\n',
      'wrong',
      'Answers, but is not the benchmark server',
    ],
    ['JSON that is no object', 'null\nhttp 200\n', 'wrong', 'Answers, but is not the benchmark server'],
    ['an empty body', '\nhttp 200\n', 'wrong', 'Answers, but is not the benchmark server'],
    ['the right body with the wrong status', `${operational}\nhttp 500\n`, 'wrong', 'HTTP 500'],
    ['an error', '{"status":"error","message":"x"}\n\nhttp 500\n', 'wrong', 'HTTP 500'],
    ['not found', 'Not Found\nhttp 404\n', 'wrong', 'HTTP 404'],
    [
      'nobody listens',
      "curl: (7) Failed to connect to localhost port 5000 after 0 ms: Couldn't connect to server\n\nhttp 000\n",
      'refused',
      'Connection refused',
    ],
    [
      'a proxy hangs up',
      'curl: (52) Empty reply from server\n\nhttp 000\n',
      'refused',
      'Connection closed without an answer',
    ],
    [
      'a proxy resets',
      'curl: (56) Recv failure: Connection reset by peer\n\nhttp 000\n',
      'refused',
      'Connection closed without an answer',
    ],
    [
      'no answer in time',
      'curl: (28) Operation timed out after 7000 milliseconds with 0 bytes received\n\nhttp 000\n',
      'silent',
      'Not responding',
    ],
    [
      'a body that breaks off',
      `${operational.slice(0, 20)}curl: (28) Operation timed out after 7001 milliseconds with 20 out of 65 bytes received\n\nhttp 200\n`,
      'silent',
      'Not responding',
    ],
    [
      'no way',
      'curl: (7) Failed to connect: No route to host\n\nhttp 000\n',
      'silent',
      'No route to the guest',
    ],
    ['wget, which says little', '\nwget: exit 4\nhttp 000\n', 'silent', 'Not responding'],
    [
      'no tool to ask with',
      'neither curl nor wget is installed\nhttp 000\n',
      'silent',
      'Neither curl nor wget is installed on the VM',
    ],
    ['no answer of the shell', null, 'silent', 'Not responding'],
    ['an answer without an end', operational, 'silent', 'Not responding'],
  ])('%s', (_what, answer, kind, text) => {
    expect(readProbe(answer)).toEqual(text === undefined ? { kind } : { kind, text });
  });

  it('is the one that says most, of several', () => {
    const answers = ['silent', 'refused', 'wrong'].map((kind) => ({ kind, text: kind }) as never);
    expect(bestProbe(answers)).toMatchObject({ kind: 'wrong' });
    expect(bestProbe(answers.slice(0, 2))).toMatchObject({ kind: 'refused' });
    expect(bestProbe([...answers, { kind: 'ready' }])).toEqual({ kind: 'ready' });
    expect(bestProbe([])).toMatchObject({ kind: 'silent' });
  });

  it.each([
    ['172.30.0.2', 'http://172.30.0.2:5000/probe'],
    ['2001:db8::1', 'http://[2001:db8::1]:5000/probe'],
    ['[2001:db8::1]', 'http://[2001:db8::1]:5000/probe'],
  ])('is asked for at %s', (address, url) => {
    expect(probeCommand(address, 5000)).toEqual(['get', url]);
  });

  it('says where it came from', () => {
    expect(probePlaceText({ from: 'host', address: 'localhost' }, 5000)).toBe('localhost:5000');
    expect(probePlaceText({ from: 'container', address: '172.30.0.2' }, 5000)).toBe(
      'container:172.30.0.2:5000',
    );
  });
});
