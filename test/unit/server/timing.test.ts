import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPace } from '../../../src/main/server/pace.ts';
import { createSink, sinkLimits, type SinkTarget } from '../../../src/main/server/sink.ts';
import { createSnapshotTimers } from '../../../src/main/server/snapshot-timers.ts';

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A connection that takes what it is given only when told to. */
function createTarget(): {
  target: SinkTarget & { isEnded: boolean };
  writes: string[];
  takeAll: () => void;
} {
  const writes: string[] = [];
  const callbacks: (() => void)[] = [];
  const target = {
    destroyed: false,
    writableLength: 0,
    writableNeedDrain: false,
    isEnded: false,
    write(text: string, callback: () => void) {
      writes.push(text);
      callbacks.push(callback);
      target.writableLength += Buffer.byteLength(text);
      target.writableNeedDrain = target.writableLength > 16_384;
      return !target.writableNeedDrain;
    },
    once: () => target,
    end(callback: () => void) {
      target.isEnded = true;
      callback();
    },
    destroy() {
      target.destroyed = true;
    },
  };
  return {
    target: target as unknown as SinkTarget & { isEnded: boolean },
    writes,
    takeAll() {
      target.writableLength = 0;
      target.writableNeedDrain = false;
      for (const callback of callbacks.splice(0)) callback();
    },
  };
}

describe('the sink', () => {
  it('sends what one turn wrote in one piece', async () => {
    const { target, writes } = createTarget();
    const sink = createSink(target, sinkLimits, () => undefined);
    sink.write('a');
    sink.write('b');
    expect(writes).toEqual([]);
    await Promise.resolve();
    expect(writes).toEqual(['ab']);
    void sink.end();
  });

  it('breaks a silence of 15 s, and no other', () => {
    const { target, writes, takeAll } = createTarget();
    const sink = createSink(target, sinkLimits, () => undefined);
    const send = (text: string) => {
      sink.write(text);
      sink.flush();
      takeAll();
    };
    vi.advanceTimersByTime(14_999);
    send('event');
    vi.advanceTimersByTime(14_999);
    expect(writes).toEqual(['event']);
    vi.advanceTimersByTime(1);
    sink.flush();
    takeAll();
    expect(writes).toEqual(['event', ': keep-alive\n\n']);
    vi.advanceTimersByTime(15_000);
    sink.flush();
    expect(writes).toHaveLength(3);
    // Nobody took the last one: another would only wait behind it.
    vi.advanceTimersByTime(30_000);
    sink.flush();
    expect(writes).toHaveLength(3);
    sink.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('cuts a client for which more than a megabyte waits, but lets one big event pass', () => {
    const { target, takeAll } = createTarget();
    const sink = createSink(target, sinkLimits, () => undefined);
    const send = (text: string) => {
      sink.write(text);
      sink.flush();
    };
    send('x'.repeat(3_000_000));
    takeAll();
    send('x'.repeat(1_048_576));
    send('still within');
    expect(target.destroyed).toBe(false);
    send('too much');
    expect(target.destroyed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('cuts a client for which anything has waited for a minute, not one that is always a little behind', () => {
    const { target, takeAll } = createTarget();
    const sink = createSink(target, sinkLimits, () => undefined);
    for (let second = 0; second < 200; second += 1) {
      sink.write('x');
      sink.flush();
      vi.advanceTimersByTime(1000);
      sink.check(Date.now());
      if (second % 50 === 49) takeAll();
    }
    expect(target.destroyed).toBe(false);
    sink.write('x');
    sink.flush();
    vi.advanceTimersByTime(60_000);
    sink.check(Date.now());
    expect(target.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    sink.check(Date.now());
    expect(target.destroyed).toBe(true);
  });

  it('tells when there is room again, and sends nothing after its end', () => {
    const { target, writes, takeAll } = createTarget();
    const onFree = vi.fn();
    const sink = createSink(target, sinkLimits, onFree);
    sink.write('x'.repeat(20_000));
    sink.flush();
    expect([sink.isFull(), onFree.mock.calls.length]).toEqual([true, 0]);
    takeAll();
    expect([sink.isFull(), onFree.mock.calls.length]).toEqual([false, 1]);
    sink.write('last');
    void sink.end();
    sink.write('late');
    sink.flush();
    expect([writes.at(-1), target.isEnded]).toEqual(['last', true]);
    takeAll();
    expect(onFree).toHaveBeenCalledTimes(1);
  });
});

describe('the pace', () => {
  it('lets the first pass at once, and then ten a second, for each key', () => {
    const sent: string[] = [];
    const pace = createPace(100, (key) => sent.push(key));
    pace.request('a');
    pace.request('b');
    expect(sent).toEqual(['a', 'b']);
    for (let ms = 0; ms < 1000; ms += 10) {
      pace.request('a');
      vi.advanceTimersByTime(10);
    }
    expect(sent.filter((key) => key === 'a')).toHaveLength(11);
    vi.advanceTimersByTime(1000);
    expect(sent.filter((key) => key === 'a').length).toBeLessThanOrEqual(12);
    pace.stop();
  });

  it('sends at once what waits when asked to, and only that', () => {
    const sent: string[] = [];
    const pace = createPace(100, (key) => sent.push(key));
    pace.flush('a');
    pace.request('a');
    pace.request('a');
    pace.flush('a');
    pace.flush('a');
    expect(sent).toEqual(['a', 'a']);
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual(['a', 'a']);
  });
});

it('keeps one timer for each distinct interval, and tells the smallest', () => {
  const ticks: string[] = [];
  const demand: (number | null)[] = [];
  const timers = createSnapshotTimers<string>(
    (member) => ticks.push(member),
    (smallest) => demand.push(smallest),
  );
  timers.add(5, 'a');
  timers.add(5, 'b');
  timers.add(2, 'c');
  expect(vi.getTimerCount()).toBe(2);
  vi.advanceTimersByTime(5000);
  expect(ticks).toEqual(['c', 'c', 'a', 'b']);
  timers.remove(2, 'c');
  timers.remove(2, 'c');
  timers.remove(5, 'a');
  expect(demand).toEqual([5, 2, 5]);
  timers.remove(5, 'b');
  expect(demand).toEqual([5, 2, 5, null]);
  expect(vi.getTimerCount()).toBe(0);
});
