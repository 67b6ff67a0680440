import { describe, expect, it } from 'vitest';
import { countsOf, type ResultFile } from '../../../src/main/engine/run/index.ts';
import { endedTasks, openSession, readText, told, type Reading } from './support.ts';

const text = (...all: string[]) => all.map((line) => `${line}\n`).join('');
const lines = (...all: string[]) => readText(text(...all));
const begin = (tasks: number) => `Processing ${String(tasks)} tasks with 2 workers...`;
const before = (id: string) => `Results already exist in os/${id}, result: 1.0`;
const over = ['', '=== Task Processing Complete ===', 'os: 2 tasks, average score: 0.50'];
const done = ({ run }: Pick<Reading, 'run'>) => run !== null && countsOf(run).tasksCompleted;
/** From the log of one process, which prints as others write records. */
const record = '[2026-06-02 15:49:58,000 INFO desktop_env/120-ForkPoolWorker-1] Resetting the environment...';

describe('a run of CoAct', () => {
  it('counts scores, which name no task, and tells of the tasks that raised', () => {
    const reading = lines(
      before('5ea6-1'),
      begin(2),
      'Score: 1.0',
      'Error processing task chrome/bb5e-4',
      'Traceback (most recent call last):',
      '  File "run_coactv2.py", line 176, in process_task',
      "AttributeError: 'NoneType' object has no attribute 'env'",
      '',
      '=== Task Processing Complete ===',
      'chrome: 1 tasks, average score: 0.00',
      'os: 1 tasks, average score: 1.00',
    );
    expect(told(reading)).toEqual([
      'run_started vm-01234567-48',
      'task bb5e-4 exception null',
      'run_ended finished',
    ]);
    const { run } = reading;
    expect(run).toMatchObject({ dialect: 'coact', totalTasks: 2, tasks: [{ domain: 'chrome', attempt: 1 }] });
    expect(run === null ? null : countsOf(run)).toMatchObject({ tasksCompleted: 2, scored: 0, succeeded: 0 });
  });

  it('is on until its end, whatever it prints in between', () => {
    const reading = lines(begin(3), 'Score: 0.5', 'Score: True', 'Retry 1 times, error: x', 'Score: 8/10');
    expect(reading.run).toMatchObject({ state: 'running', totalTasks: 3, tasks: [] });
    expect(done(reading)).toBe(2);
  });

  it('is not read from a message between agents, nor ended by words without averages behind them', () => {
    const reading = lines(
      begin(3),
      'orchestrator (to orchestrator_proxy):',
      'Score: 1.0',
      'Error processing task os/evil',
      ...over,
      '-'.repeat(80),
      'Score: 1.0',
      '=== Task Processing Complete ===',
      'Score: 0.0',
    );
    expect(told(reading)).toEqual(['run_started vm-01234567-0']);
    expect(done(reading)).toBe(2);
  });

  it('knows the times of records that come into the same output', () => {
    const reading = lines(
      record.replace('15:49', '09:00'),
      begin(1),
      'Error processing task os/a-1',
      record,
      'Error processing task os/b-2',
    );
    expect(reading.run?.tasks.map(({ endedAt }) => endedAt)).toEqual([
      null,
      Date.UTC(2026, 5, 2, 15, 49, 58),
    ]);
  });

  it('keeps no more names of tasks that raised than it has tasks', () => {
    const raised = Array.from(
      { length: 50 },
      (_, index) => `Error processing task os/${'x'.repeat(900)}${index}`,
    );
    const { reader, run } = lines(begin(3), ...raised);
    expect(run !== null && countsOf(run).tasksCompleted).toBe(50);
    expect(JSON.stringify(reader.dialects['coact']).length).toBeLessThan(1_000);
  });

  it('has nothing to do where all tasks have results', () => {
    const nothing = 'No tasks to process. All tasks have already been completed.';
    const summary = ['=== Summary of Existing Results ===', 'os: 1 tasks, average score: 1.00'];
    expect(lines(before('a-1'), nothing, ...summary).run).toBeNull();
  });

  it('is none in the middle of the run of another benchmark, or of one whose beginning is missing', () => {
    const openAdapt = ['Task 1/30', 'Running task: a', 'Step 1'];
    const reading = lines(...openAdapt, begin(3), 'Score: 1.0', 'Result: PASS');
    expect(reading.run?.dialect).toBe('openadapt');
    expect(endedTasks(reading)).toEqual([['a', 'scored', 1, true, 1]]);
    expect(lines('Score: 1.0', 'Error processing task os/a-1', ...over).run).toBeNull();
  });
});

describe('a run of CoAct whose beginning is missing', () => {
  const uuid = '94d95f96-9699-4208-98ba-3c3119edf9c2';
  const said = (text: string) => ['orchestrator_proxy (to orchestrator):', '', text, '', '-'.repeat(80)];

  it('is known by what its agents say to each other, and counts the scores before that', () => {
    const reading = lines('Score: 1.0', record, ...said('Score: 1.0'), 'Score: 0.0');
    expect(told(reading)).toEqual(['run_started vm-01234567-0']);
    expect(reading.run).toMatchObject({ dialect: 'coact', state: 'running', totalTasks: 0, tasks: [] });
    expect(done(reading)).toBe(2);
    expect(lines(...said('x').slice(2), 'Score: 1.0', 'x', 'bot (to user):').run).toBeNull();
  });

  it('is known by a task that raised, and ends with its averages', () => {
    const reading = lines(
      'Score: 1.0',
      `Error processing task os/${uuid}`,
      'Traceback (most recent call last):',
      'Score: 0.5',
      ...over,
    );
    expect(told(reading)).toEqual([
      'run_started vm-01234567-0',
      `task ${uuid} exception null`,
      'run_ended finished',
    ]);
    expect(done(reading)).toBe(3);
  });

  it('keeps a bounded number of names where the number of tasks is missing', () => {
    const raised = Array.from({ length: 200 }, (_, index) => `Error processing task os/${uuid}-${index}`);
    const { reader, run } = lines(...raised);
    expect(run?.tasks).toHaveLength(200);
    expect(JSON.stringify(reader.dialects['coact']).length).toBeLessThan(4_000);
  });

  it('is followed by a run of its own with its first line, and with nothing else', () => {
    const cut = [...said('x'), 'Score: 1.0'];
    const strays = ['Score: 1.0', ...said('x'), `Error processing task os/${uuid}`];
    expect(told(lines(...cut, ...over, ...strays))).toEqual([
      'run_started vm-01234567-0',
      'run_ended finished',
    ]);
    expect(told(lines(...cut, ...over, ...strays, begin(2)))).toHaveLength(3);
    const next = lines(...cut, begin(2), 'Score: 1.0');
    expect(told(next).slice(1)).toEqual(['run_ended interrupted', expect.stringMatching(/^run_started /)]);
    expect(done(next)).toBe(1);
  });
});

describe('a start of CoAct behind a run that was stopped', () => {
  const stopped = [begin(4), 'Score: 1.0', 'Error processing task os/b-2'];

  it('goes on with it if it skips what has a result by now', () => {
    const reading = lines(...stopped, before('a-1'), before('b-2'), begin(2), 'Score: 0.0');
    expect(told(reading)).toEqual(['run_started vm-01234567-0', 'task b-2 exception null']);
    expect(reading.run).toMatchObject({ state: 'running', totalTasks: 4, parts: [{}, { tasksBefore: 2 }] });
    expect(done(reading)).toBe(3);
    // Scores that were lost with the process that held them back are counted, too.
    const lost = lines(begin(4), ...['a', 'b', 'c'].map(before), begin(1), 'Score: 1.0');
    expect(lost.run?.totalTasks).toBe(4);
    expect(done(lost)).toBe(4);
  });

  it('goes on a second time', () => {
    const again = [...stopped, before('a-1'), before('b-2'), begin(2), 'Score: 0.0'];
    const third = [...['a-1', 'b-2', 'c-3'].map(before), begin(1), 'Score: 1.0', ...over];
    const reading = lines(...again, ...third);
    expect(told(reading).filter((what) => what.startsWith('run_'))).toEqual([
      'run_started vm-01234567-0',
      'run_ended finished',
    ]);
    expect(reading.run?.totalTasks).toBe(4);
    expect(done(reading)).toBe(4);
  });

  it.each([
    ['nothing has a result', [begin(4)]],
    ['fewer have one', [before('a-1'), begin(3)]],
    ['its list is another', [before('a-1'), before('b-2'), begin(5)]],
  ])('is another run if %s', (_why, start) => {
    expect(told(lines(...stopped, ...start)).slice(2)).toEqual([
      'run_ended interrupted',
      expect.stringMatching(/^run_started /),
    ]);
  });
});

describe('the result files of CoAct', () => {
  const startedMs = Date.UTC(2026, 5, 2, 15);
  const player = { script: 'run_coact.py', startedAtMs: startedMs };
  const context = { clockOffsetMs: 0, referenceTimeMs: startedMs + 600_000 };
  const bytes = (...all: string[]) => new TextEncoder().encode(text(...all));
  const file = (taskId: string, score: string, raised?: string): ResultFile => ({
    domain: 'os',
    taskId,
    path: `/results/coact_hybrid/os/${taskId}/result.txt`,
    modifiedAt: startedMs + 60_000,
    text: score,
    ...(raised === undefined ? {} : { raised }),
  });
  const takeAll = (session: ReturnType<typeof openSession>, ...files: ResultFile[]) =>
    session.takeResults(files, context.referenceTimeMs);

  it('say whose the scores are, from the start of the process on', () => {
    const session = openSession();
    session.push(bytes(begin(3), 'Score: 1.0', 'Score: 0.0'), context);
    const old = { ...file('z-9', '1.0'), modifiedAt: startedMs - 60_000 };
    // When the run began is unknown, and so is which files are its own.
    expect(takeAll(session, old, file('a-1', '1.0')).effects).toEqual([]);
    expect(session.noteProcess(player).state.run?.startedAt).toBe(startedMs);
    session.noteProcess({ ...player, startedAtMs: startedMs + 5_000 });
    const { state, effects } = takeAll(session, old, file('a-1', '1.0'), file('b-2', '0.0'));
    expect(endedTasks({ effects })).toEqual([
      ['a-1', 'scored', 1, true, 1],
      ['b-2', 'scored', 0, false, 1],
    ]);
    expect(state.run?.startedAt).toBe(startedMs);
    expect(done(state)).toBe(2);
    const ended = session.push(bytes('Score: 0.5', ...over), context);
    expect(ended.state.run).toMatchObject({ state: 'finished', endedAt: context.referenceTimeMs });
    expect(done(ended.state)).toBe(3);
  });

  it('begins a run from scores alone if run_coact prints the log', () => {
    for (const script of ['run.py', 'train.py', 'python']) {
      const other = openSession();
      other.push(bytes('Score: 1.0'), context);
      expect(other.noteProcess({ ...player, script }).state.run).toBeNull();
    }
    for (const script of ['run_coact.py', 'run_coactv2.py', 'run_coact']) {
      const session = openSession();
      expect(session.noteProcess({ ...player, script }).state.run).toBeNull();
      const { state: cut } = session.push(
        bytes('Downloading...', 'Score: 1.0', record, 'Score: 0.0'),
        context,
      );
      // BenchTray may be restarted in between.
      const resumed = openSession(cut);
      const begun = resumed.noteProcess({ ...player, script });
      expect(begun.effects.map(({ type }) => type)).toEqual(['run_started']);
      expect(begun.state.run).toMatchObject({ runId: 'vm-01234567-15', startedAt: startedMs });
      expect(done(begun.state)).toBe(2);
      expect(resumed.noteProcess({ ...player, script }).effects).toEqual([]);
      const old = { ...file('z-9', '1.0'), modifiedAt: startedMs - 60_000 };
      const { state, effects } = takeAll(resumed, old, file('a-1', '1.0'), file('b-2', '0.0'));
      expect(endedTasks({ effects })).toEqual([
        ['a-1', 'scored', 1, true, 1],
        ['b-2', 'scored', 0, false, 1],
      ]);
      expect(done(state)).toBe(2);
    }
  });

  it('and the log tell of a task that raised once, whichever comes first', () => {
    const session = openSession();
    session.push(bytes(begin(3), 'Score: 1.0', 'Error processing task os/a-1'), context);
    session.noteProcess(player);
    const files = [file('a-1', '0.0', 'Fatal error: x'), file('b-2', '0.0', 'Fatal error: y')];
    expect(endedTasks(takeAll(session, ...files))).toEqual([['b-2', 'exception', null, false, 1]]);
    const late = session.push(bytes('Error processing task os/b-2'), context);
    expect(endedTasks(late)).toEqual([]);
    expect(late.state.run?.tasks.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 'exception'],
      [1, 'exception'],
    ]);
    expect(done(late.state)).toBe(3);
    // It is played again.
    const again = session.push(bytes('Error processing task os/b-2'), context);
    expect(endedTasks(again)).toEqual([['b-2', 'exception', null, false, 2]]);
    expect(done(again.state)).toBe(3);
  });
});
