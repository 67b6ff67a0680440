import { expect, it } from 'vitest';
import { streamUrl } from '../../../src/main/cli/watch/stream-url.ts';

it.each([
  ['http://localhost:8765', 'http://localhost:8765/api/benchmark-sse?vm=*&error_event=problem'],
  ['localhost:8765/', 'http://localhost:8765/api/benchmark-sse?vm=*&error_event=problem'],
  [
    'https://example.org/bench/sse?vm=a&interval=2#x',
    'https://example.org/bench/sse?vm=a&interval=2&error_event=problem',
  ],
])('%s → %s', (given, url) => {
  expect(streamUrl(given).href).toBe(url);
});

it.each(['', 'ftp://x', 'http://', 'http://u:pw@host/'])(
  'refuses %j, without telling a password',
  (given) => {
    expect(() => streamUrl(given)).toThrow(expect.objectContaining({ name: 'UserError', exitCode: 2 }));
    expect(() => streamUrl(given)).not.toThrow(/pw/);
  },
);
