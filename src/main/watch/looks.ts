/** The questions that are put to a VM with each look. Each updates the picture as soon as its own answer is there; none waits for another. */
import type { Client } from 'ssh2';
import type { VmConfig } from '../config/index.ts';
import {
  bestProbe,
  chooseContainer,
  containerShell,
  inspectCommand,
  listCommand,
  openShell,
  probeCommand,
  probeLimitSeconds,
  probePlaceText,
  readBootPage,
  readInside,
  readInspect,
  readList,
  readLogs,
  readMachine,
  readProbe,
  section,
  noBoot,
  type ContainerRow,
  type ContainerState,
  type DockerCommand,
  type LogFile,
  type ProbePlace,
  type ShellChannel,
} from '../vm/index.ts';
import { oneAtATime } from './once.ts';
import { isReady, type Sight } from './sight.ts';

export interface LooksOptions {
  readonly config: VmConfig;
  readonly client: Client;
  readonly host: ShellChannel;
  readonly sight: () => Sight;
  /** Takes what has been learnt into the picture. */
  readonly learn: (news: Partial<Sight>) => void;
  /** The container is up for the first time, or has been started anew. */
  readonly onBoot: () => void;
  readonly onOutOfMemory: (container: string) => void;
  /** Something has just been missed: look again soon, to know whether it is gone. */
  readonly hurry: () => void;
  /** This user may not use docker: a new login may have another group. */
  readonly onDenied: () => void;
  readonly now: () => number;
}

export interface Looks {
  /**
   * Asks everything, or (`brief`) only what may change from one second to the next: how far Windows is, and whether it answers.
   * Resolves when all answers are in, or given up.
   */
  look(depth: 'whole' | 'brief'): Promise<void>;
  readonly docker: DockerCommand;
  readonly inside: ShellChannel | null;
  readonly hostLogs: readonly LogFile[];
  /** Ask for the state of one file, in the shell that can see it. */
  statLog(where: 'host' | 'container', path: string): Promise<LogFile | null>;
  close(): void;
}

const machineEveryMs = 60_000;
/** Where WAA's guest is when nothing on the VM tells: dockur from 5.07 on and OpenAdapt's images, older dockur. */
const usualGuests = ['172.30.0.2', '20.20.20.21'];

export function createLooks(options: LooksOptions): Looks {
  const { config, client, host, sight, learn } = options;
  let docker: DockerCommand = 'docker';
  let inside: ShellChannel | null = null;
  let insideOf: string | null = null;
  /** "ID": what was chosen in the last look, to notice another container under the same name. */
  let chosenId: string | null = null;
  let mustInspect = true;
  let probePlace: ProbePlace | null = null;
  let hostLogs: readonly LogFile[] = [];
  let machineAtMs = Number.NEGATIVE_INFINITY;

  const lookMachine = oneAtATime(async () => {
    if (options.now() - machineAtMs < machineEveryMs) return;
    const askedAtMs = options.now();
    const answer = await host.ask(8, ['machine']);
    if (answer === null) return;
    machineAtMs = askedAtMs;
    learn({ machine: readMachine(answer, (askedAtMs + options.now()) / 2) });
  });

  const lookContainer = oneAtATime(async () => {
    const listed = await listContainers();
    if (listed === null) return;
    if (listed.kind !== 'ok') {
      if (listed.kind === 'denied') options.onDenied();
      closeInside();
      learn({ docker: { kind: listed.kind, detail: listed.detail }, container: { kind: 'unknown' } });
      return;
    }
    const row = chooseContainer(listed.value, config.container);
    if (row === null) {
      containerAbsent();
      return;
    }
    if (row.state === 'running') return containerRunning(row);
    return containerStopped(row);
  });

  async function listContainers() {
    // A docker that hangs is ended on the VM, and that is an answer; none at all means that the VM is silent.
    const ask = async () => {
      const answer = await host.ask(10, listCommand(docker));
      return answer === null ? null : readList(answer);
    };
    const first = await ask();
    if (first?.kind !== 'denied') return first;
    docker = docker === 'docker' ? 'sudo -n docker' : 'docker';
    const second = await ask();
    if (second?.kind === 'ok') return second;
    docker = 'docker';
    return first;
  }

  function containerAbsent(): void {
    const before = sight().container;
    const looks = before.kind === 'absent' ? before.looks + 1 : 1;
    closeInside();
    chosenId = null;
    learn({ docker: { kind: 'ok' }, container: { kind: 'absent', wanted: config.container, looks } });
    if (looks === 1) options.hurry();
  }

  async function containerRunning(row: ContainerRow): Promise<void> {
    if (row.id !== chosenId || sight().container.kind !== 'running' || mustInspect) {
      const state = await inspect(row.name);
      if (state === null) return;
      mustInspect = false;
      chosenId = row.id;
      if (state.startedAt !== sight().startedAt) {
        learn({
          startedAt: state.startedAt,
          docker: { kind: 'ok' },
          container: { kind: 'running', name: row.name },
          boot: noBoot,
          probe: { answer: null, place: null, wasReady: false, misses: 0 },
        });
        probePlace = null;
        options.onBoot();
      }
    }
    learn({ docker: { kind: 'ok' }, container: { kind: 'running', name: row.name } });
    openInside(row.name);
  }

  async function containerStopped(row: ContainerRow): Promise<void> {
    const before = sight().container;
    closeInside();
    const isNew = before.kind !== 'stopped' || before.name !== row.name;
    const state = isNew ? await inspect(row.name) : null;
    const exitCode = isNew ? (state?.exitCode ?? null) : before.exitCode;
    if (isNew && before.kind === 'running' && state?.outOfMemory === true) options.onOutOfMemory(row.name);
    const looks = isNew ? 1 : before.looks + 1;
    learn({
      docker: { kind: 'ok' },
      container: { kind: 'stopped', name: row.name, state: row.state, status: row.status, exitCode, looks },
    });
    if (looks === 1) options.hurry();
  }

  async function inspect(name: string): Promise<ContainerState | null> {
    const answer = await host.ask(10, inspectCommand(docker, name));
    const read = answer === null ? null : readInspect(answer);
    return read?.kind === 'ok' ? read.value : null;
  }

  function openInside(name: string): void {
    if (inside !== null && insideOf === name) return;
    closeInside();
    insideOf = name;
    const opened = openShell(client, containerShell(docker, name), () => {
      // It ends with the container: was that a stop or a restart?
      if (inside !== opened) return;
      inside = null;
      mustInspect = true;
      if (!host.closed) options.hurry();
    });
    inside = opened;
  }

  function closeInside(): void {
    const shell = inside;
    inside = null;
    insideOf = null;
    shell?.close();
    learn({ inside: null });
  }

  const lookBootPage = oneAtATime(async () => {
    if (sight().container.kind !== 'running' || isReady(sight()) || sight().probe.wasReady) return;
    const answer = await host.ask(4, ['get', `http://localhost:${config.vnc.port}/msg.html`]);
    if (answer === null) return;
    const { body, end } = section(answer, 'http');
    if (end === '200') learn({ boot: readBootPage(sight().boot, body) });
  });

  const lookProbe = oneAtATime(async () => {
    if (sight().container.kind === 'stopped' || sight().container.kind === 'absent') return;
    // The place where it answers cannot be asked now, which says nothing of it.
    if (inside === null && sight().probe.place?.startsWith('container:') === true) return;
    const places = probePlace !== null && sight().probe.misses === 0 ? [probePlace] : probePlaces();
    const answers = await Promise.all(
      places.map(async (place) => {
        const shell = place.from === 'host' ? host : inside;
        const answer =
          (await shell?.ask(probeLimitSeconds, probeCommand(place.address, config.probe.port))) ?? null;
        return { place, answer: readProbe(answer) };
      }),
    );
    if (host.closed) return;
    const found = answers.find(({ answer }) => answer.kind === 'ready');
    if (found !== undefined) {
      probePlace = found.place;
      learn({
        probe: {
          answer: found.answer,
          place: probePlaceText(found.place, config.probe.port),
          wasReady: true,
          misses: 0,
        },
      });
      return;
    }
    const { wasReady, misses, place } = sight().probe;
    // Where the guest is known, what the guest says counts; a port that is not published refuses on the VM always.
    const within = answers.filter(({ place: at }) => at.from === (probePlace?.from ?? 'container'));
    const best = bestProbe((within.length > 0 ? within : answers).map(({ answer }) => answer));
    learn({ probe: { answer: best, place, wasReady, misses: misses + 1 } });
    if (wasReady && misses < 3) options.hurry();
  });

  function probePlaces(): ProbePlace[] {
    const told = sight().inside?.guests ?? [];
    const configured = config.probe.addresses;
    const fromHost = configured.length > 0 ? configured : ['localhost'];
    const fromContainer =
      inside === null ? [] : configured.length > 0 ? configured : told.length > 0 ? told : usualGuests;
    return [
      ...fromHost.map((address): ProbePlace => ({ from: 'host', address })),
      ...fromContainer.slice(0, 4).map((address): ProbePlace => ({ from: 'container', address })),
    ];
  }

  const lookInside = oneAtATime(async () => {
    const answer = (await inside?.ask(8, ['inside'])) ?? null;
    if (answer !== null && inside !== null) learn({ inside: readInside(answer) });
  });

  const lookHostLogs = oneAtATime(async () => {
    const answer = await host.ask(8, ['host']);
    if (answer !== null) hostLogs = readLogs(answer);
  });

  return {
    get docker() {
      return docker;
    },
    get inside() {
      return inside;
    },
    get hostLogs() {
      return hostLogs;
    },
    async look(depth) {
      const brief = () => Promise.all([lookBootPage(), lookProbe()]);
      if (depth === 'brief') {
        await brief();
        return;
      }
      const container = lookContainer();
      const others = [lookMachine(), lookHostLogs()];
      // What is asked inside the container needs a shell there.
      if (inside === null) await container;
      await Promise.all([container, ...others, brief(), lookInside()]);
    },
    async statLog(where, path) {
      const shell = where === 'host' ? host : inside;
      const answer =
        (await shell?.ask(8, ['logs', path.startsWith('~/') ? `./${path.slice(2)}` : path])) ?? null;
      return answer === null ? null : (readLogs(answer)[0] ?? null);
    },
    close() {
      closeInside();
    },
  };
}
