/** Jobs as their files show them, and what becomes of them in a run. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countsOf,
  createRunSession,
  newSessionState,
  type RunSessionState,
  type TrialJob,
} from '../../../../src/main/engine/run/index.ts';
import {
  cuaResultFile,
  jobFiles,
  trialConfigFile,
  trialResultFile,
  type MadeFile,
  type MadeTrial,
} from '../../../support/job-files.ts';
import { fingerprint, told } from '../support.ts';
import { after, jobIn, jobsIn, jobStart } from './support.ts';

const job = 'tea-2026';
const brew: MadeTrial = {
  task: 'tea-bench/brew-tea',
  mark: 'aaaaaaa',
  startMs: after(1),
  minutes: 4,
  reward: 1,
};
const pour: MadeTrial = {
  task: 'tea-bench/pour',
  mark: 'bbbbbbb',
  startMs: after(2),
  minutes: 9,
  reward: 0.5,
};
const fail: MadeTrial = {
  ...{ task: 'tea-bench/boil', mark: 'ccccccc', startMs: after(6), minutes: 1 },
  raised: ['EnvironmentStartTimeoutError', 'no water'],
};
const results = (...trials: readonly MadeTrial[]) => trials.map((trial) => trialResultFile(job, trial));
const configs = (...trials: readonly MadeTrial[]) => trials.map((trial) => trialConfigFile(job, trial));
const open = (trialCount = 3, attempts = 1) =>
  jobFiles({ name: job, startMs: jobStart, endMs: null, trialCount, attempts });
const over = (trialCount = 3, attempts = 1) =>
  jobFiles({ name: job, startMs: jobStart, endMs: after(12), trialCount, attempts });

function take(state: RunSessionState, now: TrialJob, nowMs = after(12)) {
  const stored = JSON.parse(JSON.stringify(state)) as RunSessionState;
  return createRunSession(stored, { vm: 'vm', fingerprint, successThreshold: 1 }).takeJob(now, nowMs);
}

/** Looks at these states of the files, one after the other, as after a restart each time. @param nowMs of each look, or of all */
function followed(looks: readonly (readonly MadeFile[])[], nowMs: number | readonly number[] = after(12)) {
  let state = newSessionState(null);
  const effects = looks.flatMap((files, index) => {
    const step = take(state, jobIn(files), typeof nowMs === 'number' ? nowMs : nowMs[index]);
    state = step.state;
    return step.effects;
  });
  if (state.run === null) throw new Error('no run');
  return { run: state.run, effects, told: told({ effects }) };
}

describe('a job of Harbor', () => {
  it('is a run with its tasks, scores, exceptions, times, agent and model', () => {
    const { run, told } = followed([[...over(), ...results(brew, pour, fail)]]);
    expect(told).toEqual([
      'run_started vm-tea-2026-20260309080000',
      'task brew-tea scored 1',
      'task boil exception null',
      'task pour scored 0.5',
      'run_ended finished',
    ]);
    expect(run).toMatchObject({
      dialect: 'harbor',
      state: 'finished',
      ...{ startedAt: jobStart, endedAt: after(12), totalTasks: 3 },
      arguments: { agent: 'brewer', model: 'leaf-2' },
    });
    expect(run.tasks).toMatchObject([
      { taskId: 'brew-tea', domain: 'tea-bench', startedAt: after(1), endedAt: after(5), success: true },
      { taskId: 'pour', attempt: 1, startedAt: after(2), endedAt: after(11), success: false },
      { taskId: 'boil', startedAt: after(6), endedAt: after(7), outcome: 'exception' },
    ]);
    expect(countsOf(run)).toMatchObject({ tasksCompleted: 3, succeeded: 1, scored: 2, scoreSum: 1.5 });
  });

  it('shows the tasks that run, and ends each once, in however many looks', () => {
    const begun = [...open(), ...configs(brew, pour)];
    const { run, told, effects } = followed([
      open(),
      begun,
      begun,
      [...begun, ...results(brew)],
      [...begun, ...results(brew), ...configs(fail)],
      [...over(), ...configs(brew, pour, fail), ...results(brew, pour, fail)],
      [...over(), ...configs(brew, pour, fail), ...results(brew, pour, fail)],
    ]);
    expect(told.slice(1)).toEqual([
      'task brew-tea scored 1',
      'task boil exception null',
      'task pour scored 0.5',
      'run_ended finished',
    ]);
    expect(run.tasks).toMatchObject([
      { taskId: 'brew-tea', startedAt: after(1), isHandedOver: true },
      { taskId: 'pour', startedAt: after(2) },
      { taskId: 'boil', startedAt: after(6) },
    ]);
    const messages = effects.flatMap((effect) => (effect.type === 'task_ended' ? [effect.task.message] : []));
    expect(messages).toEqual([null, 'EnvironmentStartTimeoutError: no water', null]);
  });

  it('counts each task once, however many attempts and agents the job has', () => {
    const again: MadeTrial = { ...brew, mark: 'ddddddd', startMs: after(3), minutes: 1, reward: 0 };
    const { run } = followed([[...over(4, 2), ...results(brew, pour, again)]]);
    expect(run.totalTasks).toBe(2);
    expect(run.tasks.map(({ taskId, attempt, score }) => [taskId, attempt, score])).toEqual([
      ['brew-tea', 1, 1],
      ['pour', 1, 0.5],
      ['brew-tea', 2, 0],
    ]);
  });

  it('plays a trial that raised once more under its name: another attempt', () => {
    const first = [...open(), ...configs(fail), ...results(fail)];
    const { raised: _, ...calm } = fail;
    const retried: MadeTrial = { ...calm, startMs: after(7), minutes: 2, reward: 1 };
    const { run } = followed([
      first,
      // The old result is known, and the folder has been made anew.
      [...first, ...configs(retried)],
      [...open(), ...configs(retried), ...results(retried)],
    ]);
    expect(
      run.tasks.map(({ taskId, attempt, outcome, startedAt }) => [taskId, attempt, outcome, startedAt]),
    ).toEqual([
      ['boil', 1, 'exception', after(6)],
      ['boil', 2, 'scored', after(7)],
    ]);
  });

  it('goes on under its run when it is resumed', () => {
    const cancelled: MadeTrial = { ...pour, reward: null, raised: ['CancelledError', ''] };
    const resumed: MadeTrial = { ...pour, mark: 'eeeeeee', startMs: after(60) };
    const { run, told } = followed(
      [
        [...over(), ...results(brew, cancelled)],
        [
          ...jobFiles({ name: job, startMs: jobStart, endMs: null, trialCount: 3, activeMs: after(60) }),
          ...results(brew),
          ...configs(resumed),
        ],
        [
          ...jobFiles({ name: job, startMs: jobStart, endMs: after(70), trialCount: 3 }),
          ...results(brew, resumed),
        ],
      ],
      after(70),
    );
    expect(told.slice(1)).toEqual([
      'task brew-tea scored 1',
      'task pour interrupted null',
      'run_ended finished',
      'task pour scored 0.5',
      'run_ended finished',
    ]);
    expect(run).toMatchObject({ state: 'finished', endedAt: after(70) });
  });

  it('that was killed is interrupted after six hours, and not before', () => {
    const files = [...open(), ...configs(brew)];
    const early = followed([files], after(60 * 5));
    expect(early.run.state).toBe('running');
    const late = followed([files, files], after(60 * 7));
    expect(late.told.slice(1)).toEqual(['task brew-tea interrupted null', 'run_ended interrupted']);
    expect(late.run).toMatchObject({
      endMessage: 'The job has written nothing for 6 hours.',
      endedAt: after(1),
    });
  });

  it('has local times without a zone in its older files', () => {
    const local = ({ text, ...file }: MadeFile): MadeFile => ({
      ...file,
      text: text.replace(/123Z"/g, '123"'),
    });
    const files = [...over(), ...results(brew)].map(local);
    const made = jobIn(files, { zoneOffsetMinutes: 120, skewMs: 5_000 });
    expect(made.startedAt).toBe(jobStart - 2 * 3_600_000 - 5_000);
    expect(made.trials[0]?.endedAt).toBe(after(5) - 2 * 3_600_000 - 5_000);
    expect(made.key).toBe('tea-2026-20260309080000');
  });

  it('keeps its own name where that has a date, and takes the name of its folder where it has no other', () => {
    const dated = jobFiles({ name: '2026-03-09__08-00-00', startMs: jobStart, endMs: null, trialCount: 1 });
    expect(jobIn(dated).key).toBe('2026-03-09__08-00-00');
    const alone = [...open(), ...results(brew)].map((file) => ({
      ...file,
      path: file.path.replace(`/${job}`, ''),
    }));
    expect(jobIn(alone)).toMatchObject({ key: 'nightly-20260309080000', trials: [{ taskId: 'brew-tea' }] });
  });

  it('waits for a file that is half written', () => {
    const half = ({ text, ...file }: MadeFile): MadeFile => ({
      ...file,
      text: text.slice(0, text.length / 2),
    });
    const [result] = results(brew);
    if (result === undefined) throw new Error('no result');
    const running = jobIn([...open(), ...configs(brew), half(result)]);
    expect(running.trials).toMatchObject([{ taskId: 'brew-tea', end: null }]);
    expect(jobsIn([...open().map(half), ...results(brew)])).toEqual([]);
  });

  it('ends the same, whatever was seen of it on the way', () => {
    const trials = fc.array(
      fc.record({
        task: fc.constantFrom('a', 'b', 'tea-bench/c'),
        startMs: fc.integer({ min: 0, max: 200 }).map((minutes) => after(minutes)),
        minutes: fc.integer({ min: 0, max: 90 }),
        reward: fc.option(fc.constantFrom(0, 0.5, 1)),
      }),
      { maxLength: 12 },
    );
    const looks = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 5 });
    fc.assert(
      fc.property(trials, looks, (made, minutes) => {
        const named = made.map((trial, index) => ({ ...trial, mark: `x${String(index).padStart(6, '0')}` }));
        const filesAt = (minute: number): MadeFile[] => [
          ...jobFiles({
            name: job,
            startMs: jobStart,
            endMs: minute >= 300 ? after(300) : null,
            trialCount: made.length,
          }),
          ...named
            .filter(({ startMs }) => startMs <= after(minute))
            .map((trial) => trialConfigFile(job, trial)),
          ...named
            .filter((trial) => trial.startMs + trial.minutes * 60_000 <= after(minute))
            .map((trial) => trialResultFile(job, trial)),
        ];
        const at = [...minutes.toSorted((a, b) => a - b), 300];
        const seen = followed(at.map(filesAt), at.map(after));
        const atOnce = followed([filesAt(300)], after(300));
        const endsOf = ({ run }: typeof seen) =>
          run.tasks
            .map(({ worker, outcome, score, endedAt }) => [worker, outcome, score, endedAt])
            .toSorted();
        expect(endsOf(seen)).toEqual(endsOf(atOnce));
        expect(seen.told.filter((line) => line.startsWith('task '))).toHaveLength(named.length);
        expect(seen.run).toMatchObject({ state: 'finished', endedAt: after(300) });
      }),
      { numRuns: 50 },
    );
  });
});

describe('a run of cua-bench', () => {
  const trial: MadeTrial = { task: 'notes', mark: '', startMs: after(1), minutes: 2, reward: 0.5 };
  const log: MadeFile = { path: './0a1b2c3d/run.log', text: 'made up\n', modifiedAtMs: after(1) };
  const summary: MadeFile = {
    path: './0a1b2c3d/summary.json',
    text: JSON.stringify({ schema_version: 1, total: 3, n_total_trials: 3, results: [], stats: {} }),
    modifiedAtMs: after(9),
  };

  it('is known by its variants, and is over when its summary is there', () => {
    const files = [
      log,
      cuaResultFile('0a1b2c3d', trial, { variant: 0 }),
      cuaResultFile(
        '0a1b2c3d',
        { ...trial, startMs: after(4), reward: null },
        { variant: 1, status: 'failed', error: 'no screen' },
      ),
    ];
    const { run, told } = followed([files, [...files, summary]]);
    expect(told).toEqual([
      'run_started vm-0a1b2c3d',
      'task notes_v0 scored 0.5',
      'task notes_v1 exception null',
      'run_ended finished',
    ]);
    expect(run).toMatchObject({ dialect: 'cua-bench', totalTasks: 3, endedAt: after(9) });
    expect(run.tasks[0]).toMatchObject({ domain: 'notes', startedAt: after(1), endedAt: after(3) });
  });

  it('plays a variant several times: attempts at one task', () => {
    const files = [0, 1, 2].map((attempt) =>
      cuaResultFile('0a1b2c3d', { ...trial, startMs: after(attempt * 3) }, { variant: 0, attempt }),
    );
    const { run } = followed([[log, ...files, summary]]);
    expect(run.tasks.map(({ taskId, attempt }) => [taskId, attempt])).toEqual([
      ['notes_v0', 1],
      ['notes_v0', 2],
      ['notes_v0', 3],
    ]);
    expect(run.totalTasks).toBe(1);
  });
});

describe('a run of terminal-bench 1', () => {
  const run = '2026-03-09__08-00-00';
  const metadata = (endMs: number | null): MadeFile => ({
    path: `./${run}/run_metadata.json`,
    text: JSON.stringify({
      ...{ run_id: run, dataset_size: 2, n_attempts: 2, agent_name: 'brewer', model_name: 'maker/leaf-2' },
      start_time: new Date(jobStart).toISOString(),
      end_time: endMs === null ? null : new Date(endMs).toISOString(),
    }),
    modifiedAtMs: endMs ?? jobStart,
  });
  const trial = (task: string, index: number, minutes: number, own: object): MadeFile => ({
    path: `./${run}/${task}/${task}.${String(index)}-of-2.${run}/results.json`,
    text: JSON.stringify({
      ...{ trial_name: `${task}.${String(index)}-of-2.${run}`, task_id: task, instruction: 'Do it.', ...own },
      trial_started_at: new Date(after(minutes)).toISOString().replace('Z', '+00:00'),
      trial_ended_at: new Date(after(minutes + 1)).toISOString().replace('Z', '+00:00'),
    }),
    modifiedAtMs: after(minutes + 1),
  });

  it('is known by its own file and those of its trials', () => {
    const files = [
      trial('pour', 1, 1, { is_resolved: true, failure_mode: 'unset' }),
      trial('pour', 2, 3, { is_resolved: false, failure_mode: 'unset' }),
      trial('boil', 1, 5, { is_resolved: null, failure_mode: 'agent_installation_failed' }),
    ];
    const followedRun = followed([
      [metadata(null), ...files.slice(0, 1)],
      [metadata(after(8)), ...files],
    ]);
    expect(followedRun.told).toEqual([
      `run_started vm-${run}`,
      'task pour scored 1',
      'task pour scored 0',
      'task boil exception null',
      'run_ended finished',
    ]);
    expect(followedRun.run).toMatchObject({
      ...{ dialect: 'terminal-bench', totalTasks: 2, endedAt: after(8) },
      arguments: { agent: 'brewer', model: 'maker/leaf-2' },
    });
  });
});

describe('a folder of jobs', () => {
  it('holds each job once, the one that was active last at the end, and nothing else is one', () => {
    const file = (path: string, text = '{}', minutes = 0): MadeFile => ({
      path,
      text,
      modifiedAtMs: after(minutes),
    });
    const older = jobFiles({ name: 'older', startMs: after(-90), endMs: after(-60), trialCount: 1 });
    const found = jobsIn([
      ...open(),
      ...results(brew),
      ...older,
      trialResultFile('older', { ...brew, startMs: after(-80) }),
      file('./pyautogui/gpt-4o/0/chrome/x/result.json', '{"score": 1}', 3),
      file('./pyautogui/gpt-4o/0/chrome/config.json', '{"a": 1}', 3),
      file('./loose/result.json', '{"n_total_trials": 3}'),
      // As training and other benchmarks leave them behind.
      file('./sweep/a/config.json', '{"lr": 0.1}', 4),
      file('./sweep/a/result.json', '{"accuracy": 0.5}', 5),
      file('./sweep/b/config.json', '{"lr": 0.2}', 6),
      file('./sweep/c/result.json', '{"accuracy": 0.5}', 5),
      file('./sweep/c/config.json', '{"task": "vlc"}', 7),
      file('./sweep/d/config.json', '{"lr":', 8),
      file('./config.json'),
      file('./summary.json', '{"total": 1}'),
      file(`./${job}/bad\u001b[31mname/result.json`, results(brew)[0]?.text),
    ]);
    expect(found.map(({ key, trials }) => [key, trials.length])).toEqual([
      ['older-20260309063000', 1],
      ['tea-2026-20260309080000', 1],
    ]);
  });
});
