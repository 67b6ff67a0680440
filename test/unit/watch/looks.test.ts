/** Looks at a VM whose engine reports nothing, or nothing that can be read. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import type { Channels, LineListener, OwnShellChannel } from '../../../src/main/engine/vm/index.ts';
import { assess } from '../../../src/main/engine/watch/rules/conditions.ts';
import { createLooks } from '../../../src/main/engine/watch/looks/looks.ts';
import { firstSight, type Sight } from '../../../src/main/engine/watch/sight.ts';
import { defaultTempo } from '../../../src/main/engine/watch/tempo.ts';
import { until } from '../../support/wait.ts';
import { localShell } from '../vm/local-shell.ts';

/**
 * @param engines what the VM has; any but the first has no container
 * @param inContainer where a shell in the container is opened; null: none can be opened
 */
function looking(engines: readonly [string, ...string[]] = ['docker'], inContainer: Channels | null = null) {
  let nowMs = 0;
  let preparing = '';
  let onHost = 'last 50\n';
  /** What the engine answers to everything; undefined: what it is asked for. */
  let engine: string | null | undefined;
  let sight: Sight = { ...firstSight, ssh: { kind: 'up' } };
  let heard: LineListener = { line: () => undefined, ended: () => undefined };
  const containers = new Map<string, string>();
  const asked: string[] = [];
  const host = {
    closed: false,
    ask(_limit: number, words: readonly string[]) {
      const command = words[0] === 'run' ? (words[2] ?? '') : (words[0] ?? '');
      asked.push(command);
      if (command === 'preparing') return Promise.resolve(preparing);
      if (command === 'host') return Promise.resolve(onHost);
      if (command === 'pulse')
        return Promise.resolve(`last 60\n${onHost.includes('runner') ? 'candidate 40\n' : ''}`);
      if (engine !== undefined && words[0] === 'run') return Promise.resolve(engine);
      if (words[1] !== 'docker' && words[1] !== engines[1]) return Promise.resolve('\nexit 127\n');
      if (words[1] !== 'docker') return Promise.resolve('\nexit 0\n');
      const of = (name: string, state: string): string =>
        command === 'ps'
          ? `id-${name}|${name}|windowsarena/winarena:latest|${state}\n`
          : `["/${name}",{"Status":"${state}"},null,null]\n`;
      const lines = [...containers].map(([name, state]) => of(name, state));
      return Promise.resolve(`${lines.join('')}\nexit 0\n`);
    },
    listen(_words: readonly string[], listener: LineListener) {
      heard = listener;
      return { stop: () => undefined };
    },
    onEnd: () => undefined,
  } as unknown as OwnShellChannel;
  const noChannels = {
    open: (_command, opened) => void setImmediate(opened, { ok: false, kind: 'failed', detail: '' }),
    openSftp: (opened) => void setImmediate(opened, { ok: false, kind: 'failed', detail: '' }),
    hold: () => () => undefined,
    isShort: false,
    isSingle: false,
    onShort: () => undefined,
    onLost: () => () => undefined,
  } satisfies Channels;
  const looks = createLooks(
    {
      config: makeVmConfig({ name: 'vm', ssh: { host: '127.0.0.1' } }),
      ...{ channels: inContainer ?? noChannels, host },
      sight: () => sight,
      learn: (news) => (sight = { ...sight, ...news }),
      onBoot: () => undefined,
      onOutOfMemory: () => undefined,
      hurry: () => undefined,
      paceMs: () => 5_000,
      monotonicMs: () => nowMs,
      tempo: defaultTempo,
    },
    () => nowMs,
  );
  return {
    ...{ containers, asked },
    sight: () => sight,
    learn: (news: Partial<Sight>) => void (sight = { ...sight, ...news }),
    says: (line: string) => heard.line(line, Buffer.from(line)),
    prepares: (answer: string) => (preparing = answer),
    hasOnHost: (answer: string) => (onHost = answer),
    engineSays: (answer: string | null | undefined) => (engine = answer),
    reports: (action: string, name: string) =>
      heard.line(
        JSON.stringify({ Action: action, Actor: { ID: `id-${name}`, Attributes: { name, image: 'x' } } }),
        Buffer.from(''),
      ),
    look: async (afterMs: number) => {
      nowMs += afterMs;
      await looks.look('whole');
    },
  };
}

describe('looks at a VM', () => {
  it('find a container that the engine has not reported', async () => {
    const { containers, look, sight } = looking();
    containers.set('winarena', 'exited');
    for (let count = 0; count < 4; count += 1) await look(defaultTempo.wholeLookEveryMs);
    expect(sight().container).toMatchObject({ kind: 'stopped', name: 'winarena' });
    containers.set('win11-waa', 'running');
    // Another container takes the place of a stopped one with the second look.
    for (let count = 0; count < 2; count += 1) await look(defaultTempo.engineEveryMs);
    expect(sight().container).toMatchObject({ kind: 'running', name: 'win11-waa' });
  });

  it('ask an engine no more often for each line that they cannot read', async () => {
    const { containers, look, says, asked } = looking();
    containers.set('winarena', 'exited');
    for (let count = 0; count < 4; count += 1) await look(defaultTempo.wholeLookEveryMs);
    asked.length = 0;
    for (let count = 0; count < 100; count += 1) {
      says('Emulate Docker CLI using podman.');
      await look(100);
    }
    const often = 10_000 / defaultTempo.silentEngineEveryMs + 1;
    expect(asked.filter((command) => command === 'ps').length).toBeLessThanOrEqual(often);
    expect(asked.filter((command) => command === 'host').length).toBeGreaterThan(0);
  });

  /** Returns how often the engine is listed in so many minutes, with a look every 5 s. */
  async function listsIn(minutes: number, { look, asked }: ReturnType<typeof looking>): Promise<number> {
    for (let count = 0; count < 20; count += 1) await look(5_000);
    asked.length = 0;
    for (let count = 0; count < minutes * 12; count += 1) await look(5_000);
    return asked.filter((command) => command === 'ps').length;
  }

  it('ask an engine that reports its events once a minute, whether there is a container or not', async () => {
    const none = looking();
    const stopped = looking();
    stopped.containers.set('winarena', 'exited');
    // Without a container, another engine is looked for as well.
    expect(await listsIn(10, none)).toBeLessThanOrEqual(22);
    expect(await listsIn(10, stopped)).toBeLessThanOrEqual(11);
  });

  it('ask an engine that is down every 5 s, however often they look', async () => {
    const { engineSays, look, asked } = looking();
    engineSays('Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n\nexit 1\n');
    for (let count = 0; count < 60; count += 1) await look(500);
    asked.length = 0;
    for (let count = 0; count < 120; count += 1) await look(500);
    // With every third failure, sudo and podman are tried as well.
    expect(asked.filter((command) => command === 'ps').length).toBeLessThanOrEqual(25);
  });

  it('ask more often while another engine may start the container, or somebody prepares one', async () => {
    expect(await listsIn(10, looking(['docker', 'podman']))).toBeGreaterThanOrEqual(75);
    const preparing = looking();
    preparing.prepares('yes\n');
    expect(await listsIn(10, preparing)).toBeGreaterThanOrEqual(35);
    expect(preparing.sight().missing).toBeNull();
  });

  it('ask every 5 s once an engine has missed to report two changes', async () => {
    const vm = looking();
    vm.containers.set('winarena', 'running');
    await listsIn(1, vm);
    for (const state of ['exited', 'running', 'exited']) {
      vm.containers.set('winarena', state);
      for (let count = 0; count < 13; count += 1) await vm.look(5_000);
    }
    expect(await listsIn(1, vm)).toBeGreaterThanOrEqual(10);
  });
});

it.skipIf(process.platform === 'win32')(
  'the reason why no shell could be opened in the container is forgotten once one answers',
  async () => {
    const shell = localShell(['sh']);
    onTestFinished(() => shell.end());
    const { containers, learn, look, sight } = looking(['docker'], shell.channels);
    containers.set('winarena', 'running');
    learn({ insideFailure: 'OCI runtime exec failed' });
    await until(async () => {
      await look(defaultTempo.wholeLookEveryMs);
      return sight().inside;
    }, 'the shell in the container answers');
    expect(sight().insideFailure).toBe('');
  },
);

describe('a first connection', () => {
  const settings = { stalledAfterMs: 900_000, idleAfterMs: 1_800_000, missingAfterMs: 5_000, cutRun: null };
  type Vm = ReturnType<typeof looking>;
  /** Each thing that happens, and for how many looks of 5 s it stays so. */
  type Step = readonly [looks: number, (vm: Vm) => void];
  const isRunning: Step = [12, ({ containers }) => void containers.set('winarena', 'running')];
  const isCreated: Step = [
    6,
    ({ containers, reports }) => {
      containers.set('winarena', 'created');
      reports('create', 'winarena');
    },
  ];
  const starts: Step = [
    6,
    ({ containers, reports }) => {
      containers.set('winarena', 'running');
      reports('start', 'winarena');
    },
  ];
  const fetches: Step = [60, ({ prepares }) => prepares('yes\n')];
  const fetched: Step = [1, ({ prepares }) => prepares('')];
  const nothing: Step = [1, () => undefined];

  /** Returns the codes of all troubles with the container that would be told. */
  async function toldIn(steps: readonly Step[]): Promise<string[]> {
    const vm = looking();
    const told = new Set<string>();
    for (const [looks, happens] of steps) {
      happens(vm);
      for (let count = 0; count < looks; count += 1) {
        await vm.look(5_000);
        const sight = vm.sight();
        const { holding } = assess({ ...sight, answered: { ...sight.answered, runs: true } }, settings);
        for (const { code } of holding) told.add(code);
      }
    }
    return [...told].filter((code) => code.startsWith('container'));
  }

  it.each<[what: string, steps: readonly Step[]]>([
    ['finds a container that runs', [isRunning]],
    ['finds a container that was just created', [isCreated, starts]],
    ['sees a container appear between two looks', [nothing, isCreated, starts]],
    ['waits while an image is fetched for five minutes', [fetches, isCreated, fetched, starts]],
    [
      'waits for a service that another one depends on',
      [
        [1, ({ containers }) => void containers.set('database', 'running')],
        fetches,
        isCreated,
        fetched,
        starts,
      ],
    ],
    [
      'waits for an engine that does not answer',
      [[4, ({ engineSays }) => engineSays(null)], isRunningAgain()],
    ],
    [
      'waits for an engine that is not up',
      [
        [
          4,
          ({ engineSays }) =>
            engineSays('Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n\nexit 1\n'),
        ],
        isRunningAgain(),
      ],
    ],
    [
      'waits for an engine that takes too long',
      [[4, ({ engineSays }) => engineSays('\nexit 124\n')], isRunningAgain()],
    ],
    [
      'finds a run without a container',
      [[12, ({ hasOnHost }) => hasOnHost('last 60\nrunner 40\nstarted 7\nscript run.py\n')]],
    ],
    [
      'finds a run that starts while an image is fetched',
      [fetches, fetched, [12, ({ hasOnHost }) => hasOnHost('last 60\nrunner 40\nscript run.py\n')]],
    ],
  ])('%s, and tells of no missing container', async (_what, steps) => {
    expect(await toldIn(steps)).toEqual([]);
  });

  /** The engine answers again, and the container runs. */
  function isRunningAgain(): Step {
    return [
      12,
      ({ engineSays, containers }) => {
        engineSays(undefined);
        containers.set('winarena', 'running');
      },
    ];
  }

  it('tells that there is no container when nobody prepares one, and when it is removed again', async () => {
    expect(await toldIn([[3, () => undefined]])).toEqual(['container_missing']);
    expect(await toldIn([fetches, fetched, [5, () => undefined]])).toEqual(['container_missing']);
    const fetchesForHours: Step = [800, ({ prepares }) => prepares('yes\n')];
    expect(await toldIn([fetchesForHours])).toEqual(['container_missing']);
    expect(
      await toldIn([
        isRunning,
        [
          3,
          ({ containers, reports, prepares }) => {
            containers.clear();
            prepares('yes\n');
            reports('destroy', 'winarena');
          },
        ],
      ]),
    ).toEqual(['container_missing']);
  });
});
