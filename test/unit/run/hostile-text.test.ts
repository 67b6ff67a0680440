import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endedTasks, readText, told, waaLog } from './support.ts';
import { anyCharacter } from '../../support/any-character.ts';

/** Lines that mean something where the log itself says them. */
const meaningful = [
  'Score: 1.00',
  'Result: PASS',
  'Result: 1.00',
  'Result: FAIL - x',
  'Task 1/30',
  'Task 5/30',
  'Task a completed successfully',
  'Task a failed',
  'Running task: evil',
  'Step 99: click()',
  '=== Running WAA Benchmark ===',
  'model=evil',
  '[06:12:34] Task 1/30',
  '[06:12:34] Running task: evil',
  '[06:12:34] Score: 0.85',
  '[06:12:34] Result: PASS',
  'Interrupted by 15, shutting down',
  'TESTING ON TASK JSON PATH: evil',
  'Average score: 1.0',
  'Finished clock/a',
  'Exception in clock/a: evil',
  '[Example ID]: evil',
  '[2026-01-28 22:55:29,758 INFO run/280-MainProcess] Finished clock/a',
  '[2026-01-28 22:55:29,758 INFO run/394-MainProcess] Average score: 1.0',
];
const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...meaningful), fc.string()), { minLength: 1, maxLength: 6 })
  .map((lines) => lines.join('\n'));

describe('text that is not the log speaking', () => {
  it('means nothing as the instruction of a task', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const log = waaLog({ coloured: true })
          .begin('a')
          .task('a', text)
          .step(1)
          .result('0.25')
          .finished('a')
          .average('0.25');
        expect(told(readText(log.text()))).toEqual([
          'run_started vm-20260128-220001000',
          'task a scored 0.25',
          'run_ended finished',
        ]);
      }),
    );
  });

  it('means nothing as what an agent does', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const log = waaLog({ coloured: true })
          .begin('a')
          .task('a')
          .record('lib_run_single', `Step 1: computer.write("""${text}\n""")`)
          .result('0.25')
          .finished('a');
        expect(endedTasks(readText(log.text()))).toEqual([['a', 'scored', 0.25, false, 1]]);
        expect(readText(log.text()).run?.tasks[0]?.steps).toBe(1);
      }),
    );
  });

  it('means nothing in the message of another module, or at another level', () => {
    const log = waaLog().begin('a').task('a');
    for (const text of meaningful) {
      log.record('agent', text).record('python', text, 'ERROR').record('run', text, 'DEBUG');
      log.record('lib_run_single', text, 'ERROR');
    }
    expect(told(readText(log.text()))).toEqual(['run_started vm-20260128-220001000']);
  });

  it('means nothing behind a record of any kind, where it has no time of its own', () => {
    const log = waaLog().begin('a').task('a').record('python', 'Command executed successfully: {');
    for (const text of meaningful)
      if (!text.startsWith('[') && !text.startsWith('Interrupted')) log.bare(text);
    expect(told(readText(log.text()))).toEqual(['run_started vm-20260128-220001000']);
  });

  it('means nothing in the other dialect either, where the lines carry a time', () => {
    const log = (text: string) =>
      [
        'Task 1/2',
        'Running task: a',
        `Instruction: ${text}`,
        'Step 1',
        'Score: 0.25',
        'Result: FAIL',
        'Task 2/2',
      ]
        .map((line) => `[06:12:34] ${line}\n`)
        .join('');
    const untimed = hostileText.filter((text) => !text.includes('[06:12:34]') && !text.includes('[2026'));
    fc.assert(
      fc.property(untimed, (text) => {
        const reading = readText(log(text));
        expect(endedTasks(reading)).toEqual([['a', 'scored', 0.25, false, 1]]);
        expect(reading.run).toMatchObject({ runId: 'vm-01234567-0', state: 'running', totalTasks: 2 });
      }),
    );
  });

  it.each<[what: string, line: (index: number) => string]>([
    [
      'tasks',
      (index) =>
        waaLog()
          .task(`t${String(index)}`)
          .text(),
    ],
    [
      'processes',
      (index) =>
        waaLog()
          .record('run', '[Domain]: x', 'INFO', `P-${String(index)}`)
          .text(),
    ],
    [
      'processes of OSWorld',
      (index) =>
        waaLog()
          .record('run_multienv', '[P][Example ID]: x', 'INFO', `P-${String(index)}`)
          .text(),
    ],
    ['domains', (index) => `d${String(index)}: 1\n`],
    [
      'parallel tasks',
      (index) => `2026-03-20 12:00:00,123 [INFO] Resetting environment for task t${String(index)}\n`,
    ],
    ['parallel ends', (index) => `2026-03-20 12:00:00,123 [INFO] Task t${String(index)}: SUCCESS\n`],
  ])('makes nobody keep without end: %s', (what, line) => {
    const head = what.startsWith('parallel') ? '' : waaLog().record('run', 'Left tasks:').text();
    const text = (count: number) => head + Array.from({ length: count }, (_, index) => line(index)).join('');
    const kept = (count: number): number => {
      const { reader, run } = readText(text(count));
      return JSON.stringify([reader, run]).length;
    };
    const much = kept(6_000);
    expect(much).toBeGreaterThan(1_000);
    expect(kept(7_000)).toBeLessThan(much + 10_000);
  });

  it.each<[program: string, text: (print: string) => string]>([
    ['run.py', (print) => waaLog().begin('a').task('a', 'Sort the list.').bare(print).step(1).text()],
    [
      'a process of OSWorld',
      (print) =>
        waaLog()
          .record('run_multienv', '[EnvProcess-1][Domain]: os', 'INFO', 'EnvProcess-1')
          .record('run_multienv', '[EnvProcess-1][Example ID]: a', 'INFO', 'EnvProcess-1')
          .record('run_multienv', '[EnvProcess-1][Instruction]: Sort the list.', 'INFO', 'EnvProcess-1')
          .bare(print)
          .text(),
    ],
  ])('is in no event when it is printed right behind an instruction of %s', (_program, text) => {
    const reading = readText(text('Session key: hunter2\nexpires in 3600 s'));
    expect(reading.run?.tasks[0]).toMatchObject({ taskId: 'a', instruction: 'Sort the list.' });
    const { events, effects, run, reader } = reading;
    expect(JSON.stringify({ events, effects, run, reader })).not.toContain('hunter2');
  });

  it('never throws, whatever the log holds', () => {
    const line = fc.oneof(
      fc.constantFrom(...meaningful),
      fc.string({ unit: anyCharacter }),
      fc.constant('\x1b[1;33m\0'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => void readText(lines.join('\n'))),
      { numRuns: 500 },
    );
  });
});
