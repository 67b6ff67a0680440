import { describe, expect, it } from 'vitest';
import { createMachine, type SimulatedTask } from '../../../src/main/engine/demo/machine.ts';
import { play } from '../../../src/main/engine/demo/play.ts';
import { createRandom } from '../../../src/main/engine/demo/random.ts';
import { defaultTimings } from '../../../src/main/engine/demo/timings.ts';
import { asRead, readTasks } from './read-log.ts';

/** Logs of the first runs as they stand when each has ended, and what really happened. */
function playRuns(
  seed: number,
  count: number,
): { logs: string[]; truth: readonly SimulatedTask[]; names: string[] } {
  let now = Date.UTC(2026, 0, 28, 22, 55);
  const machine = createMachine(createRandom(99), now);
  const logs: string[] = [];
  const names: string[] = [];
  for (const { afterMs, act } of play(createRandom(seed), { timings: defaultTimings, tasksPerRun: 12 })) {
    now += afterMs;
    machine.perform(act, Math.floor(now));
    const runLog = machine.runLog();
    if (act.type !== 'run_ended' || runLog === null) continue;
    logs.push(runLog.file.read(0, runLog.file.size()).toString());
    if (names.push(runLog.name) === count) break;
  }
  return { logs, truth: machine.truth(), names };
}

describe('the log of a run', () => {
  it.each([1, 2, 3, 4, 5, 6])('is read as what really happened (seed %i)', (seed) => {
    const { logs, truth } = playRuns(seed, 3);
    expect(truth).toHaveLength(36);
    expect(logs.flatMap((log) => readTasks(log))).toEqual(asRead(truth));
  });

  it('ends with the average over the tasks that did not raise', () => {
    const { logs, truth } = playRuns(1, 1);
    const scores = truth.flatMap(({ score }) => (score === null ? [] : [score]));
    const average = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    expect(Number(/Average score: (.*)\n$/.exec(logs[0] ?? '')?.[1])).toBe(average);
  });

  it('has a name and a form as run.py gives them', () => {
    const { logs, names } = playRuns(1, 1);
    expect(names[0]).toBe('/results/logs/normal-0-20260128@225522.log');
    expect(logs[0]).toMatch(
      // eslint-disable-next-line no-control-regex -- the colours of the formatter
      /^\x1b\[1;33m\[2026-01-28 22:55:22,000 \x1b\[31mINFO \x1b\[32mrun\/394-MainProcess\x1b\[1;33m\] \x1b\[0m\nTESTING ON TASK JSON PATH: /,
    );
    expect(logs[0]).not.toMatch(/\r|\d+%\|/);
  });

  it('has ERROR records in every task, of which only exceptions are failures', () => {
    const { logs, truth } = playRuns(2, 1);
    const errors = (logs[0] ?? '').split('\n').filter((line) => line.includes('[31mERROR'));
    expect(errors.length).toBeGreaterThan(truth.length);
    expect(errors.filter((line) => line.includes('Exception in '))).toHaveLength(
      truth.filter((task) => task.exception !== null).length,
    );
  });

  it('is a new file for every run, also for runs that begin within the same second', () => {
    const machine = createMachine(createRandom(1), 0);
    machine.perform({ type: 'run_started', model: 'm' }, 5_000);
    const first = machine.runLog();
    machine.perform({ type: 'run_ended' }, 5_001);
    expect(machine.fileAt('container', `/client${first?.name ?? ''}`)).toBe(first?.file);
    machine.perform({ type: 'run_started', model: 'm' }, 5_002);
    const second = machine.runLog();
    expect(second?.name).not.toBe(first?.name);
    expect(second?.file.inode).not.toBe(first?.file.inode);
    expect(machine.fileAt('container', `/client${first?.name ?? ''}`)).toBeNull();
  });
});
