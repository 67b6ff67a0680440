import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createChannel,
  type Batch,
  type ChannelMember,
} from '../../../src/main/engine/server/stream/channel.ts';
import {
  checkEveryMs,
  createSink,
  sinkLimits,
  type Sink,
  type SinkTarget,
} from '../../../src/main/engine/server/stream/sink.ts';
import { createSnapshotTimers } from '../../../src/main/engine/server/stream/snapshot-timers.ts';
import { createThrottle } from '../../../src/main/engine/server/stream/throttle.ts';

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
    write(bytes: Buffer, callback: () => void) {
      writes.push(String(bytes));
      callbacks.push(callback);
      target.writableLength += bytes.length;
      target.writableNeedDrain = target.writableLength > 16_384;
      return !target.writableNeedDrain;
    },
    end() {
      target.isEnded = true;
    },
    req: {
      socket: {
        destroyed: false,
        destroy() {
          target.destroyed = true;
          target.req.socket.destroyed = true;
        },
      },
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
  const small = Buffer.from('x');

  /** As time passes for it. */
  const pass = (sink: Sink, seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      vi.advanceTimersByTime(checkEveryMs);
      sink.check();
    }
  };

  it('breaks a silence of 15 s, and no other', () => {
    const { target, writes, takeAll } = createTarget();
    const sink = createSink(target, sinkLimits, () => undefined);
    pass(sink, 14);
    // Between two checks: the one that is nearer to the 15 s counts.
    vi.advanceTimersByTime(300);
    sink.write(Buffer.from('event'));
    takeAll();
    vi.advanceTimersByTime(700);
    pass(sink, 13);
    expect(writes).toEqual(['event']);
    pass(sink, 1);
    takeAll();
    expect(writes).toEqual(['event', ': keep-alive\n\n']);
    pass(sink, 14);
    expect(writes).toHaveLength(2);
    pass(sink, 1);
    expect(writes).toHaveLength(3);
    // Nobody took the last one: another would only wait behind it.
    pass(sink, 30);
    expect(writes).toHaveLength(3);
    takeAll();
    sink.dispose();
    pass(sink, 30);
    expect(writes).toHaveLength(3);
  });

  it('cuts a client that has not taken what it was sent while more than a megabyte came up', () => {
    const { target, takeAll } = createTarget();
    const sink = createSink(target, sinkLimits, () => undefined);
    const check = () => {
      sink.check();
      return [target.destroyed, sink.wasCut(), sink.isOver()];
    };
    sink.write(Buffer.alloc(70_000));
    sink.owe(5_000_000);
    takeAll();
    // It has read all that it was given: what came up meanwhile is on its way.
    expect(check()).toEqual([false, false, false]);
    sink.write(Buffer.alloc(1_000_000));
    sink.owe(48_576);
    expect(check()).toEqual([false, false, false]);
    sink.owe(1);
    expect(check()).toEqual([true, true, true]);
  });

  it('cuts a client for which anything has waited for a minute, not one that is always a little behind', () => {
    const { target, takeAll } = createTarget();
    const sink = createSink(target, sinkLimits, () => undefined);
    for (let second = 0; second < 200; second += 1) {
      sink.write(small);
      vi.advanceTimersByTime(1000);
      sink.check();
      if (second % 50 === 49) takeAll();
    }
    expect(target.destroyed).toBe(false);
    sink.write(small);
    vi.advanceTimersByTime(60_000);
    sink.check();
    expect(target.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    sink.check();
    expect(target.destroyed).toBe(true);
  });

  it.each([3_600_000, -3_600_000])('measures no time by a clock that is set by %d ms', (changeMs) => {
    const { target, writes, takeAll } = createTarget();
    const sink = createSink(target, sinkLimits, () => undefined);
    sink.write(small);
    vi.setSystemTime(Date.now() + changeMs);
    pass(sink, 60);
    expect(target.destroyed).toBe(false);
    takeAll();
    pass(sink, 1);
    takeAll();
    vi.setSystemTime(Date.now() + changeMs);
    pass(sink, 14);
    expect(writes).toHaveLength(2);
    pass(sink, 62);
    expect([writes.length, target.destroyed]).toEqual([3, true]);
  });

  it('notices a client that has gone without a word though nothing but comments goes out', () => {
    const { target } = createTarget();
    const sink = createSink(target, sinkLimits, () => undefined);
    // A silence of 15 s, then a minute in which the comment is not taken.
    pass(sink, 75);
    expect(target.destroyed).toBe(false);
    pass(sink, 1);
    expect(target.destroyed).toBe(true);
  });

  it('is over as soon as its connection has been destroyed by somebody else', () => {
    const { target } = createTarget();
    const sink = createSink(target, sinkLimits, () => undefined);
    expect(sink.isOver()).toBe(false);
    target.req.socket.destroy();
    expect([sink.isOver(), sink.wasCut()]).toEqual([true, false]);
  });

  it('tells when there is room again, and sends nothing after its end', () => {
    const { target, writes, takeAll } = createTarget();
    const onFree = vi.fn();
    const sink = createSink(target, sinkLimits, onFree);
    sink.write(Buffer.alloc(20_000));
    expect([sink.isFull(), onFree.mock.calls.length]).toEqual([true, 0]);
    takeAll();
    expect([sink.isFull(), onFree.mock.calls.length]).toEqual([false, 1]);
    sink.write(Buffer.from('last'));
    sink.end();
    sink.write(Buffer.from('late'));
    expect([writes.at(-1), target.isEnded, sink.wasCut()]).toEqual(['last', true, false]);
    takeAll();
    expect(onFree).toHaveBeenCalledTimes(1);
  });
});

describe('a channel', () => {
  const view = { vm: null, errorEvent: 'error' };
  const event = (seq: number) => ({ seq, type: 'error' }) as const;

  it('sends what happens within one turn as one piece that all share, and under load within a pause', async () => {
    const onSent = vi.fn();
    const channel = createChannel({ view, headSeq: 7, onSent, onEmpty: () => undefined });
    const taken: Batch[][] = [[], []];
    for (const batches of taken) channel.join({ take: (batch) => batches.push(batch) > 0 });
    // Behind: nothing goes out to it.
    channel.join({ take: () => false });
    channel.addJournal('a', event(8));
    channel.addSnapshot('b', { kind: 'progress', vm: 'vm-a' });
    expect(taken).toEqual([[], []]);
    await Promise.resolve();
    expect(taken[0]?.[0]).toMatchObject({
      counts: { error: 1, progress: 1 },
      journalBytes: 1,
      snapshots: [{ kind: 'progress', vm: 'vm-a' }],
    });
    expect(String(taken[0]?.[0]?.bytes)).toBe('ab');
    expect(taken[1]?.[0]?.bytes).toBe(taken[0]?.[0]?.bytes);
    expect(onSent).toHaveBeenCalledExactlyOnceWith({ error: 1, progress: 1 }, 2);
    await new Promise(setImmediate);
    for (const seq of [9, 10, 11]) {
      channel.addJournal(`${seq} `, event(seq));
      await Promise.resolve();
      vi.advanceTimersByTime(1);
    }
    expect([taken[0]?.length, channel.sentSeq()]).toEqual([1, 8]);
    vi.advanceTimersByTime(5);
    expect([taken[0]?.map(({ bytes }) => String(bytes)), channel.sentSeq()]).toEqual([
      ['ab', '9 10 11 '],
      11,
    ]);
  });

  it('does not let much pile up, and is gone with its last stream', () => {
    const onEmpty = vi.fn();
    const channel = createChannel({ view, headSeq: 0, onSent: () => undefined, onEmpty });
    const lengths: number[] = [];
    const one: ChannelMember = { take: ({ bytes }) => lengths.push(bytes.length) > 0 };
    const other: ChannelMember = { take: () => true };
    channel.join(one);
    channel.join(other);
    for (let seq = 1; seq <= 10; seq += 1) channel.addJournal('x'.repeat(100_000), event(seq));
    expect(lengths).toEqual([300_000, 300_000, 300_000]);
    channel.leave(one);
    channel.leave(one);
    expect(onEmpty).not.toHaveBeenCalled();
    channel.leave(other);
    channel.leave(other);
    expect(onEmpty).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the throttle', () => {
  it('sends the first request at once, then ten a second for each key', () => {
    const sent: string[] = [];
    const throttle = createThrottle(100, (key) => sent.push(key));
    throttle.request('a');
    throttle.request('b');
    expect(sent).toEqual(['a', 'b']);
    for (let ms = 0; ms < 1000; ms += 10) {
      throttle.request('a');
      vi.advanceTimersByTime(10);
    }
    expect(sent.filter((key) => key === 'a')).toHaveLength(11);
    vi.advanceTimersByTime(1000);
    expect(sent.filter((key) => key === 'a').length).toBeLessThanOrEqual(12);
    throttle.stop();
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
