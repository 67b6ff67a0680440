import { expect, it } from 'vitest';
import { retryPauseMs, streamUrl } from '../../../src/renderer/state/stream-client.ts';
import { parseMessage } from '../../../src/shared/stream-message.ts';

it('asks for all VMs, and goes on where it stood', () => {
  const base = new URL('http://127.0.0.1:8765/some/page');
  const fresh = streamUrl(base, '');
  expect(fresh.href).toBe('http://127.0.0.1:8765/api/benchmark-sse?vm=*&interval=1&error_event=problem');
  expect(streamUrl(base, 'abc-12').searchParams.get('lastEventId')).toBe('abc-12');
});

it('waits longer after each refusal, never in step, and never for ever', () => {
  expect([0, 1, 2, 3].map((refusals) => retryPauseMs(refusals, 1))).toEqual([1000, 2000, 4000, 8000]);
  expect(retryPauseMs(2, 0)).toBe(2000);
  expect([5, 10, 1000].map((refusals) => retryPauseMs(refusals, 1))).toEqual([30_000, 30_000, 30_000]);
});

it('takes nothing for a message that is not one', () => {
  expect(parseMessage('status', '{"vm":"a"}')).toEqual({ event: 'status', data: { vm: 'a' } });
  expect(['', 'x', 'null', '[1]', '"text"', 'undefined'].map((text) => parseMessage('status', text))).toEqual(
    Array(6).fill(null),
  );
});
