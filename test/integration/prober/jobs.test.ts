/** Jobs of Harbor and cua-bench on a machine with a real OpenSSH server: no log tells of them, their files do. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tmpdir } from 'node:os';
import {
  cuaResultFile,
  jobFiles,
  madeSecret,
  putFiles,
  trialConfigFile,
  trialResultFile,
  type MadeTrial,
} from '../../support/job-files.ts';
import type { RealVm } from '../../support/real-vm.ts';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { busyboxStaticPath, sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, realVm, watch, type Watched } from './watched.ts';

const minuteMs = 60_000;
const job = 'tea-time';

/** Three tasks of a job that began half an hour ago. */
function madeTrials(): { brew: MadeTrial; pour: MadeTrial; boil: MadeTrial; startMs: number } {
  const startMs = Date.now() - 30 * minuteMs;
  const task = (name: string, mark: string, fromMinute: number, minutes: number) => ({
    ...{ task: `tea-bench/${name}`, mark, startMs: startMs + fromMinute * minuteMs, minutes },
  });
  return {
    startMs,
    brew: { ...task('brew', 'aaaaaaa', 1, 4), reward: 1 },
    boil: {
      ...task('boil', 'bbbbbbb', 2, 20),
      raised: ['DockerError', `run -e MAKER_API_KEY=${madeSecret}`],
    },
    pour: { ...task('pour', 'ccccccc', 6, 23), reward: 0.25 },
  };
}

/** A machine without a Windows container. */
async function plainVm(options?: Parameters<typeof realVm>[0]): Promise<RealVm> {
  const vm = await realVm(options);
  vm.failDocker('sh: 1: docker: not found', 127);
  return vm;
}

const jobsOf = (vm: RealVm): string => join(vm.dir, 'home/jobs');
const watchJobs = (vm: RealVm, dataDir?: string): Promise<Watched> =>
  watch(
    { ...vm.config, benchmark: { log: null, results: jobsOf(vm) } },
    dataDir === undefined ? {} : { dataDir },
  );

function temporaryDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-data-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function get({ monitor }: Watched, path: string): Promise<unknown> {
  return (await fetch(`${monitor.url}${path}`)).json();
}

const ended = ({ client }: Watched) =>
  client
    .tasks()
    .map(({ task_id, outcome, score, duration_seconds }) => [task_id, outcome, score, duration_seconds]);

async function expectNoSecret(watched: Watched): Promise<void> {
  const runs = (await get(watched, '/api/runs')) as { run_id: string }[];
  const tasks = await Promise.all(runs.map(({ run_id }) => get(watched, `/api/runs/${run_id}/tasks`)));
  expect(JSON.stringify([watched.client.received, runs, tasks])).not.toContain(madeSecret);
}

describe.skipIf(sshdPath === null)('a job of Harbor', () => {
  it('is a run from its files alone: tasks, scores, exceptions, durations and its end', async () => {
    const vm = await plainVm();
    const { startMs, brew, boil, pour } = madeTrials();
    const made = { name: job, startMs, trialCount: 3 };
    putFiles(jobsOf(vm), [
      ...jobFiles({ ...made, endMs: null, activeMs: Date.now() - minuteMs }),
      ...[brew, boil, pour].map((trial) => trialConfigFile(job, trial)),
      trialResultFile(job, brew),
    ]);
    const watched = await watchJobs(vm);
    await until(() => watched.client.progress()?.tasks_completed === 1, 'its first task');
    expect(watched.client.progress()).toMatchObject({
      ...{ state: 'running', total_tasks: 3, current_task: 'pour', domain: 'tea-bench', score_sum: 1 },
      started_at: new Date(startMs).toISOString(),
    });
    putFiles(jobsOf(vm), [trialResultFile(job, boil)]);
    await until(() => watched.client.tasks().length >= 2, 'the next one');
    putFiles(jobsOf(vm), [trialResultFile(job, pour), ...jobFiles({ ...made, endMs: Date.now() })]);
    await until(() => watched.client.progress()?.state === 'finished', 'its end');
    expect(ended(watched)).toEqual([
      ['brew', 'scored', 1, 240],
      ['boil', 'exception', null, 1_200],
      ['pour', 'scored', 0.25, 1_380],
    ]);
    const [run, ...others] = (await get(watched, '/api/runs')) as Record<string, unknown>[];
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      ...{ dialect: 'harbor', state: 'finished', tasks_completed: 3, total_tasks: 3, succeeded: 1 },
      mean_score: 0.625,
    });
    const tasks = (await get(watched, `/api/runs/${String(run?.['run_id'])}/tasks`)) as Record<
      string,
      unknown
    >[];
    expect(tasks.map(({ task_id, message }) => [task_id, message])).toEqual([
      ['brew', null],
      ['boil', 'DockerError: run -e MAKER_API_KEY=***'],
      ['pour', null],
    ]);
    await until(() => watched.status()?.phase === 'unknown', 'a machine without Windows');
    expect(watched.client.errors()).toEqual([]);
    await expectNoSecret(watched);
  });

  it('goes on after a restart of BenchTray, and tells each task once', async () => {
    const vm = await plainVm();
    const dataDir = temporaryDataDir();
    const { startMs, brew, boil, pour } = madeTrials();
    const made = { name: job, startMs, trialCount: 3 };
    putFiles(jobsOf(vm), [
      ...jobFiles({ ...made, endMs: null }),
      ...[brew, boil].map((trial) => trialConfigFile(job, trial)),
      trialResultFile(job, brew),
    ]);
    const before = await watchJobs(vm, dataDir);
    await until(() => before.client.tasks().length >= 1, 'its first task');
    await before.close();
    putFiles(jobsOf(vm), [
      ...[boil, pour].map((trial) => trialResultFile(job, trial)),
      ...jobFiles({ ...made, endMs: Date.now() }),
    ]);
    const after = await watchJobs(vm, dataDir);
    await until(() => after.client.progress()?.state === 'finished', 'its end');
    // Those of before come from the journal.
    expect(ended(after).map(([task]) => task)).toEqual(['brew', 'boil', 'pour']);
    expect(await get(after, '/api/runs')).toMatchObject([{ state: 'finished', tasks_completed: 3 }]);
    expect(after.client.errors()).toEqual([]);
  });

  it('that was over before goes into the history only, and those before it do not', async () => {
    const vm = await plainVm();
    const { brew, pour } = madeTrials();
    const daysAgo = (days: number): number => Date.now() - days * 86_400_000;
    for (const [name, days] of [
      ['oldest', 5],
      ['old', 4],
    ] as const)
      putFiles(jobsOf(vm), [
        ...jobFiles({ name, startMs: daysAgo(days), endMs: daysAgo(days) + 60 * minuteMs, trialCount: 1 }),
        trialResultFile(name, { ...brew, startMs: daysAgo(days) }),
      ]);
    const watched = await watchJobs(vm);
    await until(() => watched.client.progress()?.state === 'finished', 'the newest of them');
    expect(await get(watched, '/api/runs')).toMatchObject([{ tasks_completed: 1, state: 'finished' }]);
    expect(watched.client.tasks()).toEqual([]);
    // The next job is told.
    putFiles(jobsOf(vm), [
      ...jobFiles({ name: job, startMs: Date.now(), endMs: null, trialCount: 1 }),
      trialConfigFile(job, { ...pour, startMs: Date.now() }),
    ]);
    await until(() => watched.client.progress()?.current_task === 'pour', 'another job');
    expect(watched.client.progress()?.state).toBe('running');
    expect(await get(watched, '/api/runs')).toMatchObject([{ state: 'running' }, { state: 'finished' }]);
  });

  it('is found by its process, and by the folder that it was told', async () => {
    const vm = await plainVm();
    const cwd = join(vm.dir, 'home/work');
    mkdirSync(join(cwd, 'bin'), { recursive: true });
    const words = ['run', '-d', 'tea-bench', '-m', 'maker/leaf-2', '--ak', madeSecret, '--jobs-dir', 'out'];
    await vm.startRunner({ where: 'host', cwd, script: 'bin/harbor', words });
    const { startMs, brew } = madeTrials();
    putFiles(join(cwd, 'out'), [
      ...jobFiles({ name: job, startMs, endMs: null, trialCount: 2, activeMs: Date.now() }),
      trialResultFile(job, brew),
    ]);
    const watched = await watch(vm.config);
    await until(() => watched.client.progress()?.tasks_completed === 1, 'its first task');
    expect(watched.status()).toMatchObject({
      phase: 'unknown',
      detail: { runner: 'harbor --model maker/leaf-2 --jobs_dir out', container: null },
    });
    expect(watched.status()?.detail.found).toContainEqual(
      expect.objectContaining({ piece: 'results', value: join(cwd, 'out'), why: '--jobs_dir of harbor' }),
    );
    expect(watched.client.errors()).toEqual([]);
    await expectNoSecret(watched);
  });

  it('crashes with its process, and goes on when it is resumed', async () => {
    const vm = await plainVm();
    const cwd = join(vm.dir, 'home/work');
    mkdirSync(join(cwd, 'bin'), { recursive: true });
    const play = (words: readonly string[]) =>
      vm.startRunner({ where: 'host', cwd, script: 'bin/harbor', words: [...words, '--jobs-dir', 'out'] });
    await play(['run', '-d', 'tea-bench']);
    const { startMs, brew, boil, pour } = madeTrials();
    const made = { name: job, startMs, trialCount: 3, endMs: null };
    putFiles(join(cwd, 'out'), [
      ...jobFiles({ ...made, activeMs: Date.now() }),
      ...[brew, boil].map((trial) => trialConfigFile(job, trial)),
      trialResultFile(job, brew),
    ]);
    const watched = await watch(vm.config);
    await until(() => watched.client.progress()?.tasks_completed === 1, 'its first task');
    await until(() => watched.status()?.detail.runner != null, 'its process is seen');
    await vm.stopRunner();
    expect(await watched.untilError('run_crashed')).toMatchObject({
      detail: 'The benchmark process is gone.',
      hint: 'Look at the output of the command. Resume the job to go on with what is left.',
    });
    await until(() => watched.client.progress()?.state === 'crashed', 'the crash is shown');
    expect(watched.client.progress()?.tasks_completed).toBe(1);
    // The resumed job crashes before any trial ends.
    await play(['jobs', 'resume', '-p', `out/${job}`]);
    putFiles(join(cwd, 'out'), [trialConfigFile(job, { ...boil, startMs: Date.now() })]);
    await until(() => watched.client.progress()?.state === 'running', 'the run goes on');
    await vm.stopRunner();
    await until(() => watched.client.progress()?.state !== 'running', 'it has crashed again');
    expect(watched.client.errors().map(({ code }) => code)).toEqual(['run_crashed', 'run_crashed']);
    await play(['jobs', 'resume', '-p', `out/${job}`]);
    putFiles(join(cwd, 'out'), [
      trialConfigFile(job, { ...boil, startMs: Date.now() }),
      trialResultFile(job, { ...pour, startMs: Date.now() - minuteMs, minutes: 1 }),
    ]);
    await until(() => watched.client.progress()?.state === 'running', 'the run goes on');
    await until(() => watched.client.progress()?.tasks_completed === 2, 'another task');
    expect(ended(watched).map(([task, outcome]) => [task, outcome])).toEqual([
      ['brew', 'scored'],
      ['boil', 'interrupted'],
      ['boil', 'interrupted'],
      ['pour', 'scored'],
    ]);
    expect(await get(watched, '/api/runs')).toMatchObject([{ state: 'running', tasks_completed: 2 }]);
  });

  it.skipIf(busyboxStaticPath === null)('is read by the shell of a small machine', async () => {
    const vm = await plainVm({ shell: busyboxStaticPath ?? '' });
    const { startMs, brew, boil } = madeTrials();
    putFiles(jobsOf(vm), [
      ...jobFiles({ name: job, startMs, endMs: Date.now(), trialCount: 2 }),
      ...[brew, boil].map((trial) => trialResultFile(job, trial)),
    ]);
    const watched = await watchJobs(vm);
    await until(() => watched.client.progress()?.state === 'finished', 'its end');
    expect(watched.client.progress()).toMatchObject({ tasks_completed: 2, total_tasks: 2, score_sum: 1 });
  });

  it('does not hide the run of a log, and is not taken for its results', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const { startMs, brew } = madeTrials();
    putFiles(jobsOf(vm), [
      ...jobFiles({ name: job, startMs, endMs: startMs + 10 * minuteMs, trialCount: 1 }),
      trialResultFile(job, brew),
    ]);
    const watched = await watchJobs(vm);
    await until(() => watched.client.progress()?.total_tasks === 1, 'the job');
    vm.runSays(sampleRunByTask(Date.now()).slice(0, 2).join(''));
    await until(() => watched.client.progress()?.total_tasks === 12, 'the run of the log');
    expect(watched.client.progress()).toMatchObject({ state: 'running', tasks_completed: 2 });
  });
});

describe.skipIf(sshdPath === null)('a run of cua-bench', () => {
  it('is over when its summary is there', async () => {
    const vm = await plainVm();
    const run = '0a1b2c3d';
    const startMs = Date.now() - 10 * minuteMs;
    const trial: MadeTrial = { task: 'notes', mark: '', startMs, minutes: 2, reward: 1 };
    const log = { path: `./${run}/run.log`, text: 'made up\n', modifiedAtMs: startMs };
    putFiles(jobsOf(vm), [log, cuaResultFile(run, trial, { variant: 0 })]);
    const watched = await watchJobs(vm);
    await until(() => watched.client.tasks().length >= 1, 'its first variant');
    const summary = JSON.stringify({ schema_version: 1, total: 2, n_total_trials: 2, results: [] });
    putFiles(jobsOf(vm), [
      cuaResultFile(run, { ...trial, startMs: startMs + 3 * minuteMs, reward: 0 }, { variant: 1 }),
      { path: `./${run}/summary.json`, text: summary, modifiedAtMs: Date.now() },
    ]);
    await until(() => watched.client.progress()?.state === 'finished', 'its end');
    expect(ended(watched)).toEqual([
      ['notes_v0', 'scored', 1, 120],
      ['notes_v1', 'scored', 0, 120],
    ]);
    expect(await get(watched, '/api/runs')).toMatchObject([
      { run_id: 'vm-0a1b2c3d', dialect: 'cua-bench', total_tasks: 2, tasks_completed: 2 },
    ]);
  });
});
