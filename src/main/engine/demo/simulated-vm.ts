/** Puts the parts together: a play, the machine it changes, and the SSH server through which that machine is seen. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeVmConfig, type VmConfig } from '../config/index.ts';
import { makeDemoFolder } from './demo-folder.ts';
import { generateKeyPair } from './keys.ts';
import { createMachine, type Machine, type SimulatedTask } from './machine.ts';
import { play } from './play.ts';
import { startPlayer } from './player.ts';
import { createRandom } from './random.ts';
import { startScreenServer } from './screen-server.ts';
import { serveShell, shellSide } from './shell-session.ts';
import { startSshServer } from './ssh-server.ts';
import { mostTasks } from './tasks.ts';
import { defaultTimings, type Timings } from './timings.ts';

const username = 'azureuser';
const fastestSpeed = 1000;

export interface SimulatedVmOptions {
  /** The same seed gives the same tasks, scores and steps. */
  readonly seed: number;
  /** Divides every duration; above 0, at most 1000. */
  readonly speed: number;
  readonly timings?: Partial<Timings>;
  /** Default 12; at most 369. */
  readonly tasksPerRun?: number;
  readonly log?: { info(text: string): void; debug(text: string): void };
}

export interface SimulatedVm {
  /** How to watch it: address, user, key file, pinned host key, and the port of its screen. */
  readonly vmConfig: VmConfig;
  readonly port: number;
  /** "SHA256:…" */
  readonly hostKeyFingerprint: string;
  /** Every attempt that has ended so far, oldest first. */
  readonly truth: () => readonly SimulatedTask[];
  /** Resets every connection. */
  readonly disconnectAll: () => void;
  /** Refuses new connections; those that are there stay. */
  readonly stopListening: () => Promise<void>;
  readonly listenAgain: () => Promise<void>;
  /** Ends play, server and connections, and removes the key file. May be called more than once. */
  readonly close: () => Promise<void>;
}

/** Starts the machine; it listens, and its container begins to start, when the promise resolves. Throws a RangeError on a bad option. */
export async function startSimulatedVm(options: SimulatedVmOptions): Promise<SimulatedVm> {
  const { seed, speed, tasksPerRun = 12, log } = options;
  if (!(speed > 0 && speed <= fastestSpeed)) {
    throw new RangeError(`The speed must be above 0 and at most ${fastestSpeed}, not ${speed}.`);
  }
  if (!Number.isInteger(tasksPerRun) || tasksPerRun < 1 || tasksPerRun > mostTasks) {
    throw new RangeError(`A run has from 1 to ${mostTasks} tasks, not ${tasksPerRun}.`);
  }

  const userKey = generateKeyPair();
  // If the rest of the start fails, this ends what was started. Later, `close` does.
  await using opened = new AsyncDisposableStack();
  const folder = opened.adopt(await makeDemoFolder(), (path) => rm(path, { recursive: true, force: true }));
  const privateKey = join(folder, 'id_ed25519');
  await writeFile(privateKey, userKey.privateKey, { mode: 0o600 });

  // The random numbers of the machine must not change the play.
  const vnc = await startScreenServer((): Machine => machine);
  opened.defer(() => vnc.close());
  const machine = createMachine(createRandom(seed ^ 0x5eed), Date.now(), vnc.port);
  const server = await startSshServer({
    username,
    publicKey: userKey.publicKey,
    serve: (command, channel) => {
      log?.debug(`simulated VM: exec ${command}`);
      const side = shellSide(command);
      if (side !== null) return serveShell(machine, side, channel);
      channel.stderr.write('sh: not part of the simulation\n');
      channel.exit(127);
      channel.end();
    },
    debug: (text) => log?.debug(`simulated VM: ${text}`),
  });
  opened.defer(() => server.close());
  const steps = play(createRandom(seed), {
    timings: { ...defaultTimings, ...options.timings },
    tasksPerRun,
  });
  opened.defer(startPlayer(steps, speed, machine.perform));
  log?.info(`the simulated VM listens on 127.0.0.1:${server.port}`);

  const { port, hostKeyFingerprint, disconnectAll, stopListening, listenAgain } = server;
  const running = opened.move();
  return {
    vmConfig: makeVmConfig({
      name: 'demo-vm',
      ssh: { host: '127.0.0.1', port, username, privateKey, agent: false, hostKey: hostKeyFingerprint },
      vnc: { port: vnc.port },
    }),
    port,
    hostKeyFingerprint,
    truth: machine.truth,
    disconnectAll,
    stopListening,
    listenAgain,
    close: () => running.disposeAsync(),
  };
}
