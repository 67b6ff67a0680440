import { describe, expect, it } from 'vitest';
import { countsOf } from '../../../src/main/engine/run/index.ts';
import { endedTasks, readText, told, waaLog } from './support.ts';

const args = "Args: Namespace(max_steps=15, model='gpt-4o', result_dir='./out', num_envs=2)";

/** The log of a script with several processes, which plays its tasks itself. */
function forkLog(script = 'run_agents', argumentsLine = args) {
  const log = waaLog({ coloured: true });
  log
    .record(script, 'Left tasks:\nvlc: 2\n')
    .record(script, argumentsLine)
    .record(script, 'Total tasks: 2')
    .record(script, 'Started process Agent-1 with PID 4711');
  return {
    main: (message: string, level?: string) => log.record(script, message, level),
    say: (process: string, message: string, level?: string) => log.record(script, message, level, process),
    task(process: string, id: string) {
      for (const line of ['[Domain]: vlc', `[Example ID]: ${id}`, '[Instruction]: Do it.'])
        log.record(script, `[${process}]${line}`, 'INFO', process);
      log.record(script, 'Step 1: click()', 'INFO', process);
    },
    text: () => log.text(),
  };
}

describe('a fork of OSWorld', () => {
  it('may name its processes as it likes, and add the number of tasks to the average', () => {
    const log = forkLog();
    log.task('Agent-1', 'a');
    log.task('Agent-2', 'b');
    log.say('Agent-2', 'Result: 0.00');
    log.say('Agent-1', 'Result: 1.00');
    log.main('Average score: 0.5000 (2 tasks)');
    const { run, ...reading } = readText(log.text());
    expect(told(reading).slice(1)).toEqual(['task b scored 0', 'task a scored 1', 'run_ended finished']);
    expect(run).toMatchObject({ dialect: 'osworld', averageScore: 0.5, tasks: [{ steps: 1 }, { steps: 1 }] });
  });

  it('is not taken for WAA where only its processes tell the two apart', () => {
    const log = forkLog('run');
    log.task('Agent-1', 'a');
    log.say('Agent-1', 'Result: 1.00');
    const from = log.text().indexOf('[Domain]') - 100;
    const reading = readText(log.text().slice(from));
    expect(told(reading).slice(1)).toEqual(['task a scored 1']);
    expect(reading.run?.dialect).toBe('osworld');
  });

  it.each(['All processes died.', 'All processes died, exiting', 'All processes died, exiting.'])(
    'crashes with the words %j',
    (message) => {
      const log = forkLog();
      log.task('Agent-1', 'a');
      log.main(message, 'ERROR');
      log.main('Average score: 0.0000 (0 tasks)');
      expect(told(readText(log.text())).slice(1)).toEqual(['task a lost null', 'run_ended crashed']);
    },
  );

  it.each([
    'Received signal 15. Shutting down...',
    'Received signal 2. Gracefully shutting down...',
    'Main process received KeyboardInterrupt. Initiating graceful shutdown...',
    'Main process received KeyboardInterrupt. Shutting down...',
    'KeyboardInterrupt. Shutting down...',
  ])('is interrupted with the words %j', (message) => {
    const log = forkLog();
    log.task('Agent-1', 'a');
    log.main(message);
    log.main('Main process received KeyboardInterrupt.');
    expect(told(readText(log.text())).slice(1)).toEqual(['task a interrupted null', 'run_ended interrupted']);
  });

  it.each(['KeyboardInterrupt caught in env.step, ignoring', 'KeyboardInterrupted'])(
    'goes on behind the words %j',
    (message) => {
      const log = forkLog();
      log.task('Agent-1', 'a');
      log.main(message);
      log.say('Agent-1', 'Result: 1.00');
      expect(told(readText(log.text())).slice(1)).toEqual(['task a scored 1']);
    },
  );

  it.each(['Process Agent-1 died, restarting...', 'Process Agent-1 died (exit=-9), restarting...'])(
    'may report a dead process at any level, in the words %j',
    (message) => {
      const log = forkLog();
      log.task('Agent-1', 'a');
      log.main(message);
      expect(endedTasks(readText(log.text()))).toEqual([['a', 'lost', null, false, 1]]);
    },
  );

  it.each([
    'Watchdog: Process Agent-1 (PID 71) has been idle for 901s (>900s), killing and restarting...',
    'Watchdog: Process Agent-1 (PID 71) idle for 901s (>900s), killing...',
  ])('loses the task of a process that it ends with %j', (message) => {
    const log = forkLog();
    log.task('Agent-1', 'a');
    log.main(message, 'WARNING');
    log.main('Watchdog: Restarted as Agent-Watchdog-1 with PID 72');
    log.task('Agent-Watchdog-1', 'b');
    expect(told(readText(log.text())).slice(1)).toEqual(['task a lost null']);
  });

  it('may name the task behind the process that failed at it', () => {
    const log = forkLog();
    log.task('Agent-1', 'a');
    log.say('Agent-1', 'Task-level error in Agent-1 for vlc/a: no screenshot', 'ERROR');
    const { run } = readText(log.text());
    expect(run?.tasks).toMatchObject([{ taskId: 'a', outcome: 'exception', message: 'no screenshot' }]);
  });

  it('counts a task whose file it cannot load', () => {
    const log = forkLog();
    log.say('Agent-1', "Failed to load task vlc/a: [Errno 2] No such file: 'vlc/a.json'", 'ERROR');
    const { run } = readText(log.text());
    expect(run?.tasks).toMatchObject([{ domain: 'vlc', taskId: 'a', outcome: 'exception' }]);
  });
});

it('reads an average that a fork logs as a percentage', () => {
  const log = forkLog();
  log.task('Agent-1', 'a');
  log.say('Agent-1', 'Result: 1.00');
  log.main('Final score: 33.3% (1/3)');
  expect(readText(log.text()).run).toMatchObject({ state: 'finished', averageScore: 0.333 });
});

it.each(['No tasks completed', 'No tasks to run.', 'No scores recorded', 'No examples finished.'])(
  "ends a fork's run with the words %j",
  (message) => {
    const log = forkLog();
    log.main(message);
    expect(readText(log.text()).run).toMatchObject({ state: 'finished', averageScore: null });
  },
);

it('a run without an average is over when its script says that there are no scores', () => {
  const log = waaLog({ coloured: true })
    .record('run_agents2', '[Domain]: excel')
    .record('run_agents2', '[Example ID]: a-1')
    .record('run_single', 'Step 1: click()')
    .record('run_single', 'Result: 0.50')
    .record('run_agents2', '[Domain]: excel')
    .record('run_agents2', '[Example ID]: b-2')
    .record('run_agents2', 'Exception in excel/b-2: no answer', 'ERROR')
    .record('run_agents2', 'No scores to report');
  const reading = readText(log.text());
  expect(told(reading).slice(1)).toEqual([
    'task a-1 scored 0.5',
    'task b-2 exception null',
    'run_ended finished',
  ]);
  expect(reading.run?.tasks[0]).toMatchObject({ domain: 'excel', steps: 1 });
});

it('a script may number the actions of a step, and say of how many tasks the average is', () => {
  const script = 'run_windows';
  const log = waaLog({ coloured: true })
    .record(script, '[Domain]: omnic')
    .record(script, '[Example ID]: a-1')
    .record(script, 'Step 1.1: click()')
    .record(script, 'Step 2.1: click()')
    .record(script, 'Step 2.2: click()')
    .record(script, 'Result: 1.00')
    .record(script, '[Domain]: omnic')
    .record(script, '[Example ID]: b-2')
    .record(script, 'Exception while running omnic/b-2: no answer', 'ERROR')
    .record(script, 'Average score over 1 finished task(s): 1.0000');
  const text = log.text();
  for (const written of [text, text.replaceAll('mrun_windows', 'mdesktopenv.experiment run_windows')]) {
    const { run, ...reading } = readText(written);
    expect(told(reading).slice(1)).toEqual([
      'task a-1 scored 1',
      'task b-2 exception null',
      'run_ended finished',
    ]);
    expect(run).toMatchObject({
      dialect: 'osworld',
      averageScore: 1,
      tasks: [{ steps: 2 }, { message: 'no answer' }],
    });
  }
});

it('Spider2-V has other words for a task, its steps, its score and the end', () => {
  const script = 'run_spider2v_agent';
  const log = waaLog({ coloured: true })
    .record(script, 'Total examples to run: 2')
    .record(script, 'Old result before running:\nNew experiment, no result yet.')
    .record(script, args)
    .record(script, '[Domain]: dbt')
    .record(script, '[Example id]: a-1')
    .record(script, '[Result dir]: results/dbt/a-1')
    .record(script, '[Instruction]: Do it.')
    .record('lib_run_single', '[Action]: Step 1: click()')
    .record('lib_run_single', '[Action]: Step 2: DONE')
    .record('lib_run_single', '[Result]: Evaluation score for a-1: 1.0')
    .record(script, 'New result after running:\nCurrent Success Rate: 1.0 / 2 = 50.00%');
  const { run, ...reading } = readText(log.text());
  expect(told(reading).slice(1)).toEqual(['task a-1 scored 1', 'run_ended finished']);
  expect(run?.tasks).toMatchObject([{ domain: 'dbt', taskId: 'a-1', steps: 2, instruction: 'Do it.' }]);
});

it.each([
  ['chrome: 1\nmulti apps: 5', 6],
  ['chrome: 1\nos: 1', 2],
  // Each task is played three times.
  ['chrome: 1\nmulti apps: 1', 2],
  ['os: 2\nExisting results: 3', 2],
])('counts the tasks of the list %j', (tasks, totalTasks) => {
  const log = waaLog({ coloured: true })
    .record('sample_k', `Left tasks:\n${tasks}\n`)
    .record('sample_k', args)
    .record('sample_k', 'Total tasks: 6');
  expect(readText(log.text()).run).toMatchObject({ totalTasks });
});

it('a run of several tries for each task counts each task once', () => {
  const log = waaLog({ coloured: true })
    .record('sample_k', 'Left tasks:\nvlc: 1\nos: 1\n')
    .record('sample_k', args)
    .record('sample_k', 'Total tasks: 6')
    .record('sample_k', 'Started process EnvProcess-1 with PID 4711');
  for (const [domain, id] of [
    ['vlc', 'a'],
    ['os', 'b'],
  ])
    for (const [k, score] of ['1.00', '0.00', '0.50'].entries())
      log
        .record('sample_k', `[EnvProcess-1][Domain]: ${String(domain)}`, 'INFO', 'EnvProcess-1')
        .record(
          'sample_k',
          `[EnvProcess-1][Example ID]: ${String(id)}[k=${String(k)}]`,
          'INFO',
          'EnvProcess-1',
        )
        .record('lib_run_single', `Result: ${score}`, 'INFO', 'EnvProcess-1');
  const { run, ...reading } = readText(log.text());
  expect(endedTasks(reading).map(([id, , score, , attempt]) => [id, score, attempt])).toEqual([
    ['a', 1, 1],
    ['a', 0, 2],
    ['a', 0.5, 3],
    ['b', 1, 1],
    ['b', 0, 2],
    ['b', 0.5, 3],
  ]);
  if (run === null) throw new Error('no run');
  expect([run.totalTasks, countsOf(run).tasksCompleted]).toEqual([2, 2]);
});

describe('arguments in a dictionary', () => {
  const dictionary =
    "Args: {'path_to_vm': None, 'model': 'gpt-4o', 'max_steps': 15, 'size': {'model': 'x', 'w': [1, 2]}, " +
    "'api_key': 'sk-secret', 'note': \"it's: a, b\", 'result_dir': './out', 'attacks': []}";

  it('are those of a run, without what may be secret', () => {
    const log = waaLog({ coloured: true })
      .record('run', 'Left tasks:\nvlc: 2\n')
      .record('run', dictionary)
      .task('a')
      .result('1.00')
      .record('run', 'Average Task score: 1.0')
      .task('b')
      .result('0.00');
    const { run, events } = readText(log.text());
    expect(run).toMatchObject({
      dialect: 'osworld',
      totalTasks: 2,
      arguments: { model: 'gpt-4o', maxSteps: 15, resultDir: './out' },
      tasks: [{ score: 1 }, { score: 0 }],
    });
    expect(JSON.stringify(events)).not.toContain('sk-secret');
  });

  it('may be cut anywhere', () => {
    for (let end = 0; end < dictionary.length; end += 1)
      expect(() => readText(waaLog().record('run', dictionary.slice(0, end)).text())).not.toThrow();
  });
});

describe('a log without the names of processes', () => {
  const plain = (log: { text(): string }) => log.text().replaceAll('/1-MainProcess', '/1');

  it('is read as that of one process', () => {
    const log = waaLog()
      .record('run_local', 'Left tasks:\nclock: 1\n')
      .record('run_local', args)
      .record('run_local', '[Domain]: clock  [ID]: a-1')
      .record('run_local', '[Instruction]: Do it.')
      .record('run_local', 'Step 1: click() (tool=x)')
      .record('run_local', 'Result: 1.00')
      .record('run_local', 'Average score: 1.0');
    const { run } = readText(plain(log));
    expect(run).toMatchObject({
      dialect: 'osworld',
      state: 'finished',
      totalTasks: 1,
      tasks: [{ domain: 'clock', taskId: 'a-1', worker: 'MainProcess', instruction: 'Do it.', score: 1 }],
    });
  });

  it('may tell a result with the name of its task, behind that of its player or alone', () => {
    const log = waaLog()
      .record('run', "Args: {'model': 'gpt-4o', 'result_dir': '/r/result_20260708112836'}")
      .record('run', 'Tasks to run: 2');
    for (const id of ['bolt-1', 'bolt-2'])
      log
        .record('run', '[Domain]: part')
        .record('run', `[Example ID]: ${id}`)
        .record('run_single', 'Result: 0.250')
        .record('run', `[Result] part/${id} = 0.250`);
    log.record('run', 'Average score: 0.250 over 2 task(s)');
    const { run, ...reading } = readText(plain(log));
    expect(told(reading).slice(1)).toEqual([
      'task bolt-1 scored 0.25',
      'task bolt-2 scored 0.25',
      'run_ended finished',
    ]);
    expect(run).toMatchObject({ dialect: 'osworld', totalTasks: 2, averageScore: 0.25 });
  });

  it('may be that of WAA', () => {
    const log = waaLog().begin('a').task('a').step(3).result('1.00').finished('a').average('1.0');
    expect(readText(plain(log)).run).toMatchObject({ dialect: 'waa', tasks: [{ steps: 3, score: 1 }] });
  });
});
