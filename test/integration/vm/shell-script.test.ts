/** The script that runs on the VM, under the shells that a VM or a container may have. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFollow } from '../../../src/main/engine/vm/follow-channel.ts';
import { readInspect } from '../../../src/main/engine/vm/docker.ts';
import { pulseCommand, readPulse } from '../../../src/main/engine/vm/pulse.ts';
import { openShell, type ShellChannel } from '../../../src/main/engine/vm/shell-channel.ts';
import {
  readHost,
  readIdentity,
  readInside,
  readLogs,
  readMachine,
  type Runner,
} from '../../../src/main/engine/vm/surroundings.ts';
import { until } from '../../support/wait.ts';
import { localShell, type LocalShell } from '../../unit/vm/local-shell.ts';
import { allShells } from '../../unit/vm/shells.ts';

describe.each(allShells())('the script under %s', (_name, program) => {
  let dir: string;
  let machine: LocalShell;
  let shell: ShellChannel;
  let runner: ChildProcess | null = null;

  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'benchtray-script-')));
    machine = localShell(program, { HOME: dir });
    shell = openShell(machine.channels, 'sh');
  });
  afterEach(async () => {
    shell.close();
    // Some tests end it themselves.
    if (runner !== null && runner.exitCode === null && runner.signalCode === null) {
      const ended = once(runner, 'exit');
      runner.kill('SIGKILL');
      await ended;
    }
    runner = null;
    await until(() => machine.pids.every((pid) => !isAlive(pid)), 'the shell ends with its channel');
    rmSync(dir, { recursive: true });
  });

  function startRunner(argv0: string, words: readonly string[], cwd = dir): number {
    writeFileSync(join(cwd, 'run.py'), 'read -r line\n');
    runner = spawn('/bin/sh', words, { argv0, cwd, stdio: ['pipe', 'ignore', 'ignore'] });
    return runner.pid ?? 0;
  }

  it('answers each request in its own frame, the slow one last', async () => {
    const sign = join(dir, 'go');
    const slow = shell.ask(60, [
      'run',
      'sh',
      '-c',
      'until [ -e "$1" ]; do sleep 0.1; done; echo slow',
      'sh',
      sign,
    ]);
    const quick = await shell.ask(60, ['run', 'echo', 'a  b', "it's", '$HOME']);
    expect(quick).toBe("a  b it's $HOME\n\nexit 0\n");
    writeFileSync(sign, '');
    expect(await slow).toBe('slow\n\nexit 0\n');
  });

  it('keeps the frames of many answers apart', async () => {
    const asked = Array.from({ length: 20 }, (_, index) => String(index));
    const answers = await Promise.all(
      asked.map((text) => shell.ask(60, ['run', 'sh', '-c', `seq 500 | sed 's/^/${text} /'`])),
    );
    for (const [index, answer] of answers.entries()) {
      const lines = (answer ?? '').trimEnd().split('\n');
      expect(lines).toHaveLength(502);
      expect(lines.slice(0, 500).every((line) => line.startsWith(`${String(index)} `))).toBe(true);
    }
  });

  it('bounds an answer, and gives up on one that does not come', async () => {
    const long = await shell.ask(60, ['run', 'head', '-c', '200000', '/dev/zero']);
    expect(long).toHaveLength(65_536);
    // On a busy machine even the word that the time is over may come too late.
    await until(
      async () => (await shell.ask(1, ['run', 'sleep', '300'])) === '\nexit 124\n',
      'it is ended after its time',
    );
    expect(await shell.ask(60, ['run', 'echo', 'still there'])).toContain('still there');
  });

  it('gives of a long output the end, where it is the end that counts', async () => {
    const says = "seq 1 30000; echo '❯ ERROR: KVM acceleration not available' >&2; exit 88";
    const end = await shell.ask(60, ['last_of', 'sh', '-c', says]);
    expect(end?.endsWith('\n30000\n❯ ERROR: KVM acceleration not available\n\nexit 88\n')).toBe(true);
  });

  it('takes nothing of what is asked for a command of its own', async () => {
    const answer = await shell.ask(60, ['logs', `${dir}/$(touch ${dir}/broken)`, '; exit', '`exit`']);
    expect(answer).toBe('');
    expect(readInspect((await shell.ask(60, ['run', 'no-such-program'])) ?? '', ['x']).kind).toBe('missing');
    expect(await shell.ask(60, ['run', 'ls', dir])).toBe('\nexit 0\n');
  });

  it('tells of the machine', async () => {
    const nowMs = Date.now();
    const facts = readMachine((await shell.ask(60, ['machine'])) ?? '', nowMs);
    expect(facts.bootId).toMatch(/^[0-9a-f-]{36}$/);
    const answeredAfterMs = Date.now() - nowMs;
    expect(Math.abs(facts.clockSkewMs ?? Number.NaN)).toBeLessThan(1_000 + answeredAfterMs);
    const root = facts.disks.find(({ mount }) => mount === '/');
    // Processes tell their starts in ticks since then.
    expect(facts.bootedAtMs).toBeLessThan(nowMs);
    expect(root?.sizeKiB).toBeGreaterThan(root?.freeKiB ?? Number.NaN);
  });

  it('finds run.py with its harmless arguments, its log, and never a secret', async () => {
    mkdirSync(join(dir, 'out/logs'), { recursive: true });
    writeFileSync(join(dir, 'out/logs/normal-0-20260128@225508.log'), 'x');
    const pid = startRunner('/usr/bin/python3', [
      'run.py',
      '--headless',
      '--model',
      'gpt 4o',
      '--api_key',
      'sk-secret-1',
      '--openai_key=sk-secret-2',
      '--agent=navi',
      '--result_dir=out',
      '--emulator_ip',
      '20.20.20.21',
      'sk-secret-3',
      '--max_steps',
    ]);
    const answer = (await shell.ask(60, ['inside'])) ?? '';
    expect(answer).not.toContain('secret');
    const facts = readInside(answer);
    expect(facts.runners.find((one) => one.pid === pid)).toEqual({
      pid,
      startTicks: expect.stringMatching(/^\d+$/) as string,
      script: 'run.py',
      cwd: dir,
      results: join(dir, 'out'),
      arguments: { model: 'gpt 4o', agent: 'navi', result_dir: 'out', emulator_ip: '20.20.20.21' },
    });
    expect(facts.guests.map(({ address }) => address)).toContain('20.20.20.21');
    expect(facts.logs.map(({ path }) => path)).toContain(join(dir, 'out/logs/normal-0-20260128@225508.log'));
  });

  it.each([
    ['python', ['run.py'], true],
    ['python3.11', ['./run.py', '--model', 'x'], true],
    ['python', ['scripts/run_multienv_claude.py'], true],
    ['python', ['scripts/run_multienv_OpenCUA-7B.py'], true],
    ['python', ['scripts/run_coactv2.py'], true],
    ['python', ['scripts/testbench.py', '--gui_agent_name', 'gpt-4o'], true],
    ['python', ['scripts/testbench.py', '--max-steps', '15'], false],
    ['bash', ['-c', 'read -r line; : cd /client && python -u run.py --agent navi'], false],
    ['vim', ['run.py'], false],
    ['python', ['not_run.py'], false],
    ['python', ['run.py.bak'], false],
  ])('%s %j: is a benchmark process: %s', async (argv0, words, isRunner) => {
    mkdirSync(join(dir, 'scripts'));
    const multienv = ['run_multienv_claude.py', 'run_multienv_OpenCUA-7B.py'];
    const scripts = [...multienv, 'run_coactv2.py', 'testbench.py'].map((name) => `scripts/${name}`);
    for (const name of [...scripts, 'not_run.py', 'run.py.bak'])
      writeFileSync(join(dir, name), 'read -r line\n');
    const pid = startRunner(argv0, words);
    const comes = (): boolean => readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').startsWith(argv0);
    await until(comes, 'it has its name');
    const { runners } = readInside((await shell.ask(60, ['inside'])) ?? '');
    expect(runners.some((one) => one.pid === pid)).toBe(isRunner);
  });

  describe('a benchmark that is started by a script of another name', () => {
    /** A Python that waits, as far as its command line tells. */
    function start(line: string): void {
      symlinkSync('/bin/sh', join(dir, 'python3'));
      writeFileSync(join(dir, 'run_local.py'), 'read -r line\n');
      writeFileSync(
        join(dir, 'quiet.py'),
        'mkdir -p my/logs; exec 7>>my/logs/normal-20260128@225508.log; read -r line\n',
      );
      runner = spawn('/bin/sh', ['-c', line], { cwd: dir, stdio: ['pipe', 'ignore', 'ignore'] });
    }

    async function found(line: string) {
      start(line);
      const of = ({ cwd }: { readonly cwd: string | null }): boolean => cwd === dir;
      const look = async () => readInside((await shell.ask(60, ['inside'])) ?? '');
      await until(async () => (await look()).runners.some(of), 'it is found');
      const { runners, logs } = await look();
      return { runners: runners.filter(of), logs: logs.map(({ path }) => path) };
    }

    it('is known by its folder for results, without a word that may be secret', async () => {
      const line = './python3 -u run_local.py --api_key sk-secret --result-dir=out --model m sk-secret-2';
      const { runners } = await found(line);
      expect(runners).toMatchObject([
        { script: 'run_local.py', results: join(dir, 'out'), arguments: { result_dir: 'out', model: 'm' } },
      ]);
      expect(JSON.stringify(runners)).not.toContain('secret');
    });

    it('is known by the agent of macOSWorld, with its folder for results', async () => {
      const line =
        './python3 run_local.py --guest_password secret --gui_agent_name gpt-4o --max-steps 15 --base_save_dir ./out/a';
      const { runners } = await found(line);
      const known = { gui_agent_name: 'gpt-4o', max_steps: '15', base_save_dir: './out/a' };
      expect(runners).toMatchObject([
        { script: 'run_local.py', results: join(dir, 'out/a'), arguments: known },
      ]);
      expect(JSON.stringify(runners)).not.toContain('secret');
    });

    it("has CoAct's folder for results where no argument names one", async () => {
      writeFileSync(join(dir, 'run_coact.py'), 'read -r line\n');
      const { runners } = await found('./python3 run_coact.py --mode hybrid');
      expect(runners).toMatchObject([{ script: 'run_coact.py', results: join(dir, 'results_coact') }]);
    });

    it('is known though an argument before the folder for results has several lines', async () => {
      const { runners } = await found("./python3 run_local.py --prompt 'one\ntwo' --result_dir out");
      expect(runners).toMatchObject([{ script: 'run_local.py', results: join(dir, 'out') }]);
    });

    it('is known by the log that it has open, wherever that lies', async () => {
      const { runners, logs } = await found('./python3 quiet.py');
      expect(runners).toMatchObject([{ script: 'quiet.py', results: join(dir, 'results') }]);
      expect(logs).toContain(join(dir, 'my/logs/normal-20260128@225508.log'));
    });

    it('has a log where its output goes', async () => {
      const { runners, logs } = await found('exec ./python3 run_local.py --result_dir r >"of s3.out" 2>&1');
      expect(runners).toMatchObject([{ output: join(dir, 'of s3.out') }]);
      expect(logs).toContain(join(dir, 'of s3.out'));
    });

    it('has a log behind the pipe that it prints into', async () => {
      writeFileSync(join(dir, 'read.txt'), '');
      const { runners, logs } = await found(
        './python3 run_local.py --result_dir r 2>&1 | tee -a seen.txt 2>errors.txt 3<read.txt',
      );
      expect(runners).toMatchObject([
        {
          output: expect.stringMatching(/^pipe:/) as string,
          copy: expect.stringMatching(/\/seen\.txt$/) as string,
        },
      ]);
      expect(logs).toContain(join(dir, 'seen.txt'));
      expect(logs).not.toContain(join(dir, 'errors.txt'));
      expect(logs).not.toContain(join(dir, 'read.txt'));
    });

    it('has a log behind a chain of pipes', async () => {
      const { runners, logs } = await found(
        './python3 run_local.py --result_dir r 2>&1 | cat | grep -v nothing | cat | tee seen.txt >/dev/null',
      );
      expect(runners).toMatchObject([
        {
          output: expect.stringMatching(/^pipe:/) as string,
          copy: expect.stringMatching(/\/seen\.txt$/) as string,
        },
      ]);
      expect(logs).toContain(join(dir, 'seen.txt'));
    });

    it('has a log where the last program behind its pipes prints into', async () => {
      const { logs } = await found(
        './python3 run_local.py --result_dir r | cat | cat >seen.txt 2>errors.txt',
      );
      expect(logs).toContain(join(dir, 'seen.txt'));
      expect(logs).not.toContain(join(dir, 'errors.txt'));
    });
  });

  it('knows by a pulse whether processes are still the same, and which others may be a benchmark', async () => {
    const feel = async (since: number | null, runners: readonly Runner[]) =>
      readPulse((await shell.ask(60, pulseCommand(since, runners))) ?? '');
    const since = (await feel(null, [])).lastPid;
    writeFileSync(join(dir, 'play.py'), 'read -r line\n');
    const pid = startRunner('python3', ['play.py', '--prompt', 'one\ntwo', '--result_dir', 'out']);
    const find = async () => readInside((await shell.ask(60, ['inside'])) ?? '').runners;
    const found = await until(
      async () => (await find()).find((one) => one.pid === pid),
      'the process is there',
    );
    expect(await feel(null, [found])).toMatchObject({ gone: [], candidates: [] });
    expect(await feel(null, [{ ...found, startTicks: '1' }])).toMatchObject({ gone: [pid] });
    const felt = await feel(since, [found]);
    // A busy computer may have started too many since.
    expect(felt.isMany || felt.candidates.includes(pid)).toBe(true);
    expect(felt.lastPid).toBeGreaterThan(0);
    runner?.kill('SIGKILL');
    await until(async () => (await feel(null, [found])).gone.includes(pid), 'it has ended');
  });

  it('passes on each line that a function reports, until nobody listens any more', async () => {
    const own = openShell(machine.channels, 'sh');
    const heard: string[] = [];
    const says =
      'echo one; printf "%05000d\\n" 7; printf "\\303\\274 \\377\\n"; read -r line <"$1"; echo "$line"; exec sleep 311';
    expect(spawnSync('mkfifo', [join(dir, 'pipe')]).status).toBe(0);
    const listener = { line: (text: string) => void heard.push(text), ended: () => void heard.push('ended') };
    const listening = own.listen(['sh', '-c', says, 'sh', join(dir, 'pipe')], listener);
    await until(() => heard.length >= 3, 'three lines');
    expect(heard).toEqual(['one', '7'.padStart(5_000, '0'), 'ü \uFFFD']);
    writeFileSync(join(dir, 'pipe'), 'later\n');
    await until(() => heard.length >= 4, 'another line');
    expect(heard[3]).toBe('later');
    await until(() => mentioning('sleep 311').length > 0, 'it waits');
    listening.stop();
    await until(() => mentioning('sleep 311').length === 0, 'it has ended');
    const over = own.listen(['echo', 'over'], listener);
    await until(() => heard.at(-1) === 'ended', 'the end is told');
    expect(heard.slice(4)).toEqual(['over', 'ended']);
    over.stop();
    own.close();
  });

  it('lists logs, newest first, links followed, whatever their names', async () => {
    const names = ['old.log', 'with space.log', "it's.log"].map((name) => join(dir, name));
    for (const [index, name] of names.entries()) {
      writeFileSync(name, 'x'.repeat(index));
      utimesSync(name, 1_000_000_000 + index, 1_000_000_000 + index);
    }
    symlinkSync(names[0] ?? '', join(dir, 'link.log'));
    const logs = readLogs(
      (await shell.ask(60, ['logs', ...names, join(dir, 'link.log'), join(dir, 'none')])) ?? '',
    );
    expect(logs.map(({ path }) => path).slice(0, 2)).toEqual([names[2], names[1]]);
    expect(
      logs
        .map(({ path }) => path)
        .slice(2)
        .sort(),
    ).toEqual([join(dir, 'link.log'), names[0]]);
    expect(logs[0]).toMatchObject({
      size: 2,
      modifiedAt: 1_000_000_002,
      inode: String(statSync(names[2] ?? '').ino),
    });
  });

  it('lists the logs on the machine: the usual ones, and those in folders that are known', async () => {
    const logs = [
      'cli_logs/run_20260128_225508.log',
      'a client/logs/normal-0-20260128@225508.log',
      'waa/logs/trial_7/main.log',
      'waa/logs/trial_7/instance_0/run1.log',
    ];
    for (const path of [...logs, 'waa/logs/trial_7/other.log', 'a client/logs/debug-0.log']) {
      mkdirSync(join(dir, path, '..'), { recursive: true });
      writeFileSync(join(dir, path), 'x');
    }
    const words = ['host', 'no', 'logs', join(dir, 'a client'), 'trials', join(dir, 'waa'), 'logs', '/none'];
    const facts = readHost((await shell.ask(60, words)) ?? '');
    const ours = facts.logs.flatMap(({ path }) => (path.startsWith(dir) ? [path.slice(dir.length + 1)] : []));
    expect(ours.sort()).toEqual([...logs].sort());
    expect(facts.runners).toEqual([]);
  });

  it("finds a run.py on the machine with its logs, and not a container's", async () => {
    mkdirSync(join(dir, 'logs'));
    writeFileSync(join(dir, 'logs/normal-20260128@225508.log'), 'x');
    const pid = startRunner('python', ['run.py', '--model', 'gpt-4o']);
    const find = async () => readHost((await shell.ask(60, ['host', 'yes'])) ?? '');
    const found = await until(async () => {
      const facts = await find();
      return facts.runners.some((one) => one.pid === pid) && facts;
    }, 'the process is there');
    expect(found.logs.map(({ path }) => path)).toContain(join(dir, 'logs/normal-20260128@225508.log'));
    expect(found.runners.find((one) => one.pid === pid)).toMatchObject({
      cwd: dir,
      results: join(dir, 'results'),
    });
  });

  it('identifies a log by its beginning, and says what is wrong with it', async () => {
    writeFileSync(join(dir, 'a.log'), 'first line\nsecond line\n');
    const identity = readIdentity((await shell.ask(60, ['identify', join(dir, 'a.log'), '10'])) ?? '');
    expect(identity).toMatchObject({ size: 23, head: 'first line' });
    const missing = (await shell.ask(60, ['identify', join(dir, 'none'), '10'])) ?? '';
    expect(readIdentity(missing)).toBeNull();
    expect(missing).toMatch(/No such file/i);
    const folder = (await shell.ask(60, ['identify', dir, '10'])) ?? '';
    expect(readIdentity(folder)).toBeNull();
    expect(folder).toMatch(/is a directory/i);
  });

  it('follows a file, and ends the command with the channel', async () => {
    const file = join(dir, 'a.log');
    writeFileSync(file, '0123456789');
    const other = localShell(program);
    let seen = '';
    const channel = openFollow(other.channels, 'sh', ['until_closed', 'tail', '-c', '+6', '-f', '--', file], {
      data: (chunk) => (seen += chunk.toString()),
      notice: (text) => (seen += text),
      closed: () => (seen += ' closed'),
    });
    await until(() => seen === '56789', 'the rest of the file');
    appendFileSync(file, ' and more');
    await until(() => seen === '56789 and more', 'what is added');
    channel.close();
    await until(() => mentioning(file).length === 0, 'tail ends with the channel');
    await until(() => other.pids.every((pid) => !isAlive(pid)), 'the shell ends too');
    expect(seen).toBe('56789 and more');
  });

  it('tells that the followed command has ended by itself', async () => {
    const other = localShell(program);
    const told: string[] = [];
    openFollow(other.channels, 'sh', ['until_closed', 'echo', 'over'], {
      data: (chunk) => told.push(chunk.toString()),
      notice: () => undefined,
      closed: () => told.push('closed'),
    });
    await until(() => told.includes('closed'), 'closed');
    expect(told).toEqual(['over\n', 'closed']);
    other.end();
    await until(() => other.pids.every((pid) => !isAlive(pid)), 'the shell has ended');
    expect(told).toEqual(['over\n', 'closed']);
  });

  it('answers nothing any more when the connection is lost', async () => {
    const pending = shell.ask(30, ['run', 'sleep', '1']);
    machine.end();
    expect(await pending).toBeNull();
    expect(shell.closed).toBe(true);
    expect(await shell.ask(1, ['machine'])).toBeNull();
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Processes of this machine whose command line holds this text. */
function mentioning(text: string): string[] {
  const found = spawnSync('pgrep', ['-f', text], { encoding: 'utf8' }).stdout;
  return found.split('\n').filter((pid) => pid !== '' && isAlive(Number(pid)));
}
