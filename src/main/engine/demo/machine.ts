/** The state of the simulated machine: its files, its container, its benchmark process. Acts change it, answers are read from it. */
import type { Act, EndedTask } from './acts.ts';
import { createContainerLog } from './container-log.ts';
import { createGrowingFile, type GrowingFile } from './growing-file.ts';
import type { Random } from './random.ts';
import { createResultFiles, type NewestScreen, type ResultFiles } from './result-files.ts';
import { fileTime, formatRecord } from './run-records.ts';

/** Where the benchmark's folder lies on the VM, and where the container sees it. */
export const clientFolder = {
  host: '/home/azureuser/WindowsAgentArena/src/win-arena-container/client',
  container: '/client',
};
const resultFolder = '/results';
const logFolder = `${resultFolder}/logs`;

export type Side = 'host' | 'container';

/** An attempt that has ended, with the times that its log gives. Times are epoch milliseconds. */
export interface SimulatedTask extends EndedTask {
  /** Time of the first line of the run's log. */
  readonly runStartedAt: number;
  readonly endedAt: number;
}

export interface Runner {
  readonly pid: number;
  readonly model: string;
}

/** The page of the Windows set-up, on the port that VNC has later. */
export type StatusPage =
  /** Nothing listens there. */
  | { readonly kind: 'not_yet' }
  | { readonly kind: 'shown'; readonly text: string }
  /** Windows has been started: the port now shows its screen. */
  | { readonly kind: 'gone' };

/** The screen of the machine, as a person would see it. */
export type SimulatedScreen =
  | { readonly kind: 'text'; readonly text: string }
  /** The newest screenshot. `isOn`: the benchmark still works. Step 0: before the first one. */
  | ({ readonly kind: 'task'; readonly isOn: boolean } & NewestScreen);

export interface Machine {
  readonly bootId: string;
  /** The port of the screen, and of the set-up page before it. */
  readonly vncPort: number;
  readonly containerId: string;
  /** When the container was started, epoch milliseconds. */
  readonly startedAt: number;
  /** In the form of `docker logs --timestamps`. */
  readonly containerLog: GrowingFile;
  readonly statusPage: () => StatusPage;
  readonly guestIsUp: () => boolean;
  readonly serverIsReady: () => boolean;
  readonly runner: () => Runner | null;
  /** Number of the newest process. */
  readonly newestPid: () => number;
  /** Name of the newest run's log within the client folder, and the file itself. */
  readonly runLog: () => { readonly name: string; readonly file: GrowingFile } | null;
  /** The file at an absolute path, as seen from one side. */
  readonly fileAt: (side: Side, path: string) => GrowingFile | null;
  /** The result folder at an absolute path, as seen from one side; null: there is none. */
  readonly resultsAt: (side: Side, path: string) => ResultFiles | null;
  readonly truth: () => readonly SimulatedTask[];
  readonly screen: () => SimulatedScreen;
  /** @param at epoch milliseconds */
  readonly perform: (act: Act, at: number) => void;
}

export function createMachine(random: Random, startedAt: number, vncPort = 8006): Machine {
  const containerLog = createContainerLog(startedAt);
  const ended: SimulatedTask[] = [];
  const results = createResultFiles();
  let statusPage: StatusPage = { kind: 'not_yet' };
  let guestIsUp = false;
  let serverIsReady = false;
  let runner: Runner | null = null;
  let lastPid = 400;
  let runLog: { readonly name: string; readonly file: GrowingFile } | null = null;
  let runStartedAt = 0;
  let lastLogSecond = 0;

  /** A name of its own for each run, also where several begin within a second. */
  const startRun = (model: string, at: number): void => {
    lastLogSecond = Math.max(Math.floor(at / 1000), lastLogSecond + 1);
    runLog = {
      name: `${logFolder}/normal-0-${fileTime(lastLogSecond * 1000)}.log`,
      file: createGrowingFile(at),
    };
    runStartedAt = 0;
    results.clear(model);
    lastPid += random.integer(20, 900);
    runner = { pid: lastPid, model };
  };

  const perform = (act: Act, at: number): void => {
    switch (act.type) {
      case 'container_log':
        return containerLog.append(act.text, at);
      case 'status_page':
        statusPage = act.text === null ? { kind: 'gone' } : { kind: 'shown', text: act.text };
        return;
      case 'guest_up':
        guestIsUp = true;
        return;
      case 'server_ready':
        serverIsReady = true;
        return;
      case 'run_started':
        return startRun(act.model, at);
      case 'run_ended':
        runner = null;
        return;
      case 'step_recorded':
        return results.addStep(act.step, at);
      case 'run_log':
      case 'task_ended':
        if (runStartedAt === 0) runStartedAt = at;
        // What has ended is known before the log says so: who reads the log must find it.
        if (act.type === 'task_ended') ended.push({ ...act.task, runStartedAt, endedAt: at });
        runLog?.file.append(act.records.map((record) => formatRecord(record, at)).join(''), at);
        if (act.type === 'task_ended' && act.task.score !== null)
          results.addResult(act.task.domain, act.task.taskId, act.task.score, at);
        if (act.type === 'task_ended' && act.task.exception !== null)
          results.addException(act.task.domain, act.task.taskId, act.task.exception, at);
        return;
    }
  };

  const screen = (): SimulatedScreen => {
    const newest = results.newestScreen();
    if (newest !== null) return { kind: 'task', isOn: runner !== null, ...newest };
    if (serverIsReady) return { kind: 'text', text: 'Windows is ready. No task has begun yet.' };
    if (statusPage.kind === 'shown') return { kind: 'text', text: statusPage.text };
    return {
      kind: 'text',
      text: statusPage.kind === 'gone' ? 'Windows is starting.' : 'The container is starting.',
    };
  };

  return {
    vncPort,
    bootId: [8, 4, 4, 4, 12].map(random.hex).join('-'),
    containerId: random.hex(64),
    startedAt,
    containerLog: containerLog.file,
    statusPage: () => statusPage,
    guestIsUp: () => guestIsUp,
    serverIsReady: () => serverIsReady,
    runner: () => runner,
    newestPid: () => lastPid,
    runLog: () => runLog,
    fileAt(side, path) {
      const plain = path.replaceAll('/./', '/');
      if (runLog !== null && plain === clientFolder[side] + runLog.name) return runLog.file;
      const folder = `${clientFolder[side]}${resultFolder}/`;
      return plain.startsWith(folder) ? results.trajectory(plain.slice(folder.length)) : null;
    },
    resultsAt: (side, path) =>
      runLog !== null && path.replaceAll('/./', '/') === clientFolder[side] + resultFolder ? results : null,
    truth: () => [...ended],
    screen,
    perform,
  };
}
