/**
 * A machine that looks like a benchmark VM from outside: a real OpenSSH server on loopback, a scripted `docker` and `curl`, a process
 * that looks like run.py, and logs in real files. What BenchTray's prober does on it, it would do on a VM.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { makeVmConfig, type VmConfig } from '../../src/main/config/index.ts';
import { sshdPath } from './tools.ts';
import { until } from './wait.ts';

export interface RealVm {
  readonly dir: string;
  readonly port: number;
  readonly keyPath: string;
  readonly config: VmConfig;
  /** Log of the run as run.py writes it, inside the container. */
  readonly runLog: string;
  setContainers(rows: string): void;
  setInspect(line: string): void;
  /** A running container named winarena, started at this time. */
  containerUp(startedAt?: string): void;
  /** The container has stopped, as docker tells it: its shells and its log end. A start is another {@link containerUp}. */
  containerStops(status: string, exitCode: number, outOfMemory?: boolean): void;
  /** Nobody has ever heard of it. */
  containerGone(): void;
  /** Every docker command ends like this; null: it works again. */
  failDocker(says: string | null, exitCode?: number): void;
  /** Lets this public key (a line of a .pub file) log in. */
  authorize(publicKey: string): void;
  /** The public half of the server's key, as known_hosts has it: type and key. */
  hostKey(): string;
  /** Another key for the server; it has to be started anew to show it. */
  makeHostKey(): void;
  /** 'ready', 'refused', 'refused-once' (and ready again), 'silent', or a raw answer of curl. */
  setProbe(state: string): void;
  /** What was 'refused-once' has been asked. */
  probeMissed(): boolean;
  setBootPage(html: string | null): void;
  containerSays(text: string): void;
  runSays(text: string | Buffer): void;
  startRunner(): Promise<void>;
  stopRunner(): Promise<void>;
  startSshd(): Promise<void>;
  /** Ends the server and all its sessions, as a reboot does. */
  killSshd(): Promise<void>;
  /** Stops (or lets go on) the server and its sessions: an answer never comes. */
  freeze(frozen: boolean): void;
  /** Commands of processes that BenchTray has started on this machine and that are still there. */
  leftovers(): string[];
  /** How many logins the server has taken. */
  logins(): number;
  close(): Promise<void>;
}

const docker = String.raw`#!/bin/sh
# Plays docker's command line from files.
cd "$VM_DIR" || exit 1
if [ -f docker-fails ]; then cat docker-fails >&2; exit "$(cat docker-code)"; fi
case $1 in
  ps) cat containers;;
  inspect) cat inspect;;
  logs) exec tail -n +1 -f container.log;;
  exec) shift 3; PATH="$VM_DIR/inside:$PATH" exec "$@";;
  *) echo "docker: '$1' is not a docker command." >&2; exit 1;;
esac
`;

const hostCurl = String.raw`#!/bin/sh
# On the VM: port 8006 serves dockur's page, port 5000 is not published.
for url; do :; done
case $url in
  */msg.html) if [ -f "$VM_DIR/msg.html" ]; then cat "$VM_DIR/msg.html"; printf '\nhttp 200\n'; else printf 'not found\nhttp 404\n'; fi;;
  *) echo "curl: (7) Failed to connect to localhost port 5000 after 0 ms: Couldn't connect to server"; printf '\nhttp 000\n'; exit 7;;
esac
`;

const insideCurl = String.raw`#!/bin/sh
# In the container: the guest's server.
for url; do :; done
case $url in http://172.30.0.2:5000/probe) ;; *) echo 'curl: (7) Failed to connect: No route to host'; printf '\nhttp 000\n'; exit 7;; esac
state=$(cat "$VM_DIR/probe")
case $state in
  ready) printf '{\n  "message": "Service is operational",\n  "status": "Probe successful"\n}\n\nhttp 200\n';;
  refused-once) echo ready >"$VM_DIR/probe"; touch "$VM_DIR/probe-missed"; echo "curl: (56) Recv failure: Connection reset by peer"; printf '\nhttp 000\n'; exit 56;;
  refused) echo "curl: (7) Failed to connect to 172.30.0.2 port 5000 after 1 ms: Couldn't connect to server"; printf '\nhttp 000\n'; exit 7;;
  silent) sleep 7; echo 'curl: (28) Operation timed out after 7000 milliseconds with 0 bytes received'; printf '\nhttp 000\n'; exit 28;;
  *) printf '%s\n' "$state";;
esac
`;

const insideGrep = String.raw`#!/bin/sh
# A container sees its own processes only; this machine shows those of every test that runs.
real=$(PATH=/usr/bin:/bin command -v grep)
case "$*" in
  *'/proc/'*) "$real" "$@" | while read -r path; do
      "$real" -qz "^VM_DIR=$VM_DIR\$" "${'$'}{path%/cmdline}/environ" 2>/dev/null && echo "$path"
    done;;
  *) exec "$real" "$@";;
esac
`;

export async function startRealVm(name = 'vm'): Promise<RealVm> {
  if (sshdPath === null) throw new Error('sshd is missing');
  const sshd = sshdPath;
  const dir = mkdtempSync(join(tmpdir(), 'benchtray-vm-'));
  const file = (path: string): string => join(dir, path);
  for (const folder of ['bin', 'inside', 'home', 'client/results/logs'])
    mkdirSync(file(folder), { recursive: true });
  for (const [path, text] of [
    ['bin/docker', docker],
    ['bin/curl', hostCurl],
    ['inside/curl', insideCurl],
    ['inside/grep', insideGrep],
  ] as const) {
    writeFileSync(file(path), text);
    chmodSync(file(path), 0o755);
  }
  // What the runner does not matter, only how it looks: a process with run.py's command line that waits.
  writeFileSync(file('client/run.py'), 'read -r line\n');
  const makeKey = (name: string): void => {
    rmSync(file(name), { force: true });
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
  };
  for (const name of ['host_key', 'id_ed25519']) makeKey(name);
  writeFileSync(file('authorized_keys'), readFileSync(file('id_ed25519.pub')));
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });

  const port = await freePort();
  const runLog = file('client/results/logs/normal-0-20260128@225508.log');
  writeFileSync(
    file('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host_key')}`,
      `AuthorizedKeysFile ${file('authorized_keys')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'LogLevel VERBOSE',
      'MaxStartups 100',
      `SetEnv VM_DIR=${dir} HOME=${file('home')} PATH=${file('bin')}:/usr/local/bin:/usr/bin:/bin`,
    ].join('\n'),
  );

  let server: ChildProcess | null = null;
  let runner: ChildProcess | null = null;
  let serverLog = '';

  /** What docker exec and docker logs have started ends with the container. */
  function endContainerCommands(): void {
    for (const { pid, environment, command } of processesOf(dir)) {
      const isInside = environment.includes(`\0PATH=${file('inside')}:`);
      if (isInside || command.includes('container.log')) signal(pid, 'SIGKILL');
    }
  }

  const vm: RealVm = {
    dir,
    port,
    keyPath: file('id_ed25519'),
    config: makeVmConfig({
      name,
      ssh: {
        host: '127.0.0.1',
        port,
        username: userInfo().username,
        privateKey: file('id_ed25519'),
        agent: false,
      },
    }),
    runLog,
    setContainers: (rows) => replace(file('containers'), rows),
    setInspect: (line) => replace(file('inspect'), line),
    containerUp(startedAt = '2026-01-28T22:00:00.000000000Z') {
      vm.setInspect(`running|0|false|${startedAt}\n`);
      vm.setContainers('winarena|running|Up 2 minutes|windowsarena/winarena:latest|0123456789abcdef\n');
    },
    containerStops(status, exitCode, outOfMemory = false) {
      vm.setInspect(`exited|${exitCode}|${outOfMemory}|2026-01-28T22:00:00.000000000Z\n`);
      vm.setContainers(`winarena|exited|${status}|windowsarena/winarena:latest|0123456789abcdef\n`);
      endContainerCommands();
    },
    containerGone() {
      vm.setContainers('');
      endContainerCommands();
    },
    failDocker(says, exitCode = 1) {
      rmSync(file('docker-fails'), { force: true });
      if (says === null) return;
      replace(file('docker-code'), String(exitCode));
      replace(file('docker-fails'), `${says}\n`);
    },
    authorize: (publicKey) => appendFileSync(file('authorized_keys'), publicKey),
    hostKey: () => readFileSync(file('host_key.pub'), 'utf8').split(' ').slice(0, 2).join(' '),
    makeHostKey: () => makeKey('host_key'),
    setProbe: (state) => replace(file('probe'), state),
    probeMissed: () => existsSync(file('probe-missed')),
    setBootPage(html) {
      if (html === null) rmSync(file('msg.html'), { force: true });
      else replace(file('msg.html'), html);
    },
    containerSays: (text) => appendFileSync(file('container.log'), text),
    runSays: (text) => appendFileSync(runLog, text),
    async startRunner() {
      const words = [
        'run.py',
        '--agent',
        'navi',
        '--model',
        'gpt-4o',
        '--result_dir',
        './results',
        '--emulator_ip',
        '172.30.0.2',
        '--api_key',
        'sk-secret',
      ];
      runner = spawn('/bin/sh', words, {
        argv0: 'python',
        env: { ...process.env, VM_DIR: dir },
        cwd: file('client'),
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      await once(runner, 'spawn');
    },
    async stopRunner() {
      if (runner === null) return;
      const ended = once(runner, 'exit');
      runner.kill('SIGKILL');
      runner = null;
      await ended;
    },
    async startSshd() {
      const started = spawn(sshd, ['-D', '-e', '-f', file('sshd_config')], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      server = started;
      let own = '';
      started.stderr.on('data', (chunk: Buffer) => {
        own += chunk.toString();
        serverLog += chunk.toString();
      });
      await until(() => {
        if (started.exitCode !== null) throw new Error(`sshd has ended: ${own}`);
        return own.includes('Server listening');
      }, 'sshd listens');
    },
    async killSshd() {
      if (server === null) return;
      const ended = once(server, 'exit');
      // Children first: a server that is gone no longer tells which sessions are its own.
      for (const pid of descendants(server.pid ?? 0)) signal(pid, 'SIGKILL');
      server.kill('SIGKILL');
      server = null;
      await ended;
    },
    freeze(frozen) {
      const pid = server?.pid ?? 0;
      for (const each of [pid, ...descendants(pid)]) signal(each, frozen ? 'SIGSTOP' : 'SIGCONT');
    },
    leftovers: () =>
      processesOf(dir)
        .filter(({ pid }) => pid !== runner?.pid)
        .map(({ command }) => command),
    logins: () => serverLog.split('Accepted publickey').length - 1,
    async close() {
      await vm.stopRunner();
      vm.freeze(false);
      await vm.killSshd();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  vm.setContainers('');
  vm.setInspect('');
  vm.setProbe('refused');
  writeFileSync(file('container.log'), '');
  await vm.startSshd();
  return vm;
}

/** Written as a whole or not at all: a look may fall into the middle. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Processes that were started on the machine in this folder, by way of its server or of its own. */
function processesOf(dir: string): { pid: number; environment: string; command: string }[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const environment = `\0${readFileSync(`/proc/${entry}/environ`, 'latin1')}`;
        if (!environment.includes(`\0VM_DIR=${dir}\0`)) return [];
        const command = readFileSync(`/proc/${entry}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
        return command === '' ? [] : [{ pid: Number(entry), environment, command }];
      } catch {
        return [];
      }
    });
}

/** All processes below one, deepest first. */
function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // It has ended in the meantime.
    }
  }
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap((child) => [...below(child), child]);
  return below(pid);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended in the meantime.
  }
}
