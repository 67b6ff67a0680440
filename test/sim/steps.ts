/** What may happen in the simulated world. Each step happens by chance, and says in a few words what it did. */
import type { SshProblem } from '../../src/main/engine/vm/index.ts';
import { isAllRead, isAllReported, isAllStored, mayCutHere } from './safe-moments.ts';
import { simulatedTroubles } from './troubles.ts';
import type { World } from './world.ts';
import { takeEvents } from './invariants.ts';

export interface Step {
  readonly name: string;
  /** How often it happens, against the others. */
  readonly weight: number;
  /** @returns what it did, for the list of steps; null: it could not be done now */
  readonly run: (world: World) => Promise<string | null>;
}

const unreachable: SshProblem = {
  code: 'ssh_unreachable',
  message: 'SSH connection failed',
  detail: 'no answer',
  hint: 'Is the VM running?',
};

const minuteMs = 60_000;

export const steps: readonly Step[] = [
  {
    name: 'write',
    weight: 30,
    async run(world) {
      const { benchmark } = world;
      if (benchmark.isBetweenRuns)
        benchmark.begin(undefined, world.pick(['finished', 'finished', 'interrupted', 'running']));
      const count = world.pick([1, 2, 5, 20, 60]);
      const isCut = world.random() < 0.2;
      benchmark.write(count, isCut);
      await world.pass(world.pick([0, 100, 1000]));
      return `${count} pieces${isCut ? ', the last one cut' : ''}`;
    },
  },
  {
    name: 'pass',
    weight: 20,
    async run(world) {
      const ms = world.pick([100, 500, 1000, 4000, 8000]);
      await world.pass(ms);
      return `${ms} ms`;
    },
  },
  {
    name: 'connect',
    weight: 14,
    async run(world) {
      if (world.link !== null) return null;
      await world.connect();
      return '';
    },
  },
  {
    name: 'disconnect',
    weight: 4,
    async run(world) {
      if (world.link === null) return null;
      const problem = world.pick([null, unreachable]);
      await world.disconnect(problem);
      return problem?.code ?? '';
    },
  },
  {
    name: 'kill the run',
    weight: 1,
    run(world) {
      if (world.benchmark.isBetweenRuns) return Promise.resolve(null);
      world.benchmark.begin();
      return Promise.resolve('');
    },
  },
  {
    name: 'rotate',
    weight: 3,
    run(world) {
      if (world.benchmark.current === null || !mayCutHere(world)) return Promise.resolve(null);
      const isLate = world.random() < 0.3;
      world.benchmark.rotate(isLate);
      return Promise.resolve(isLate ? 'the benchmark goes on in the old file' : '');
    },
  },
  {
    // By twice, a file is moved on before BenchTray has seen its first name.
    name: 'rotate three times',
    weight: 2,
    async run(world) {
      const { benchmark } = world;
      if (benchmark.isBetweenRuns || benchmark.isInMoved) return null;
      let count = 0;
      for (const pauseMs of [world.pick([0, 1, 10, 50, 1000, 2000]), 0, 0]) {
        if (benchmark.current === null || !mayCutHere(world)) break;
        benchmark.rotate(false);
        count += 1;
        benchmark.write(world.pick([5, 20]));
        await world.pass(pauseMs);
      }
      return count === 0 ? null : `${count} rotated`;
    },
  },
  {
    name: 'reopen',
    weight: 3,
    run(world) {
      if (!world.benchmark.isInMoved || !mayCutHere(world)) return Promise.resolve(null);
      world.benchmark.reopen();
      return Promise.resolve('');
    },
  },
  {
    name: 'copy and truncate',
    weight: 3,
    run(world) {
      if (world.benchmark.current === null || !mayCutHere(world)) return Promise.resolve(null);
      world.benchmark.cut(true);
      return Promise.resolve('');
    },
  },
  {
    name: 'truncate',
    weight: 6,
    run(world) {
      if (!isAllStored(world)) return Promise.resolve(null);
      world.benchmark.cut(false);
      world.benchmark.begin();
      world.benchmark.write(world.pick([0, 10, 200]));
      return Promise.resolve('');
    },
  },
  {
    name: 'rewrite',
    weight: 8,
    run(world) {
      const { benchmark, oracle } = world;
      const { position } = oracle.newest;
      if (!benchmark.isOfOneRun || position !== oracle.written || !isAllReported(world) || !isAllRead(world))
        return Promise.resolve(null);
      benchmark.rewrite();
      return Promise.resolve('');
    },
  },
  {
    name: 'restart',
    weight: 3,
    async run(world) {
      await world.restart();
      return '';
    },
  },
  {
    name: 'kill',
    weight: 3,
    async run(world) {
      await world.kill();
      return '';
    },
  },
  {
    name: 'kill at a statement',
    weight: 10,
    run(world) {
      const count = world.pick([1, 2, 3, 4, 5, 6, 8, 12, 20, 40]);
      const moment = world.pick(['before', 'after'] as const);
      world.killAt(count, moment);
      return Promise.resolve(`${moment} the next but ${count}`);
    },
  },
  {
    name: 'statement fails',
    weight: 4,
    async run(world) {
      const { benchmark } = world;
      const count = world.pick([1, 2, 4, 8, 16]);
      await world.failing(count, async () => {
        benchmark.write(world.pick([1, 5, 20]));
        await world.pass(1000);
      });
      return `the next but ${count}`;
    },
  },
  {
    name: 'trouble',
    weight: 6,
    async run(world) {
      const trouble = world.pick(simulatedTroubles);
      const isOn = !world.troubles.delete(trouble);
      if (isOn) world.troubles.add(trouble);
      world.hasLooked = false;
      if (world.random() < 0.5) await world.look();
      return `${trouble} ${isOn ? 'begins' : 'is over'}`;
    },
  },
  {
    name: 'client comes',
    weight: 10,
    async run(world) {
      const client = world.pick(world.clients);
      const from = client.lastId;
      world.open(client);
      await world.time.settle();
      return `${client.name}${from === null ? '' : ' again'}`;
    },
  },
  {
    name: 'client goes',
    weight: 3,
    run(world) {
      const client = world.pick(world.clients.filter(({ isConnected }) => isConnected).concat(world.clients));
      client.leave();
      return Promise.resolve(client.name);
    },
  },
  {
    name: 'client reads',
    weight: 25,
    async run(world) {
      const client = world.pick(world.clients);
      const bytes = world.pick([10, 300, 3000, 1_000_000]);
      client.read(bytes);
      await world.time.settle();
      return `${client.name}, ${bytes} bytes at most`;
    },
  },
  {
    name: 'prune',
    weight: 1,
    run(world) {
      takeEvents(world);
      world.prune(world.pick([minuteMs, 5 * minuteMs]));
      return Promise.resolve(`up to ${world.prunedThrough}`);
    },
  },
  {
    name: 'silence',
    weight: 0.3,
    async run(world) {
      await world.pass(20 * minuteMs);
      return '20 minutes';
    },
  },
];
