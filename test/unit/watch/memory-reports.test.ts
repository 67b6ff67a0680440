/** When a lack of memory in a container is reported, and that it is reported once. */
import { describe, expect, it } from 'vitest';
import type { ContainerState } from '../../../src/main/engine/vm/index.ts';
import { MemoryReports } from '../../../src/main/engine/watch/looks/memory-reports.ts';

const first = '2026-01-28T22:00:00.000Z';
const second = '2026-01-28T22:10:00.000Z';

function reporting() {
  let nowMs = 0;
  const memory = new MemoryReports(() => nowMs);
  const ended = (startedAt: string, outOfMemory: boolean): ContainerState => ({
    ...{ name: 'winarena', state: 'exited', exitCode: 137, startError: null, outOfMemory, startedAt },
    ...{ addresses: [], mounts: [] },
  });
  return {
    memory,
    pass: (ms: number) => (nowMs += ms),
    ends: (startedAt: string, outOfMemory: boolean) =>
      memory.hasEnded('winarena', ended(startedAt, outOfMemory)),
  };
}

describe('a lack of memory', () => {
  it('that ended the container is reported by its state alone', () => {
    const { memory, ends } = reporting();
    expect(ends(first, true)).toBe(true);
    expect(memory.hasEnded('winarena', null)).toBe(false);
    expect(ends(second, false)).toBe(false);
  });

  it('that ended the container is reported once if the engine reports it first', () => {
    const { memory, ends } = reporting();
    memory.report('winarena', first);
    expect(memory.goesOn('winarena', first)).toBe('later');
    expect(ends(first, true)).toBe(true);
    expect(memory.goesOn('winarena', second)).toBeNull();
  });

  it('is reported if the engine has restarted the container meanwhile', () => {
    const { memory } = reporting();
    memory.report('winarena', first);
    expect(memory.goesOn('winarena', second)).toBe('container');
    expect(memory.goesOn('winarena', second)).toBeNull();
  });

  it('of a process is reported once for all that it killed, and not again with a later end', () => {
    const { memory, pass, ends } = reporting();
    memory.report('winarena', first);
    memory.report('winarena', first);
    pass(3_000);
    expect(memory.goesOn('winarena', first)).toBe('process');
    memory.report('winarena', first);
    pass(3_000);
    expect(memory.goesOn('winarena', first)).toBeNull();
    pass(60_000);
    memory.report('winarena', first);
    pass(3_000);
    expect(memory.goesOn('winarena', first)).toBe('process');
    pass(600_000);
    expect(ends(first, true)).toBe(false);
  });

  it('from before the connection is not reported with a later end, but a new one is', () => {
    const { memory, pass, ends } = reporting();
    memory.noteKnown('winarena', first);
    expect(ends(first, true)).toBe(false);
    memory.report('winarena', first);
    pass(3_000);
    expect(memory.goesOn('winarena', first)).toBe('process');
  });

  it('in a container is reported although another one lacked memory before', () => {
    const { memory } = reporting();
    memory.report('waa-container', first);
    memory.report('winarena', first);
    expect(memory.hasEnded('winarena', null)).toBe(true);
  });

  it('in another container is not that of the watched one', () => {
    const { memory, pass } = reporting();
    memory.report('winarena', first);
    pass(3_000);
    expect(memory.goesOn('waa-container', first)).toBeNull();
  });
});
