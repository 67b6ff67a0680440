import { describe, expect, it } from 'vitest';
import { countWriters, createRunnerWatch } from '../../../src/main/engine/watch/log/runner-watch.ts';
import { firstSight } from '../../../src/main/engine/watch/sight.ts';

const path = '/home/me/my OSWorld/logs/normal-20260128@225508.log';
const runner = { pid: 1, startTicks: '1', script: 'run.py', cwd: null, results: null, arguments: {} };
const writersOf = (facts: object, where: 'host' | 'container' = 'host'): number =>
  countWriters(
    { ...firstSight, host: { runners: [{ ...runner, ...facts }], logs: [], unnamedLogs: 0 } },
    { where, path },
  );

it.each([
  [{ cwd: '/home/me/my OSWorld' }],
  [{ results: '/home/me/my OSWorld' }],
  [{ output: path }],
  [{ output: 'pipe:[1]', copy: path }],
])('a process with %j writes to that log', (facts) => {
  expect(writersOf(facts)).toBe(1);
  expect(writersOf(facts, 'container')).toBe(0);
});

it.each([[{}], [{ cwd: '/home/me' }], [{ results: '/home/me/my' }], [{ output: 'pipe:[1]' }]])(
  'a process with %j is not known to write to that log',
  (facts) => {
    expect(writersOf(facts)).toBe(0);
  },
);

/** Looks at these seconds, each with so many runners and the second at which the log last grew. */
function looks(
  ...steps: readonly (readonly [second: number, runners: number, grownAt?: number])[]
): string[] {
  let now = 0;
  const watch = createRunnerWatch(() => now * 1000);
  return steps.map(([second, runners, grownAt = 0]) => {
    now = second;
    return watch.look(runners, grownAt * 1000);
  });
}

describe('the benchmark process', () => {
  it('is gone after three looks and six seconds, not before', () => {
    expect(looks([10, 0], [13, 0], [15.9, 0], [16, 0])).toEqual(['missed', 'missed', 'missed', 'gone']);
    expect(looks([10, 0], [20, 0], [21, 0])).toEqual(['missed', 'missed', 'gone']);
  });

  it('is there as long as one is seen, and each absence counts anew', () => {
    expect(looks([10, 0], [13, 1], [14, 0], [16, 0], [19.9, 0], [20, 0])).toEqual([
      'missed',
      'there',
      'missed',
      'missed',
      'missed',
      'gone',
    ]);
  });

  it('is not gone while its last lines are on their way', () => {
    expect(looks([10, 0], [13, 0], [16, 0, 12], [16.9, 0, 12], [17, 0, 12])).toEqual([
      'missed',
      'missed',
      'missed',
      'missed',
      'gone',
    ]);
  });

  it('is forgotten with the connection', () => {
    const watch = createRunnerWatch(() => 100_000);
    watch.look(0, 0);
    watch.forget();
    expect(watch.look(0, 0)).toBe('missed');
  });
});
