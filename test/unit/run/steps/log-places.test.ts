/** Where the steps of an attempt are in the log of its run. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogPlaces, type LogPlaces } from '../../../../src/main/engine/run/index.ts';

const record = (message: string, module = 'run/229', process = 'MainProcess'): string =>
  `[2026-01-28 23:05:17,318 INFO ${module}-${process}] ${message}\n`;
const step = (text: string): string => record(text, 'lib_run_single/56');
const begin = (id: string): string => record('[Domain]: clock') + record(`[Example ID]: ${id}`);
const lines = {
  start: record("Worker 0 is doing tasks: [('clock', 'a'), ('clock', 'b')]", 'run/436'),
  a: begin('a'),
  a1: `${step('Step 1: open()\nclick()')}${step('Step 1: press()')}`,
  a2: step('Step 2: DONE'),
  aEnd: record('Result: 1.00', 'lib_run_single/84') + record('Finished clock/a', 'run/280'),
  b: begin('b'),
  b1: step('Step 1: WAIT'),
};
const text = Object.values(lines).join('');

function read(log: string, cuts: readonly number[] = []): LogPlaces {
  const places = createLogPlaces();
  const bytes = new TextEncoder().encode(log);
  const ends = [...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length].sort((a, b) => a - b);
  for (const [index, end] of ends.entries())
    Array.from(places.push(bytes.subarray(ends[index - 1] ?? 0, end)));
  return places;
}
const told = (places: LogPlaces, taskId: string, attempt: number): Record<number, string> | null => {
  const steps = places.stepsOf({ taskId, domain: 'clock', attempt });
  return (
    steps && Object.fromEntries(Array.from(steps, ([number, { from, to }]) => [number, text.slice(from, to)]))
  );
};

describe('the places of steps in a log', () => {
  it('go from the line that begins a step to the next step, or to the end of the attempt', () => {
    const places = read(text);
    expect(told(places, 'a', 1)).toEqual({
      ...{ 0: lines.a.slice(lines.a.indexOf('\n') + 1), 1: lines.a1, 2: lines.a2 + lines.aEnd },
    });
    expect(told(places, 'b', 0)).toMatchObject({ 1: lines.b1 });
    expect(told(places, 'a', 0)).toBeNull();
    expect(told(places, 'a', 2)).toBeNull();
    expect(places.stepsOf({ taskId: 'a', domain: 'chrome', attempt: 1 })).toBeNull();
  });

  it('are those of the attempt, if a task is played again', () => {
    const again = text + lines.a + lines.a2;
    const places = read(again);
    expect(places.stepsOf({ taskId: 'a', domain: 'clock', attempt: 2 })?.get(2)).toEqual({
      ...{ from: text.length + lines.a.length, to: again.length },
    });
  });

  it('end where the next start of the run begins, if the log tells no end of the attempt', () => {
    const first = lines.start + lines.a + lines.a1;
    const again = record('TESTING ON TASK JSON PATH: test_all.json', 'run/399') + lines.start;
    const places = read(first + again + lines.b + lines.b1);
    expect(places.stepsOf({ taskId: 'a', domain: 'clock', attempt: 1 })?.get(1)?.to).toBe(first.length);
    expect(places.stepsOf({ taskId: 'a', domain: 'clock', attempt: 0 })).toBeNull();
  });

  it('name every attempt in order, and the line of its exception', () => {
    const thrown = record('Exception in clock/b: no such window', 'run/259').replace('INFO', 'ERROR');
    const again = text + thrown + lines.a + lines.a2;
    const from = (part: string, after = 0): number => again.indexOf(part, after);
    const begin = (part: string): number => part.indexOf('\n') + 1;
    const lastA = text.length + thrown.length;
    expect(read(again).attempts()).toEqual([
      {
        ...{ taskId: 'a', domain: 'clock', attempt: 1, error: null },
        from: from(lines.a) + begin(lines.a),
        to: from(lines.b),
      },
      {
        ...{ taskId: 'b', domain: 'clock', attempt: 1, from: from(lines.b) + begin(lines.b), to: lastA },
        error: { from: text.length, to: lastA },
      },
      {
        ...{ taskId: 'a', domain: 'clock', attempt: 0, error: null },
        ...{ from: lastA + begin(lines.a), to: again.length },
      },
    ]);
  });

  it('are the same, however the log is cut into pieces', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fraction), (cuts) => {
        expect(told(read(text, cuts), 'a', 1)).toEqual(told(read(text), 'a', 1));
      }),
    );
  });
});
