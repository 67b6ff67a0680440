/** Which processes the script takes for those of a benchmark, by their command lines. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openShell } from '../../../src/main/engine/vm/shell-channel.ts';
import { readInside, type InsideFacts, type Runner } from '../../../src/main/engine/vm/surroundings.ts';
import { processesOf } from '../../support/real-vm/processes.ts';
import { until } from '../../support/wait.ts';
import { localShell } from './local-shell.ts';
import { shellsOfPath } from './shells.ts';

const benchmarks: readonly (readonly [commandLine: string, script: string])[] = [
  ['python run.py', 'run.py'],
  ['python run.py --agent_name navi --worker_id 0 --num_workers 1', 'run.py'],
  ['/usr/bin/python3 -u ./run.py --agent navi', 'run.py'],
  ['python3.11 -X dev -W ignore -OOu /client/run.py', 'run.py'],
  ['/home/u/.venv/bin/python run.py --suite_family=android_world', 'run.py'],
  ['python -Wignore -Xutf8 scripts/python/run_multienv_claude.py', 'run_multienv_claude.py'],
  ['python -m run --agent navi', 'run'],
  ['python -um scripts.python.run_multienv --num_envs 4', 'run_multienv'],
  ['python --check-hash-based-pycs always run.py', 'run.py'],
  ['/opt/conda/envs/osworld/bin/python run_uitars.py --result_dir ./results', 'run_uitars.py'],
  ['python eval/main.py --result-dir=/data/out', 'main.py'],
  ['python play.py --test_all_meta_path evaluation_examples/test_all.json', 'play.py'],
  ['python play.py --test-all-meta-path=small.json', 'play.py'],
  ['python play.py --observation_type screenshot_a11y_tree', 'play.py'],
  ['python play.py --emulator_ip 20.20.20.21', 'play.py'],
  ['python -m scripts.run_coactv2 --mode hybrid', 'run_coactv2'],
  ['python testbench.py --gui_agent_name gpt-4o', 'testbench.py'],
  ['python -m agent.evaluate --language python --result_dir out', 'evaluate'],
  ['python -m debugpy --listen 5678 run.py --result_dir out', 'debugpy'],
  ['python.exe run.py', 'run.py'],
];

const others = [
  'pytest tests/run.py',
  'python /usr/bin/pytest tests/run.py',
  'python -m pytest tests/run.py -k run',
  'python -m pylint run.py',
  'python manage.py run.py',
  'python manage.py runserver run.py',
  'python /usr/bin/black run.py scripts/run_multienv.py',
  'python -c import(run.py) --result_dir out',
  'python -uc run.main() --result_dir out',
  'python -m http.server',
  'python not_run.py',
  'python run.py.bak',
  'python run_multienv.py.bak',
  'python',
  'vim run.py',
  'bash -c python run.py --result_dir out',
  'timeout 60 python run.py --result_dir out',
  'python /opt/conda/bin/conda run -n osworld python run.py --result_dir out',
  'python3 /usr/local/bin/ray job submit -- python -u run.py --result_dir out',
];

describe.each(shellsOfPath)('processes, by their command lines, under %s', (_name, program) => {
  let dir: string;
  let pid: number;
  const names = new Map<number, string>();

  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'benchtray-processes-')));
    mkdirSync(join(dir, 'bin'));
    pid = 100;
    names.clear();
  });
  afterEach(async () => {
    await until(() => processesOf(dir).length === 0, 'nothing is left behind');
    rmSync(dir, { recursive: true });
  });

  /** Adds a process. A blank ends a word. @param output the file that it prints into */
  function add(commandLine: string, output?: string): void {
    pid += 1;
    names.set(pid, commandLine);
    const folder = join(dir, 'proc', String(pid));
    mkdirSync(join(folder, 'fd'), { recursive: true });
    writeFileSync(join(folder, 'cmdline'), `${commandLine.replaceAll(' ', '\0')}\0`);
    if (output !== undefined) symlinkSync(output, join(folder, 'fd/1'));
  }

  /** Returns the processes that are taken for a benchmark. */
  const found = async (): Promise<readonly Runner[]> => (await look()).runners;

  async function look(): Promise<InsideFacts> {
    // What grep has found is taken as it is.
    const pythons = [...names].filter(([, line]) => /(^| )([^ ]*\/)?[^ /]*python[^ /]*( |$)/.test(line));
    const list = pythons.map(([id]) => `echo '${dir}/proc/${id}/cmdline'`).join('\n');
    writeFileSync(join(dir, 'bin/grep'), `#!/bin/sh\n[ "$1" != -z ] || exit 1\n${list}\n`, { mode: 0o755 });
    const machine = localShell(program, {
      VM_DIR: dir,
      PATH: `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}`,
    });
    const shell = openShell(machine.channels, 'sh');
    const facts = readInside((await shell.ask(60, ['inside'])) ?? '');
    shell.close();
    return facts;
  }

  it('that Python runs for a benchmark are found by its script or its arguments', async () => {
    for (const [commandLine] of benchmarks) add(commandLine);
    const runners = await found();
    expect(runners.map(({ pid: id, script }) => [names.get(id), script])).toEqual(benchmarks);
    const hyphens = runners.find(({ script }) => script === 'main.py');
    expect(hyphens?.arguments).toEqual({ result_dir: '/data/out' });
  });

  it('that only mention a script of a benchmark are none', async () => {
    for (const commandLine of others) add(commandLine);
    expect((await found()).map(({ pid: id }) => names.get(id))).toEqual([]);
  });

  it('of any name are found if what they print into a file reads as a benchmark', async () => {
    writeFileSync(
      join(dir, 'bench.out'),
      'Loading…\n[2026-01-28 22:00:01,000 INFO x/1-EnvProcess-1] [Example ID]: a\n',
    );
    writeFileSync(join(dir, 'web.out'), 'Running on http://127.0.0.1:5000\n');
    add('python s3.py', join(dir, 'bench.out'));
    add('python app.py', join(dir, 'web.out'));
    add('python gone.py', join(dir, 'none.out'));
    add('python quiet.py', '/dev/null');
    const runners = await found();
    expect(runners.map(({ script }) => script)).toEqual(['s3.py']);
  });

  it("finds a process of any name by an open log that reads like a benchmark's", async () => {
    // Only the file's own name tells a debug log.
    const logs = join(dir, 'debug-runs/logs');
    mkdirSync(join(logs, 'node0'), { recursive: true });
    const head = '[2026-01-28 22:00:01,000 INFO x/1] Left tasks:\n';
    for (const name of ['agents-1.log', 'agents-debug-1.log', 'node0/normal-1-pid7.log'])
      writeFileSync(join(logs, name), head);
    writeFileSync(join(logs, 'server.log'), 'GET / 200\n');
    add('python play_all.py', '/dev/pts/3');
    open('agents-1.log', 'agents-debug-1.log');
    add('python rollout.py --num_nodes 2', '/dev/pts/3');
    open('node0/normal-1-pid7.log', 'agents-1.log');
    add('python web.py', '/dev/pts/3');
    open('server.log');
    add('python only_debug.py', '/dev/pts/3');
    open('agents-debug-1.log');
    const { runners, logs: known } = await look();
    expect(runners.map(({ script }) => script)).toEqual(['play_all.py', 'rollout.py']);
    expect(known.map(({ path }) => path.slice(logs.length + 1)).sort()).toEqual([
      'agents-1.log',
      'node0/normal-1-pid7.log',
    ]);

    function open(...names: string[]): void {
      const folder = join(dir, 'proc', String(pid), 'fd');
      for (const [index, name] of names.entries())
        symlinkSync(join(logs, name), join(folder, String(index + 3)));
    }
  });
});
