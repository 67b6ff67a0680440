/**
 * A machine that looks like a benchmark VM from outside: a real OpenSSH server on loopback, a scripted `docker` and `curl`, a process
 * that looks like run.py, and logs in real files. What BenchTray's prober does on it, it would do on a VM.
 */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  closeSync,
  constants,
  openSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { makeVmConfig, type VmConfig } from '../../src/main/engine/config/index.ts';
import { generateKeyPair } from '../../src/main/engine/demo/keys.ts';
import { commands } from './real-vm/commands.ts';
import { eventLines } from './real-vm/events.ts';
import { commandOf, descendants, processesOf, signal } from './real-vm/processes.ts';
import { makeVmUser, vmUser, type SudoRights } from './real-vm/user.ts';
import { buildWorld } from './real-vm/world.ts';
import { sshdPath } from './tools.ts';
import { Hopeless, until } from './wait.ts';
import { freePort } from './free-port.ts';

export interface RealVm {
  readonly dir: string;
  readonly port: number;
  readonly keyPath: string;
  readonly config: VmConfig;
  /** Log of the run as run.py writes it, inside the container. */
  readonly runLog: string;
  /** What `docker ps` prints. */
  setContainers(rows: string): void;
  /** What `docker inspect` prints of winarena, or of any container without a line of its own; see {@link inspectLine}. */
  setInspect(line: string, name?: 'winarena' | 'any'): void;
  /** Takes the engine's own reports away: it refuses to give any, as an old one does. */
  refuseEvents(): void;
  /** A running container named winarena, started at this time, that shares its client folder with the VM. */
  containerUp(startedAt?: string): void;
  /** One more container, beside those that are there. */
  addContainer(container: Partial<StandInContainer> & { readonly name: string }): void;
  /** A container that {@link addContainer} added has ended, and is removed with its shells, as `docker run --rm` does. */
  removeContainer(name: string): void;
  /** What runs in a container that {@link addContainer} added, as `ps` tells it. */
  setProcesses(name: string, commands: readonly string[]): void;
  /** The container has stopped, as docker tells it: its shells and its log end. A start is another {@link containerUp}. */
  containerStops(status: string, exitCode: number, outOfMemory?: boolean): void;
  /** Docker reports this action of winarena: "oom", "rename". @param name the one that it has now */
  containerReports(action: string, name?: string): void;
  /** Nobody has ever heard of it. */
  containerGone(): void;
  /** Every docker command ends like this; null: it works again. */
  failDocker(says: string | null, exitCode?: number): void;
  /** These docker commands never answer from now on; or those that hang end, and others answer. */
  hang(what: 'exec' | 'logs', hanging?: boolean): void;
  /**
   * Whether /dev/kvm is there (it is at first), a command can be run in a container, docker can read the log of a container, and the web
   * viewer of the screen is there.
   */
  lack(what: 'kvm' | 'exec' | 'logs' | 'vnc', lacking?: boolean): void;
  /** Takes the program tar away from the machine and its containers; the engine keeps its own. @throws where no world can be built */
  hideTar(): Promise<void>;
  /** How much is free on its disk, of 100 GiB; before that, what this machine says. */
  setFreeSpace(mebibytes: number): void;
  /** Lets this public key (a line of a .pub file) log in. */
  authorize(publicKey: string): void;
  /** The public half of the key that logs in, as a line of authorized_keys. */
  publicKey(): string;
  /** The public half of the server's key, as known_hosts has it: type and key. */
  hostKey(): string;
  /** Another key for the server; it has to be started anew to show it. */
  makeHostKey(): void;
  /** 'ready', 'refused', 'refused-once' (and ready again), 'silent', or a raw answer of curl. */
  setProbe(state: string): void;
  /** What was 'refused-once' has been asked. */
  probeMissed(): boolean;
  /** Where the guest is, seen from its container (172.30.0.2 at first), and whether its port is published on the VM (not at first). */
  setGuest(address: string, published?: boolean): void;
  setBootPage(html: string | null): void;
  /** Its clock is so many seconds ahead of the right time. */
  setClock(aheadSeconds: number): void;
  /** What docker keeps of it: complete lines, each with its time. */
  containerSays(text: string): void;
  runSays(text: string | Buffer): void;
  /** A run.py in the container; or another process that looks like a benchmark's. */
  startRunner(runner?: Partial<StandInRunner>): Promise<void>;
  /** Ends the runner that was started last. */
  stopRunner(): Promise<void>;
  startSshd(): Promise<void>;
  /** Settings of sshd that hold from its next start on: "MaxSessions 2". Earlier ones of this kind are forgotten. */
  setSshd(...lines: readonly string[]): void;
  /** From its next start on, the server answers at this address of the loopback net only. */
  moveTo(address: string): void;
  /** Ends the server and all its sessions, as a reboot does. */
  killSshd(): Promise<void>;
  /** Stops (or lets go on) the server and its sessions: an answer never comes. */
  freeze(frozen: boolean): void;
  /** Lets its server and all sessions run for this share of the time only; 1: always. */
  throttle(share: number): void;
  /** Commands of processes that BenchTray has started on this machine and that are still there. */
  leftovers(): string[];
  /** How many are logged in now. */
  sessions(): number;
  /** How many logins the server has taken. */
  logins(): number;
  /** When each of them was logged; milliseconds of this process. */
  loginsAt(): readonly number[];
  /** How many processes were started on it so far; null: this computer does not let a test count them. */
  startedProcesses(): number | null;
  /** Runs a command on it as a user who is logged in would. @throws {Error} with its stderr, if it fails */
  run(command: string): Promise<string>;
  /** The server's process. */
  serverPid(): number;
  /**
   * Ends it. BenchTray must have ended before.
   * @throws {Error} if a process that BenchTray started on it is still there
   */
  close(): Promise<void>;
}

export interface StandInContainer {
  readonly name: string;
  readonly state: string;
  readonly status: string;
  readonly image: string;
  readonly startedAt: string;
  readonly address: string;
  readonly mounts: readonly { readonly Source: string; readonly Destination: string }[];
  /** As `ps` tells them. */
  readonly processes: readonly string[];
}

export interface StandInRunner {
  readonly where: 'host' | 'container';
  /** The container that alone can see it; null: each one can. */
  readonly container: string | null;
  /** Its working folder; made where it is not there. */
  readonly cwd: string;
  readonly script: string;
  readonly words: readonly string[];
  /** The file or terminal that it prints into; "| cat": another program; null: none. */
  readonly output: string | null;
}

const throttleEveryMs = 400;

/**
 * Whether a process is the part of sshd that serves a login before it is through. Its sandbox forbids the system call by which Linux goes on with
 * an interrupted wait, so a stop would end the login, which no slow machine does. Without its parent, it gets nowhere either.
 */
const isInLogin = (pid: number): boolean => /^sshd-auth|\[net\]$/.test(commandOf(pid));

const officialWords = [
  ...['--agent', 'navi', '--model', 'gpt-4o', '--result_dir', './results'],
  ...['--emulator_ip', '172.30.0.2', '--api_key', 'sk-secret'],
];

export interface RealVmOptions {
  /** The `sh` of the VM and of its container; the one of this computer if it is not given. */
  readonly shell?: string;
  /** A user with these rights logs in, who is not root; see user.ts. Otherwise the user of this computer does. */
  readonly user?: SudoRights;
}

export async function startRealVm(name = 'vm', { shell, user }: RealVmOptions = {}): Promise<RealVm> {
  if (sshdPath === null) throw new Error('sshd is missing');
  const sshd = sshdPath;
  // As the VM sees it: a link in its path would show there.
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'benchtray-vm-')));
  const file = (path: string): string => join(dir, path);
  for (const folder of ['bin', 'inside', 'home', 'client/results/logs'])
    mkdirSync(file(folder), { recursive: true });
  // What runs a program that is called so.
  symlinkSync('/bin/sh', file('home/python'));
  if (shell !== undefined) symlinkSync(shell, file('bin/sh'));
  for (const [path, text] of commands) {
    writeFileSync(file(path), text);
    chmodSync(file(path), 0o755);
  }
  const makeKey = (name: string): void => {
    // As ssh-keygen makes it, but without a process.
    const { privateKey, publicKey } = generateKeyPair();
    writeFileSync(file(name), privateKey, { mode: 0o600 });
    writeFileSync(file(`${name}.pub`), `ssh-ed25519 ${publicKey.getPublicSSH().toString('base64')} tests\n`);
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
      'Subsystem sftp internal-sftp',
      'MaxStartups 100',
      `SetEnv VM_DIR=${dir} HOME=${file('home')} PATH=${file('bin')}:/usr/local/bin:/usr/bin:/bin`,
    ].join('\n'),
  );

  const sshdSettings = readFileSync(file('sshd_config'), 'utf8');
  const world = await buildWorld(dir, user === undefined ? [] : makeVmUser(dir, user));
  /** Starts a program on the VM. */
  function start(cwd: string, words: readonly string[], options: SpawnOptions): ChildProcess {
    const [program = '', ...rest] = [...(world?.enter(cwd) ?? []), ...words];
    return spawn(program, rest, { cwd, ...options });
  }

  let server: ChildProcess | null = null;
  const runners: ChildProcess[] = [];
  let serverLog = '';
  const loginsAt: number[] = [];
  const countLogins = (): number => serverLog.split('Accepted publickey').length - 1;
  /** Processes that are stopped by `freeze`. */
  const stopped = new Set<number>();
  let pace: NodeJS.Timeout | null = null;
  let begun = '';
  let bootAt: string | null = null;
  let said = 0;

  /** What docker exec and docker logs have started ends with the container. */
  function endContainerCommands(): void {
    for (const { pid, environment, command } of processesOf(dir)) {
      const isInside = environment.includes(`\0PATH=${file('inside')}:`);
      if (isInside || command.includes('container.log')) signal(pid, 'SIGKILL');
    }
  }

  /** Ends the commands of docker that print this file. */
  function endCommands(name: string): void {
    for (const { pid, command } of processesOf(dir))
      if (command.startsWith('tail ') && command.endsWith(` ${name}`)) signal(pid, 'SIGKILL');
  }

  /** Notes what docker did, for those who listen to its events and those who ask for past ones. */
  function report(
    actions: readonly string[],
    { name = 'winarena', id = '0123456789abcdef', image = 'windowsarena/winarena:latest' } = {},
  ): void {
    if (!existsSync(file('events'))) return;
    const aheadSeconds = existsSync(file('clock')) ? Number(readFileSync(file('clock'), 'utf8')) : 0;
    const atSeconds = Math.floor(Date.now() / 1000) + aheadSeconds;
    appendFileSync(file('events'), eventLines(actions, { name, id, image }, atSeconds));
  }

  function mark(name: string, isSet: boolean): void {
    if (isSet) writeFileSync(file(name), '');
    else rmSync(file(name), { force: true });
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
        username: user === undefined ? userInfo().username : vmUser,
        privateKey: file('id_ed25519'),
        agent: false,
      },
    }),
    runLog,
    setContainers: (rows) => replace(file('containers'), rows),
    setInspect: (line, name = 'winarena') => replace(file(`inspect-${name}`), line),
    refuseEvents() {
      rmSync(file('events'), { force: true });
      endCommands('events');
    },
    containerUp(startedAt = '2026-01-28T22:00:00.000000000Z') {
      // Of what it said in an earlier start docker tells nothing where it is asked for this one.
      if (bootAt !== null && bootAt !== startedAt) writeFileSync(file('container.log'), '');
      bootAt = startedAt;
      const mounts = [{ Source: file('client'), Destination: '/client' }];
      vm.setInspect(inspectLine({ startedAt, mounts }));
      vm.setContainers('0123456789abcdef|winarena|windowsarena/winarena:latest|Up 2 minutes\n');
      report(['attach', 'connect', 'start']);
    },
    addContainer(added) {
      const container: StandInContainer = {
        state: 'running',
        status: 'Up 2 minutes',
        image: 'windowsarena/winarena:latest',
        startedAt: '2026-01-28T22:00:00.000000000Z',
        address: '172.17.0.2',
        mounts: [],
        processes: [],
        ...added,
      };
      const { name, state, status, image } = container;
      replace(file(`inspect-${name}`), inspectLine(container));
      vm.setProcesses(name, container.processes);
      const others = readFileSync(file('containers'), 'utf8')
        .split(/(?<=\n)/)
        .filter((row) => !row.startsWith(`id-of-${name}|`));
      vm.setContainers(`${others.join('')}id-of-${name}|${name}|${image}|${status}\n`);
      report([state === 'running' ? 'start' : 'die'], { name, id: `id-of-${name}`, image });
    },
    removeContainer(name) {
      const rows = readFileSync(file('containers'), 'utf8').split(/(?<=\n)/);
      vm.setContainers(rows.filter((row) => !row.startsWith(`id-of-${name}|`)).join(''));
      rmSync(file(`inspect-${name}`), { force: true });
      for (const { pid, environment } of processesOf(dir))
        if (environment.includes(`\0VM_CONTAINER=${name}\0`)) signal(pid, 'SIGKILL');
      report(['die', 'destroy'], { name, id: `id-of-${name}` });
    },
    setProcesses(name, processes) {
      const rows = processes.map((command, index) => `${String(100 + index).padEnd(20)}${command}\n`);
      replace(file(`top-${name}`), `PID                 COMMAND\n${rows.join('')}`);
    },
    containerStops(status, exitCode, outOfMemory = false) {
      vm.setInspect(inspectLine({ state: 'exited', exitCode, outOfMemory, address: '' }));
      vm.setContainers(`0123456789abcdef|winarena|windowsarena/winarena:latest|${status}\n`);
      endContainerCommands();
      report([...(outOfMemory ? ['oom'] : []), 'disconnect', 'die']);
    },
    containerReports: (action, name) => report([action], name === undefined ? {} : { name }),
    containerGone() {
      const rows = readFileSync(file('containers'), 'utf8').split('\n').slice(0, -1);
      vm.setContainers('');
      endContainerCommands();
      for (const [id = '', name = ''] of rows.map((row) => row.split('|'))) {
        rmSync(file(`inspect-${name}`), { force: true });
        report(['kill', 'disconnect', 'die', 'destroy'], { name, id });
      }
    },
    failDocker(says, exitCode = 1) {
      rmSync(file('docker-fails'), { force: true });
      if (says === null) return;
      replace(file('docker-code'), String(exitCode));
      replace(file('docker-fails'), `${says}\n`);
      endCommands('events');
    },
    hang(what, hanging = true) {
      mark(`hangs-${what}`, hanging);
      if (hanging) return;
      // As when the engine is restarted.
      for (const { pid, command } of processesOf(dir)) if (command === 'sleep 1000') signal(pid, 'SIGKILL');
    },
    lack: (what, lacking = true) => mark(`no-${what}`, lacking),
    async hideTar() {
      if (world === null) throw new Error('This computer cannot hide a program from a machine.');
      const [path] = ['/usr/bin/tar', '/bin/tar'].filter((each) => existsSync(each));
      if (path === undefined) return;
      copyFileSync(path, file('engine-tar'));
      await vm.run(`mount --bind /dev/null ${path}`);
    },
    setFreeSpace(mebibytes) {
      const size = 100 * 1024 * 1024;
      const row = ['/dev/sda1', size, size - mebibytes * 1024, mebibytes * 1024, '50%', '/'].join(' ');
      replace(file('df'), `Filesystem 1024-blocks Used Available Capacity Mounted on\n${row}\n`);
    },
    authorize: (publicKey) => appendFileSync(file('authorized_keys'), publicKey),
    publicKey: () => readFileSync(file('id_ed25519.pub'), 'utf8'),
    hostKey: () => readFileSync(file('host_key.pub'), 'utf8').split(' ').slice(0, 2).join(' '),
    makeHostKey: () => makeKey('host_key'),
    setProbe: (state) => replace(file('probe'), state),
    probeMissed: () => existsSync(file('probe-missed')),
    setGuest(address, published = false) {
      replace(file('guest'), address);
      if (published) writeFileSync(file('published'), '');
      else rmSync(file('published'), { force: true });
    },
    setBootPage(html) {
      if (html === null) rmSync(file('msg.html'), { force: true });
      else replace(file('msg.html'), html);
    },
    setClock: (aheadSeconds) => writeFileSync(file('clock'), String(aheadSeconds)),
    containerSays(text) {
      const lines = (begun + text).split('\n');
      begun = lines.pop() ?? '';
      // docker counts nanoseconds: no two lines have the same time.
      const stamp = (): string =>
        new Date().toISOString().replace('Z', `${String(++said % 1_000_000).padStart(6, '0')}Z`);
      appendFileSync(file('container.log'), lines.map((line) => `${stamp()} ${line}\n`).join(''));
    },
    runSays: (text) => appendFileSync(runLog, text),
    async startRunner(looks = {}) {
      const {
        where = 'container',
        container,
        cwd = file('client'),
        script = 'run.py',
        output = null,
      } = looks;
      mkdirSync(cwd, { recursive: true });
      // What the runner does not matter, only how it looks: a process with run.py's command line that waits.
      writeFileSync(join(cwd, script), 'read -r line\n');
      const isPiped = output === '| cat';
      // A terminal must not become that of the tests.
      const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOCTTY;
      const printed = output === null || isPiped ? 'ignore' : openSync(output, flags);
      const command = [file('home/python'), script, ...(looks.words ?? officialWords)];
      const piped = ['/bin/sh', '-c', '"$@" | cat >/dev/null', 'sh', ...command];
      const runner = start(cwd, isPiped ? piped : command, {
        env: { ...process.env, VM_DIR: dir, VM_SIDE: where, VM_CONTAINER: container ?? '' },
        stdio: ['pipe', printed, printed],
      });
      runners.push(runner);
      if (typeof printed === 'number') closeSync(printed);
      const { pid } = runner;
      if (pid === undefined) throw new Error('the runner has not started');
      const isIt = (one: number): boolean => commandOf(one).startsWith(file('home/python'));
      await until(() => [pid, ...descendants(pid)].some(isIt), 'the runner runs');
    },
    async stopRunner() {
      const runner = runners.pop();
      // One that has ended by itself tells of its end no more.
      if (runner?.exitCode !== null || runner.signalCode !== null) return;
      const ended = once(runner, 'exit');
      for (const pid of family(runner)) signal(pid, 'SIGKILL');
      await ended;
    },
    // The first value of a setting counts.
    setSshd: (...lines) => writeFileSync(file('sshd_config'), [...lines, sshdSettings].join('\n')),
    async startSshd() {
      const started = start(dir, [sshd, '-D', '-e', '-f', file('sshd_config')], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      server = started;
      let own = '';
      started.stderr?.on('data', (chunk: Buffer) => {
        own += chunk.toString();
        serverLog += chunk.toString();
        while (loginsAt.length < countLogins()) loginsAt.push(performance.now());
      });
      await until(() => {
        if (started.exitCode !== null) throw new Hopeless(`sshd has exited: ${own}`);
        return own.includes('Server listening');
      }, 'sshd listens');
    },
    moveTo(address) {
      const settings = readFileSync(file('sshd_config'), 'utf8');
      writeFileSync(file('sshd_config'), settings.replace(/^ListenAddress .*$/m, `ListenAddress ${address}`));
    },
    async killSshd() {
      if (server === null) return;
      // A server that still ran could start one more session, which would keep its port.
      vm.freeze(true);
      // Some of those that are stopped are nobody's children any more: their session was ending.
      const all = [...family(server), ...stopped];
      stopped.clear();
      server = null;
      for (const pid of all) signal(pid, 'SIGKILL');
      await until(() => all.every((pid) => commandOf(pid) === ''), 'sshd and its sessions have ended');
    },
    freeze(frozen) {
      if (!frozen) {
        for (const each of stopped) signal(each, 'SIGCONT');
        stopped.clear();
        return;
      }
      // Number 0 would be everybody.
      if (server?.pid === undefined) return;
      const { pid } = server;
      let known = 0;
      // Parents first, and again while there are new ones: a process starts others until it stops.
      for (;;) {
        const all = [...descendants(pid), pid].reverse().filter((each) => !isInLogin(each));
        for (const each of all) {
          stopped.add(each);
          signal(each, 'SIGSTOP');
        }
        if (all.length === known) break;
        known = all.length;
      }
    },
    throttle(share) {
      if (pace !== null) clearInterval(pace);
      pace = null;
      vm.freeze(false);
      if (share >= 1) return;
      vm.freeze(true);
      pace = setInterval(() => {
        vm.freeze(false);
        setTimeout(() => vm.freeze(pace !== null), share * throttleEveryMs);
      }, throttleEveryMs);
    },
    leftovers() {
      const ours = runners.flatMap(family);
      return processesOf(dir)
        .filter(({ pid }) => !ours.includes(pid))
        .map(({ command }) => command);
    },
    // What serves a login calls itself "sshd: name@notty", or "sshd-session: …" in newer versions.
    sessions: () =>
      descendants(server?.pid ?? 0).filter((pid) => /^sshd(-session)?: [^ ]+@/.test(commandOf(pid))).length,
    logins: countLogins,
    loginsAt: () => loginsAt,
    startedProcesses: () => world?.startedProcesses() ?? null,
    async run(command) {
      const env = { VM_DIR: dir, HOME: file('home'), PATH: `${file('bin')}:/usr/sbin:/usr/bin:/sbin:/bin` };
      const child = start(dir, ['sh', '-c', command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const said = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name]?.on('data', (chunk: Buffer) => (said[name] += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${said.stderr}`);
      return said.stdout;
    },
    serverPid() {
      const pid = server?.pid ?? 0;
      return world === null ? pid : (descendants(pid).at(-1) ?? pid);
    },
    async close() {
      await vm.stopRunner();
      vm.throttle(1);
      const isClean = await until(() => vm.leftovers().length === 0, 'nothing is left on the VM').catch(
        () => false,
      );
      const left = isClean ? [] : vm.leftovers();
      await vm.killSshd();
      await world?.end();
      rmSync(dir, { recursive: true, force: true });
      if (left.length > 0) throw new Error(`Left behind on the VM: ${left.join('; ')}`);
    },
  };
  writeFileSync(file('events'), '');
  vm.setContainers('');
  vm.setProbe('refused');
  vm.setGuest('172.30.0.2');
  writeFileSync(file('container.log'), '');
  await vm.startSshd();
  return vm;
}

/** A line of `docker inspect`, in the format that BenchTray asks for. */
export function inspectLine({
  name = 'winarena',
  state = 'running',
  exitCode = 0,
  outOfMemory = false,
  startedAt = '2026-01-28T22:00:00.000000000Z',
  address = '172.17.0.2',
  mounts = [],
  startError = '',
}: Partial<StandInContainer> & {
  readonly exitCode?: number;
  readonly outOfMemory?: boolean;
  readonly startError?: string;
}): string {
  const networks = { bridge: { IPAddress: address } };
  const status = {
    ...{ Status: state, ExitCode: exitCode, Error: startError, OOMKilled: outOfMemory },
    StartedAt: startedAt,
  };
  return `${JSON.stringify([`/${name}`, status, networks, mounts])}\n`;
}

/** A process and all below it, deepest first. */
function family({ pid }: ChildProcess): number[] {
  // Number 0 would be everybody.
  return pid === undefined ? [] : [...descendants(pid), pid];
}

/** Written as a whole or not at all: a look may fall into the middle. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
