import { describe, expect, it } from 'vitest';
import { endedTasks, readText, told, waaLog } from './support.ts';

const args = "Args: Namespace(path_to_vm=None, provider_name='docker', max_steps=50, model='claude')";

/** The log of `run.py`. */
function singleLog(startMs?: number) {
  const log = waaLog({ coloured: true, ...(startMs === undefined ? {} : { startMs }) });
  return log.record('run', 'Left tasks:\nos: 2\nvlc: 1\n').record('run', args);
}

/** The log of `run_multienv.py`, with the words of its processes. */
function manyLog() {
  const log = waaLog({ coloured: true });
  const main = (message: string, level?: string) => log.record('run_multienv', message, level);
  main('Left tasks:\nos: 3\n');
  log.bare('New experiment, no result yet.');
  main(args);
  main('Total tasks: 3');
  main('Started process EnvProcess-1 with PID 48211');
  return {
    main,
    text: () => log.text(),
    bare: (text: string) => log.bare(text),
    task(process: string, id: string) {
      for (const line of [`[Domain]: os`, `[Example ID]: ${id}`, '[Instruction]: Do it.']) {
        log.record('run_multienv', `[${process}]${line}`, 'INFO', process);
      }
    },
    say: (process: string, message: string, level?: string) =>
      log.record('run_multienv', message, level, process),
    play: (process: string, message: string) => log.record('lib_run_single', message, 'INFO', process),
  };
}

const runId = 'vm-20260128-220001000';

describe("a run of OSWorld's run.py", () => {
  it('begins with what is left, and a task is over with its result', () => {
    const log = singleLog().task('a').step(1).step(2);
    const reading = readText(log.text());
    expect(reading.run).toMatchObject({
      runId,
      dialect: 'osworld',
      totalTasks: 3,
      arguments: { maxSteps: 50, model: 'claude' },
      tasks: [{ taskId: 'a', steps: 2, outcome: null }],
    });
    expect(reading.events).toContainEqual(
      expect.objectContaining({
        type: 'run_planned',
        domains: [
          { domain: 'os', tasks: 2 },
          { domain: 'vlc', tasks: 1 },
        ],
      }),
    );
    expect(told(readText(log.result('0.50').text()))).toEqual([`run_started ${runId}`, 'task a scored 0.5']);
  });

  it('takes an exception behind a result for what it is: trouble with the recording', () => {
    const log = singleLog().task('a').result('1.00').exception('a', 'end_recording').average('1.0');
    expect(told(readText(log.text())).slice(1)).toEqual(['task a scored 1', 'run_ended finished']);
  });

  it('may be followed by another one in the same log, also when it never ended', () => {
    const first = singleLog(Date.UTC(2026, 0, 28, 1))
      .task('a')
      .text();
    const second = singleLog(Date.UTC(2026, 0, 28, 2))
      .task('a')
      .result('1.00')
      .average('1.0')
      .text();
    expect(told(readText(first + second))).toEqual([
      'run_started vm-20260128-010001000',
      'task a interrupted null',
      'run_ended interrupted',
      'run_started vm-20260128-020001000',
      'task a scored 1',
      'run_ended finished',
    ]);
  });

  it('may be followed by one of WAA, which is read as such', () => {
    const first = singleLog(Date.UTC(2026, 0, 28, 1))
      .task('a')
      .result('1.00')
      .text();
    const waa = waaLog({ coloured: true, startMs: Date.UTC(2026, 0, 28, 2) })
      .begin('b')
      .task('b')
      .result('1.00');
    const reading = readText(first + waa.text());
    expect(reading.run).toMatchObject({ dialect: 'waa', tasks: [{ taskId: 'b', outcome: null }] });
  });
});

describe('a run started by a script of another name', () => {
  const names = [
    'run_uitars',
    'run_local',
    'run_autoglm',
    'sample_local_qwen',
    'rollout',
    'my-run 2',
    'eval.v3',
  ];
  const argsOf = (dir: string) =>
    `Args: Namespace(max_steps=15, model='ui-tars', result_dir='${dir}', num_envs=1)`;

  /** Two tasks of two domains: the first fails, the second succeeds. */
  function logOf(name: string, process: string, bracket: string) {
    const log = waaLog({ coloured: true });
    log.record(name, 'Left tasks:\nvlc: 1\ngimp: 1\n').record(name, argsOf('./out'));
    for (const [domain, id, score] of [
      ['vlc', 'a', '0.00'],
      ['gimp', 'b', '1.00'],
    ] as const) {
      log
        .record(name, `${bracket}[Domain]: ${domain}`, 'INFO', process)
        .record(name, `${bracket}[Example ID]: ${id}`, 'INFO', process)
        .record(name, `${bracket}[Instruction]: Do it.`, 'INFO', process)
        .record('lib_run_single', 'Step 1: click()', 'INFO', process)
        .record('lib_run_single', `Result: ${score}`, 'INFO', process);
    }
    return log.record(name, 'All tasks finished.').record(name, 'Average score: 0.5').text();
  }

  it.each(
    names.flatMap((name) => [
      [name, 'MainProcess', ''] as const,
      [name, 'EnvProcess-3', '[EnvProcess-3]'] as const,
    ]),
  )('is read as that of run.py: %s, %s', (name, process, bracket) => {
    const reading = readText(logOf(name, process, bracket));
    expect(told(reading)).toEqual([
      `run_started ${runId}`,
      'task a scored 0',
      'task b scored 1',
      'run_ended finished',
    ]);
    expect(reading.run).toMatchObject({
      dialect: 'osworld',
      totalTasks: 2,
      averageScore: 0.5,
      arguments: { resultDir: './out' },
      tasks: [{ domain: 'vlc', steps: 1 }, { domain: 'gimp' }],
    });
  });

  it.each(names)('is known by the head of a task where its start was not seen: %s', (name) => {
    for (const [process, bracket] of [
      ['MainProcess', ''],
      ['EnvProcess-1', '[EnvProcess-1]'],
    ] as const) {
      const lines = logOf(name, process, bracket).split('\n');
      const from = lines.findIndex((line) => line.includes('[Example ID]: a'));
      const reading = readText(lines.slice(from).join('\n'));
      expect(told(reading).slice(1)).toEqual(['task a scored 0', 'task b scored 1', 'run_ended finished']);
      expect(reading.run?.dialect).toBe('osworld');
    }
  });

  it('has no lines of other modules in it, whatever they say', () => {
    const log = waaLog({ coloured: true }).record('run_local', argsOf('./out'));
    for (const line of [
      '[Domain]: evil',
      '[Example ID]: evil',
      'Total tasks: 9',
      'Result: 1.00',
      'Average score: 1',
    ])
      log.record('agent', line);
    log
      .record('agent', 'Exception in os/evil: x', 'ERROR')
      .record('agent', 'All processes died, exiting.', 'ERROR');
    expect(told(readText(log.text()))).toEqual([`run_started ${runId}`]);
  });

  it('of WAA is not taken for one of OSWorld', () => {
    const log = waaLog().begin('a').task('a').result('1.00').finished('a').average('1.0');
    const text = log.text().replaceAll('run/1-', 'start_waa/1-');
    expect(told(readText(text)).slice(1)).toEqual(['task a scored 1', 'run_ended finished']);
    expect(readText(text).run?.dialect).toBe('waa');
  });
});

describe('a log that begins in the middle of a run', () => {
  it("of several processes is not taken for WAA's, though its script has the name of WAA's", () => {
    const log = waaLog({ coloured: true });
    const say = (process: string, message: string, level = 'INFO') =>
      log.record('run', message, level, process);
    say('EnvProcess-2', 'Exception in EnvProcess-2 vlc/z: the machine is gone', 'ERROR');
    say('EnvProcess-1', '[EnvProcess-1][Domain]: vlc');
    say('EnvProcess-1', '[EnvProcess-1][Example ID]: a');
    log.record('lib_run_single', 'Result: 1.00', 'INFO', 'EnvProcess-1');
    say('MainProcess', 'Average score: 1.0');
    const reading = readText(log.text());
    expect(told(reading).slice(1)).toEqual([
      'task z exception null',
      'task a scored 1',
      'run_ended finished',
    ]);
    expect(reading.run?.dialect).toBe('osworld');
  });
});

describe('a run behind one that has no end in the log', () => {
  const startMs = { first: Date.UTC(2026, 0, 28, 1), second: Date.UTC(2026, 0, 28, 5) };
  const args = (name: string, dir = './results') =>
    `Args: Namespace(max_steps=15, model='${name}', result_dir='${dir}', num_envs=1)`;

  /** Two tasks, of which the first is scored. */
  function logOf(name: string, process: string, ms: number): string[] {
    const log = waaLog({ coloured: true, startMs: ms });
    const bracket = process === 'MainProcess' ? '' : `[${process}]`;
    log.record(name, 'Left tasks:\nvlc: 2\n').record(name, args('m'));
    if (bracket !== '') log.record(name, 'Total tasks: 2');
    if (bracket !== '') log.record(name, `Started process ${process} with PID 4711`);
    for (const id of ['a', 'b']) {
      log.record(name, `${bracket}[Domain]: vlc`, 'INFO', process);
      log.record(name, `${bracket}[Example ID]: ${id}`, 'INFO', process);
      log.record('lib_run_single', 'Step 1: click()', 'INFO', process);
      if (id === 'a') log.record('lib_run_single', 'Result: 1.00', 'INFO', process);
    }
    return log.text().replaceAll('\n\x1b', '\n\0\x1b').split('\0');
  }
  const names = ['run', 'run_multienv_claude', 'run_uitars', 'run_local'];
  const pairs = names.flatMap((first) => names.map((second) => [first, second] as const));

  it.each(pairs)('is a run of its own, without its list of tasks too: %s, then %s', (first, second) => {
    for (const process of ['MainProcess', 'EnvProcess-1']) {
      const before = logOf(first, process, startMs.first);
      const behind = logOf(second, process, startMs.second);
      const firstTask = behind.findIndex((line) => line.includes('[Domain]'));
      // Of a script with a name of its own, the arguments show that it is one.
      const isKnown = first === second || second.startsWith('run_multi') || second === 'run';
      const froms = process === 'MainProcess' || !isKnown ? [0, 1] : [0, 1, 2, 3];
      for (const from of froms.filter((index) => index < firstTask)) {
        // One that begins in its middle looks like WAA's, if one process of a run.py wrote it.
        for (const cut of first === 'run' && process === 'MainProcess' ? [0, 1] : [0, 3]) {
          const text = [...before.slice(cut), ...behind.slice(from)].join('');
          const { run, effects } = readText(text);
          const starts = effects.filter(({ type }) => type === 'run_started');
          const which = `${process}: ${String(cut)} lines cut, then ${String(from)}`;
          expect([which, starts.length]).toEqual([which, 2]);
          expect(run?.tasks.map(({ taskId, attempt }) => [taskId, attempt])).toEqual([
            ['a', 1],
            ['b', 1],
          ]);
          expect(run?.dialect).toBe('osworld');
        }
      }
    }
  });

  it('is known by the arguments of the run, not by those that an agent logs', () => {
    const lines = logOf('run_local', 'MainProcess', startMs.first);
    const log = waaLog({ coloured: true, startMs: startMs.second });
    log.record('agent', "Args: Namespace(model='m', temperature=1)");
    log.record('agent', args('m'), 'INFO', 'EnvProcess-1');
    expect(readText(lines.join('') + log.text()).run?.parts).toHaveLength(1);
    expect(told(readText(lines.join('') + log.text()))).toHaveLength(2);
  });

  it.each(['agent', 'mm_agents.uitars', 'utils'])(
    'does not begin with the arguments of the run in the words of another module: %s',
    (module) => {
      for (const process of ['MainProcess', 'EnvProcess-1']) {
        const before = logOf('run_uitars', process, startMs.first);
        const bracket = process === 'MainProcess' ? '' : `[${process}]`;
        const log = waaLog({ coloured: true, startMs: startMs.first + 3_600_000 })
          .record(module, args('m'))
          .record(module, 'Result: 0.00')
          .record(module, 'Average score: 0.0')
          .record('lib_run_single', 'Result: 0.00', 'INFO', process)
          .record('run_uitars', `${bracket}[Domain]: vlc`, 'INFO', process)
          .record('run_uitars', `${bracket}[Example ID]: c`, 'INFO', process)
          .record('lib_run_single', 'Result: 1.00', 'INFO', process)
          .record('run_uitars', 'Average score: 0.67')
          .record(module, args('m'));
        const reading = readText(before.join('') + log.text());
        expect(told(reading).slice(1)).toEqual([
          'task a scored 1',
          'task b scored 0',
          'task c scored 1',
          'run_ended finished',
        ]);
        expect(reading.run).toMatchObject({ averageScore: 0.67 });
      }
    },
  );

  it('begins with its arguments if the same script then begins a task', () => {
    const before = logOf('run_uitars', 'MainProcess', startMs.first).join('');
    const log = waaLog({ coloured: true, startMs: startMs.second })
      .record('run_local', args('next', './next'))
      .record('desktop_env', 'Resetting environment...');
    expect(readText(before + log.text()).effects.at(-1)?.type).not.toBe('run_started');
    log.record('run_local', '[Domain]: vlc').record('run_local', '[Example ID]: a');
    expect(readText(before + log.text()).run).toMatchObject({
      runId: 'vm-20260128-050001000',
      arguments: { model: 'next', resultDir: './next' },
      tasks: [{ taskId: 'a', domain: 'vlc', outcome: null }],
    });
  });

  it('goes on with it if it plans what that left, whoever wrote it', () => {
    const before = logOf('run_multienv', 'EnvProcess-1', startMs.first);
    const log = waaLog({ coloured: true, startMs: startMs.second });
    log.record('run_multienv', 'Total tasks: 1');
    log.record('run_multienv', '[EnvProcess-1][Domain]: vlc', 'INFO', 'EnvProcess-1');
    log.record('run_multienv', '[EnvProcess-1][Example ID]: b', 'INFO', 'EnvProcess-1');
    const { run } = readText(before.join('') + log.text());
    expect(run).toMatchObject({ totalTasks: 2, parts: [{}, {}] });
    expect(run?.tasks.map(({ taskId, attempt }) => [taskId, attempt])).toEqual([
      ['a', 1],
      ['b', 1],
      ['b', 2],
    ]);
  });

  it('of another script is one, where it begins in its middle behind a run that is over', () => {
    const before = logOf('run_uitars', 'EnvProcess-1', startMs.first).join('');
    const over = waaLog({ coloured: true, startMs: startMs.first + 3_600_000 })
      .record('run_uitars', 'Average score: 1.0')
      .text();
    const behind = logOf('run_local', 'EnvProcess-1', startMs.second);
    const from = behind.findIndex((line) => line.includes('[Domain]'));
    const { run, effects } = readText(before + over + behind.slice(from).join(''));
    expect(effects.filter(({ type }) => type === 'run_started')).toHaveLength(2);
    expect(run?.tasks.map(({ taskId }) => taskId)).toEqual(['a', 'b']);
  });
});

describe('a run that has announced itself and is over', () => {
  it('does not begin again with what its processes still log', () => {
    for (const last of ['Average score: 1.0', 'Unexpected error in main process: no space left']) {
      const log = manyLog();
      log.task('EnvProcess-1', 'a');
      log.play('EnvProcess-1', 'Result: 1.00');
      log.main(last, last.startsWith('Average') ? 'INFO' : 'ERROR');
      const before = told(readText(log.text()));
      log.say('EnvProcess-2', '[EnvProcess-2][Example ID]: b');
      log.task('EnvProcess-2', 'c');
      log.play('EnvProcess-2', 'Step 1: click()');
      log.play('EnvProcess-2', 'Result: 0.00');
      log.say('EnvProcess-2', 'Exception in EnvProcess-2 os/d: the machine is gone', 'ERROR');
      log.say('EnvProcess-2', 'Process 2 received signal 15. Shutting down...');
      expect(told(readText(log.text()))).toEqual(before);
    }
  });

  it.each(['run', 'run_agents'])('begins again with a task that its main process names, in %s', (script) => {
    const log = waaLog({ coloured: true });
    const play = (id: string) =>
      log
        .record(script, '[Domain]: os')
        .record(script, `[Example ID]: ${id}`)
        .record('lib_run_single', 'Result: 1.00');
    log.record(script, 'Left tasks:\nos: 3\n').record(script, args);
    play('a');
    log.record(script, 'Average score: 1.0');
    play('b');
    play('c');
    log.record(script, 'Average score: 1.0');
    const { effects } = readText(log.text());
    expect(told({ effects }).map((line) => line.replace(/ vm-.*/, ''))).toEqual([
      'run_started',
      'task a scored 1',
      'run_ended finished',
      'run_started',
      'task b scored 1',
      'task c scored 1',
      'run_ended finished',
    ]);
  });

  it('does not begin again with the name of a task that another module logs', () => {
    const log = singleLog().task('a').result('1.00').average('1.0');
    const before = told(readText(log.text()));
    log.record('evaluator', '[Example ID]: a').record('evaluator', 'Result: 0.00');
    expect(told(readText(log.text()))).toEqual(before);
  });

  it.each([
    ['its arguments', args],
    ['the number of its tasks', 'Total tasks: 2'],
    ['its first process', 'Started process EnvProcess-1 with PID 48211'],
  ])('is followed by another run that begins with %s', (_what, line) => {
    const log = manyLog();
    log.task('EnvProcess-1', 'a');
    log.play('EnvProcess-1', 'Result: 1.00');
    log.main('Average score: 1.0');
    log.main(line);
    log.task('EnvProcess-1', 'a');
    log.play('EnvProcess-1', 'Result: 0.00');
    const lines = told(readText(log.text()));
    expect(lines.filter((text) => text.startsWith('run_started'))).toHaveLength(2);
    expect(lines.at(-1)).toBe('task a scored 0');
  });
});

describe('a run of several processes', () => {
  it('keeps their tasks apart', () => {
    const log = manyLog();
    log.task('EnvProcess-1', 'a');
    log.task('EnvProcess-2', 'b');
    log.play('EnvProcess-2', 'Step 1 Actions: [{"type": "click"}]');
    log.play('EnvProcess-1', 'Step 4: click()');
    log.play('EnvProcess-2', 'Result: 0.00');
    log.play('EnvProcess-1', 'Result: 1.00');
    const reading = readText(log.text());
    expect(endedTasks(reading)).toEqual([
      ['b', 'scored', 0, false, 1],
      ['a', 'scored', 1, true, 1],
    ]);
    expect(reading.run?.tasks.map(({ taskId, steps }) => [taskId, steps])).toEqual([
      ['a', 4],
      ['b', 1],
    ]);
    expect(reading.run).toMatchObject({ dialect: 'osworld', totalTasks: 3, runId });
  });

  it('counts the steps of the player, in all its words, and not those of the desktop', () => {
    const log = manyLog();
    log.task('EnvProcess-1', 'a');
    log.play('EnvProcess-1', 'Step 2: click()');
    log.play('EnvProcess-1', 'Agent reported FAIL at step 3');
    const text = `${log.text()}${waaLog({ coloured: true })
      .record('desktop_env', 'Step 9 in trajectory 0 with action: x', 'INFO', 'EnvProcess-1')
      .text()}`;
    expect(readText(text).run?.tasks[0]?.steps).toBe(3);
  });

  it('loses the task of a process that dies, at once, and goes on with another', () => {
    const log = manyLog();
    log.task('EnvProcess-2', 'a');
    log.main('Process EnvProcess-2 died, restarting...', 'WARNING');
    log.main('Restarted process EnvProcess-Restart-2 with PID 5');
    expect(endedTasks(readText(log.text()))).toEqual([['a', 'lost', null, false, 1]]);
    log.task('EnvProcess-Restart-2', 'b');
    log.play('EnvProcess-Restart-2', 'Result: 1.00');
    expect(told(readText(log.text()))).toEqual([
      `run_started ${runId}`,
      'task a lost null',
      'task b scored 1',
    ]);
  });

  it('is not over when the queue is empty', () => {
    const log = manyLog();
    log.task('EnvProcess-1', 'a');
    log.main('All tasks finished.');
    expect(readText(log.text()).run?.state).toBe('running');
    log.play('EnvProcess-1', 'Result: 1.00');
    log.main('Average score: 1.0');
    expect(told(readText(log.text())).slice(1)).toEqual(['task a scored 1', 'run_ended finished']);
  });

  it('has crashed when all processes died, whatever average it tells afterwards', () => {
    const log = manyLog();
    log.task('EnvProcess-1', 'a');
    log.main('Process EnvProcess-1 died, restarting...', 'WARNING');
    log.main('All processes died, exiting.', 'ERROR');
    log.main('Average score: 0');
    expect(told(readText(log.text())).slice(1)).toEqual(['task a lost null', 'run_ended crashed']);
    expect(readText(log.text()).run?.endMessage).toBe('All processes died, exiting.');
  });

  it.each(['Unexpected error while waiting for processes', 'Unexpected error in main process'])(
    'has crashed with "%s"',
    (words) => {
      const log = manyLog();
      log.task('EnvProcess-1', 'a');
      log.main(`${words}: [Errno 24] Too many open files`, 'ERROR');
      log.bare('Traceback (most recent call last):');
      log.main('Terminating process EnvProcess-1 due to error...');
      log.main('Unexpected error in main process: [Errno 24] Too many open files', 'ERROR');
      log.main('Main process final cleanup...');
      expect(told(readText(log.text())).slice(1)).toEqual(['task a lost null', 'run_ended crashed']);
      expect(readText(log.text()).run?.endMessage).toBe('[Errno 24] Too many open files');
    },
  );

  it.each(['Task-level error in', 'Process-level error in'])('ends a task with "%s"', (words) => {
    const log = manyLog();
    log.task('EnvProcess-1', 'a');
    log.say('EnvProcess-1', `${words} EnvProcess-1: no such file`, 'ERROR');
    expect(endedTasks(readText(log.text()))).toEqual([['a', 'exception', null, false, 1]]);
    expect(readText(log.text()).run?.tasks[0]?.message).toBe('no such file');
  });

  it('ends a task with the exception of its process, once', () => {
    const log = manyLog();
    log.task('EnvProcess-1', 'a');
    log.say('EnvProcess-1', 'Exception in EnvProcess-1 os/a: list index out of range', 'ERROR');
    log.say('EnvProcess-1', 'Failed to end recording: x', 'ERROR');
    log.say('EnvProcess-1', 'Task-level error in EnvProcess-1: x', 'ERROR');
    expect(endedTasks(readText(log.text()))).toEqual([['a', 'exception', null, false, 1]]);
  });

  it('plays a task several times, as the number of the try behind its id tells', () => {
    const log = manyLog();
    for (const [index, score] of ['1.00', '0.00'].entries()) {
      log.task('EnvProcess-1', `a[k=${String(index)}]`);
      log.play('EnvProcess-1', `Result: ${score}`);
    }
    log.task('EnvProcess-1', 'a[k=2]');
    log.say('EnvProcess-1', 'Exception in EnvProcess-1 os/a[k=2]: no space left', 'ERROR');
    expect(endedTasks(readText(log.text()))).toEqual([
      ['a', 'scored', 1, true, 1],
      ['a', 'scored', 0, false, 2],
      ['a', 'exception', null, false, 3],
    ]);
  });

  it('is interrupted when the last of its children got a signal', () => {
    const log = manyLog();
    log.task('EnvProcess-1', 'a');
    log.say('EnvProcess-1', '[Child 1] received signal 15. Closing envs...');
    expect(told(readText(log.text())).slice(1)).toEqual(['task a interrupted null', 'run_ended interrupted']);
  });

  it('is interrupted when the main process says so', () => {
    const log = manyLog();
    log.task('EnvProcess-1', 'a');
    log.main('Received signal 2. Gracefully shutting down...');
    log.main('Shutdown complete. Exiting.');
    expect(told(readText(log.text())).slice(1)).toEqual(['task a interrupted null', 'run_ended interrupted']);
  });

  it('is interrupted when the last of its processes was, and goes on when a task begins again', () => {
    const log = manyLog();
    log.task('EnvProcess-1', 'a');
    log.task('EnvProcess-2', 'b');
    log.say('EnvProcess-1', 'Process 1 received signal 15. Shutting down...');
    expect(told(readText(log.text())).slice(1)).toEqual(['task a interrupted null']);
    log.say('EnvProcess-2', 'Process 2 received signal 15. Shutting down...');
    expect(readText(log.text()).run?.state).toBe('interrupted');
    log.main('Process EnvProcess-1 died, restarting...', 'WARNING');
    log.task('EnvProcess-Restart-1', 'c');
    expect(readText(log.text()).run).toMatchObject({ state: 'running', runId });
  });

  it('takes the printed result where the logged one is missing, and else not again', () => {
    const log = manyLog();
    log.task('EnvProcess-1', 'a');
    log.play('EnvProcess-1', 'Reward: 0.00');
    log.bare('📝 Logged result: os/a -> success (score: 0.5)');
    log.bare('📝 Logged result: os/a -> success (score: 0.5)');
    log.task('EnvProcess-1', 'b');
    log.play('EnvProcess-1', 'Reward: 0.00');
    log.bare('📝 Logged result: os/b -> error (score: 0.0)');
    expect(endedTasks(readText(log.text()))).toEqual([
      ['a', 'scored', 0.5, false, 1],
      ['b', 'exception', null, false, 1],
    ]);
  });

  it('begins where the log begins when its start is not there', () => {
    const log = waaLog({ coloured: true });
    log.record('lib_run_single', 'Result: 1.00', 'INFO', 'EnvProcess-1');
    log.record('run_multienv_claude', '[EnvProcess-1][Domain]: os', 'INFO', 'EnvProcess-1');
    log.record('run_multienv_claude', '[EnvProcess-1][Example ID]: b', 'INFO', 'EnvProcess-1');
    expect(readText(log.text()).run).toMatchObject({
      dialect: 'osworld',
      tasks: [{ taskId: 'b', worker: 'EnvProcess-1', outcome: null }],
    });
  });
});
