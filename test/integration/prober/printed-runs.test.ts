/** Benchmarks that tell of their tasks only in what they print, on a machine with a real OpenSSH server. */
import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { realVm, watch } from './watched.ts';

const record =
  '[2026-06-02 15:49:58,000 INFO _client/1025-ForkPoolWorker-1] HTTP Request: POST "HTTP/1.1 200 OK"\n';

/** A VM without Docker, on which CoAct logs nothing of its tasks. */
async function vmWithCoAct() {
  const vm = await realVm();
  vm.failDocker('sh: 1: docker: not found', 127);
  const cwd = join(vm.dir, 'home/CoAct');
  mkdirSync(join(cwd, 'logs'), { recursive: true });
  writeFileSync(join(cwd, 'logs/normal-20260602@154900.log'), record.repeat(20));
  return { vm, cwd, output: join(cwd, 'coact.out') };
}

describe.skipIf(sshdPath === null)('a run of CoAct', () => {
  it('is found beside the log of its process, which names no task, and gets its scores from their files', async () => {
    const { vm, cwd, output } = await vmWithCoAct();
    const words = ['--result_dir', 'out', '--client_password', 'sk-secret'];
    await vm.startRunner({ where: 'host', cwd, script: 'run_coact.py', words, output });
    const putResult = (taskId: string, score: string): void => {
      const folder = join(cwd, 'out/coact_hybrid/os', taskId);
      mkdirSync(folder, { recursive: true });
      if (score === '') writeFileSync(join(folder, 'err_reason.txt'), 'Fatal error: x');
      writeFileSync(join(folder, 'result.txt'), score === '' ? '0.0' : score);
    };
    const say = (...lines: string[]) => appendFileSync(output, lines.map((line) => `${line}\n`).join(''));
    say(
      'Results already exist in os/94d9-0, result: 1.0',
      'Processing 3 tasks with 2 workers...',
      'Score: 1.0',
    );
    // Before BenchTray comes.
    putResult('94d9-1', '1.0');
    const watched = await watch(vm.config);
    const { client } = watched;
    await until(() => client.tasks().length >= 1, 'the first result');
    expect(client.progress()).toMatchObject({ total_tasks: 3, tasks_completed: 1, current_task: null });
    expect(client.progress()?.started_at).not.toBeNull();
    say('Error processing task os/94d9-2', 'Traceback (most recent call last):', 'KeyError: x');
    putResult('94d9-2', '');
    await until(() => client.tasks().length >= 2, 'the task that raised');
    putResult('94d9-3', '0.5');
    say('Score: 0.5', '', '=== Task Processing Complete ===', 'os: 3 tasks, average score: 0.50');
    await vm.stopRunner();
    await until(() => client.progress()?.state === 'finished', 'the end of the run');
    await until(() => client.progress()?.score_sum === 1.5, 'the last result');
    // Long enough for the results to make a run of their own.
    const looks = client.statuses().length;
    await until(() => client.statuses().length > looks + 10, 'more looks');
    expect(
      client
        .tasks()
        .map(({ task_id, domain, outcome, score, attempt }) => [task_id, domain, outcome, score, attempt]),
    ).toEqual([
      ['94d9-1', 'os', 'scored', 1, 1],
      ['94d9-2', 'os', 'exception', null, 1],
      ['94d9-3', 'os', 'scored', 0.5, 1],
    ]);
    expect(new Set(client.tasks().map(({ run_id }) => run_id)).size).toBe(1);
    expect(client.progress()).toMatchObject({ state: 'finished', tasks_completed: 3, score_sum: 1.5 });
    expect(client.errors()).toEqual([]);
    expect(JSON.stringify([client.received, watched.monitor.logged])).not.toContain('sk-secret');
  });
});

describe.skipIf(sshdPath === null)('a run of CoAct that began before its output was cut', () => {
  it('is known by its process and its scores, and gets them from their files', async () => {
    const { vm, cwd, output } = await vmWithCoAct();
    const words = ['--result_dir', 'out'];
    const putResult = (taskId: string, score: string): void => {
      const folder = join(cwd, 'out/coact_hybrid/os', taskId);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'result.txt'), score);
    };
    // Of an earlier run.
    putResult('94d9-0', '1.0');
    utimesSync(join(cwd, 'out/coact_hybrid/os/94d9-0/result.txt'), 1_770_000_000, 1_770_000_000);
    await vm.startRunner({ where: 'host', cwd, script: 'run_coact.py', words, output });
    appendFileSync(output, record.repeat(3));
    putResult('94d9-1', '1.0');
    const watched = await watch(vm.config);
    const { client } = watched;
    await until(() => watched.status()?.detail.runner != null, 'its process is seen');
    appendFileSync(output, `Score: 1.0\n${record}`);
    await until(() => client.tasks().length >= 1, 'the first result');
    expect(client.progress()).toMatchObject({ state: 'running', total_tasks: 0, tasks_completed: 1 });
    putResult('94d9-2', '0.0');
    appendFileSync(output, 'Score: 0.0\n');
    await until(() => client.progress()?.tasks_completed === 2, 'the second result');
    await until(() => client.tasks().length >= 2, 'its task');
    appendFileSync(output, '\n=== Task Processing Complete ===\nos: 2 tasks, average score: 0.50\n');
    await until(() => client.progress()?.state === 'finished', 'the end of the run');
    expect(client.errors()).toEqual([]);
    expect(client.tasks().map(({ task_id, outcome, score }) => [task_id, outcome, score])).toEqual([
      ['94d9-1', 'scored', 1],
      ['94d9-2', 'scored', 0],
    ]);
    expect(new Set(client.tasks().map(({ run_id }) => run_id)).size).toBe(1);
  });
});

describe.skipIf(sshdPath === null)('a run of macOSWorld', () => {
  it('is found by its agent, in what its testbench prints, and crashes with it', async () => {
    const vm = await realVm();
    vm.failDocker('sh: 1: docker: not found', 127);
    const cwd = join(vm.dir, 'home/macosworld');
    mkdirSync(cwd, { recursive: true });
    const output = join(cwd, 'mac.out');
    const words = [
      '--guest_password',
      'sk-secret',
      '--gui_agent_name',
      'gpt-4o',
      '--base_save_dir',
      './results/gpt',
    ];
    await vm.startRunner({ where: 'host', cwd, script: 'testbench.py', words, output });
    const say = (title: string, content: string): void => {
      const time = new Date().toISOString().slice(0, 19).replace('T', ' ');
      appendFileSync(output, `\r\x1b[7m ${time} \x1b[0m [${title}] ${content}\n`);
    };
    const begin = (index: number, uuid: string): void => {
      say(`Task (${String(index)}/3)`, `${uuid}, Task language en, Env language zh, Attempt 1`);
    };
    begin(1, '0b0c');
    say('Evaluation result', '100');
    const watched = await watch(vm.config);
    const { client } = watched;
    await until(() => client.tasks().length >= 1, 'the first result');
    begin(2, '1d1e');
    say('Task (2/3)/zh/en Step 1/15', 'Status: unfinished');
    await until(() => client.progress()?.current_step === 1, 'the second task');
    expect(client.progress()).toMatchObject({
      ...{ tasks_completed: 1, total_tasks: 3, current_task: '1d1e_en_zh', max_steps: 15 },
    });
    const command = 'testbench.py --gui_agent_name gpt-4o --base_save_dir ./results/gpt';
    await until(() => watched.status()?.detail.runner === command, 'its process is seen');
    await vm.stopRunner();
    expect((await watched.untilError('run_crashed')).detail).toBe('The benchmark process is gone.');
    const told = client.tasks().map(({ task_id, outcome, score }) => [task_id, outcome, score]);
    expect(told).toEqual([
      ['0b0c_en_zh', 'scored', 1],
      ['1d1e_en_zh', 'interrupted', null],
    ]);
    expect(JSON.stringify([client.received, watched.monitor.logged])).not.toContain('sk-secret');
  });
});
