/**
 * Follows the trajectory of the task that is on, so that its newest step is known as soon as it is written. This costs the VM one `tail`
 * while the task runs, and one question for each step whose plan is in a file of its own.
 */
import {
  isAfterStart,
  isInAttempt,
  type ScreenMoment,
  type ScreenTask,
  type TaskText,
} from '../../../../shared/screens.ts';
import { inBackground } from '../../common/in-background.ts';
import {
  attemptOn,
  planFileIn,
  readSteps,
  type RunState,
  type Step,
  type StepsReading,
} from '../../run/index.ts';
import {
  askPlan,
  containerShell,
  followFile,
  hostShell,
  isSendable,
  readLogs,
  readTextLines,
  screensCommand,
  shellPath,
  type FollowChannel,
  type ShellChannel,
} from '../../vm/index.ts';
import type { LogAccess } from '../log/following-options.ts';
import { filesOfAttempt } from '../screen-folder.ts';
import type { Source, WatchTools } from '../source.ts';
import { accessOf, currentRun, type NewestStep } from '../state.ts';
import type { VmStore } from '../store.ts';
import { clockSkewMs, ourTimeMs } from '../vm-clock.ts';
import { createNewestLine } from './newest-line.ts';
import { placesOf, type ResultPlace } from './result-place.ts';

/** Enough for the newest lines of a trajectory that is there already. */
const tailBytes = 64 * 1024;
const askLimitSeconds = 10;
/** A search for a task's folder costs some processes. The folders of all tasks of a run lie side by side. */
const searchesPerRun = 2;

type Attempt = Omit<NewestStep, 'step' | 'thought' | 'action' | 'screenshot'> & {
  readonly startedAt: number | null;
};

/** A task's folder, and who can read it. */
interface TaskFolder {
  readonly place: ResultPlace;
  readonly shell: ShellChannel;
  /** From the result folder on: "./pyautogui/a11y_tree/gpt-4o/0/chrome/<id>". */
  readonly path: string;
}

/** What is known of the folders of a run. */
interface RunFolders {
  readonly runId: string;
  searches: number;
  /** Where the folders of its domains are; null: not known. */
  found: { readonly place: ResultPlace; readonly path: string } | null;
}

/** One attempt, while it is on. */
interface Following {
  readonly attempt: Attempt;
  isOpening: boolean;
  /** The step that the log told when the trajectory was looked for last: OSWorld begins one after the first action. */
  lookedAtStep: number;
  channel: FollowChannel | null;
  /** The newest line, while it is read. */
  newest: Uint8Array | null;
}

export class StepSource implements Source {
  readonly #tools: WatchTools;
  #following: Following | null = null;
  #folders: RunFolders | null = null;

  constructor(tools: WatchTools) {
    this.#tools = tools;
  }

  start(store: VmStore, signal: AbortSignal): void {
    store.subscribe((state, before) => {
      // Another connection may know the file, and the log tells at once where it is.
      if (state.contact !== before.contact) this.#stop();
      if (currentRun(state) !== currentRun(before)) this.#consider(store);
    }, signal);
    signal.addEventListener('abort', () => this.#stop(), { once: true });
  }

  #stop(): void {
    this.#following?.channel?.close();
    this.#following = null;
  }

  #consider(store: VmStore): void {
    const run = currentRun(store.get());
    const on = run === null ? null : attemptOn(run);
    if (run === null || on === null || !isSame(this.#following?.attempt, run, on)) this.#stop();
    if (run === null || on === null || on.steps === 0) return;
    const { domain, taskId, attempt, startedAt, steps } = on;
    this.#following ??= {
      attempt: { runId: run.runId, domain, taskId, attempt, startedAt },
      ...{ isOpening: false, lookedAtStep: 0, channel: null, newest: null },
    };
    const following = this.#following;
    if (following.channel !== null || following.isOpening || following.lookedAtStep === steps) return;
    following.lookedAtStep = steps;
    following.isOpening = true;
    const work = this.#open(store, following).finally(() => {
      following.isOpening = false;
    });
    inBackground(work, this.#tools.log, `a look at the trajectory of ${this.#tools.config.name}`);
  }

  async #open(store: VmStore, following: Following): Promise<void> {
    const { attempt } = following;
    const access = accessOf(store.get());
    // A server that allows few sessions keeps them for the log.
    if (access === null || access.channels.isShort) return;
    const folder = await this.#folderOf(store, access, attempt);
    if (folder === null || this.#following !== following) return;
    const { place, shell } = folder;
    const words = ['logs_below', shellPath(place.path), `${folder.path}/traj.jsonl`];
    const answer = words.every(isSendable) ? await shell.ask(askLimitSeconds, words) : null;
    const [file] = readLogs(answer ?? '');
    if (this.#following !== following || file === undefined) return;
    const writtenAt = ourTimeMs(file.modifiedAt, clockSkewMs(store.get().machine));
    if (!isAfterStart(writtenAt, this.#taskOf(attempt))) return;
    // Only this inode is opened, so a link that takes its place leads nowhere.
    const { path, size, inode } = file;
    const offset = Math.max(0, size - tailBytes);
    const data = createNewestLine((line) => this.#take(store, following, folder, line));
    const opener = place.where === 'host' ? hostShell : containerShell(access.docker, access.container ?? '');
    following.channel = followFile(
      access.channels,
      opener,
      { path, inode, offset, size },
      // At the next step, it is looked for again.
      { data, notice: () => undefined, closed: () => void (following.channel = null) },
    );
  }

  /** Returns the folder of the attempt's task; null: it is not known. */
  async #folderOf(store: VmStore, access: LogAccess, attempt: Attempt): Promise<TaskFolder | null> {
    const { runId, domain, taskId } = attempt;
    if (this.#folders?.runId !== runId) this.#folders = { runId, searches: 0, found: null };
    const folders = this.#folders;
    if (folders.found !== null && domain !== null) {
      const { place, path } = folders.found;
      const shell = shellAt(access, place);
      return shell === null ? null : { place, shell, path: `${path}/${domain}/${taskId}` };
    }
    if (folders.searches >= searchesPerRun) return null;
    folders.searches += 1;
    const found = await this.#search(store, access, attempt);
    const above = `/${domain ?? ''}/${taskId}`;
    if (found?.path.endsWith(above) === true)
      folders.found = { place: found.place, path: found.path.slice(0, -above.length) };
    return found;
  }

  /** Searches the result folder that is in use now. */
  async #search(store: VmStore, access: LogAccess, attempt: Attempt): Promise<TaskFolder | null> {
    const { results, machine } = store.get();
    const skewMs = clockSkewMs(machine);
    for (const place of results === null ? [] : placesOf(results)) {
      const shell = shellAt(access, place);
      const words = screensCommand(place.path, attempt.domain, attempt.taskId, attempt.attempt);
      if (shell === null || words === null) continue;
      const answer = readTextLines(await shell.ask(askLimitSeconds, words));
      if (answer.kind !== 'ok') continue;
      const files = answer.value.map((file) => ({ ...file, writtenAt: ourTimeMs(file.modifiedAt, skewMs) }));
      const { texts } = filesOfAttempt(files, this.#taskOf(attempt));
      const trajectory = texts.find(({ name }) => name === 'traj.jsonl');
      if (trajectory !== undefined) return { place, shell, path: trajectory.folder };
    }
    return null;
  }

  #taskOf(attempt: Attempt): ScreenTask {
    return {
      ...attempt,
      vm: this.#tools.config.name,
      ...{ log: '', resultDir: null, endedAt: null, notBefore: null, notFrom: null },
    };
  }

  /** One line after the other: of those that come while a plan is read, only the newest counts. */
  #take(store: VmStore, following: Following, folder: TaskFolder, bytes: Uint8Array): void {
    const isReading = following.newest !== null;
    following.newest = bytes;
    if (isReading) return;
    const work = this.#readNewest(store, following, folder).finally(() => {
      following.newest = null;
    });
    inBackground(work, this.#tools.log, `reading a step of ${this.#tools.config.name}`);
  }

  async #readNewest(store: VmStore, following: Following, folder: TaskFolder): Promise<void> {
    for (let read: Uint8Array | null = null; read !== following.newest;) {
      read = following.newest;
      if (read !== null) await this.#read(store, following, folder, read);
    }
  }

  async #read(
    store: VmStore,
    following: Following,
    { place, shell, path }: TaskFolder,
    bytes: Uint8Array,
  ): Promise<void> {
    const { attempt } = following;
    const name = planFileIn(bytes);
    const plan = name === null ? null : await askPlan(shell, [place.path, path], name);
    if (this.#following !== following) return;
    const modifiedAt = this.#tools.clock.runMs();
    const line: TaskText = { name: 'traj.jsonl', bytes, isCut: false, modifiedAt };
    const newest = newestIn(plan === null ? [line] : [line, { ...plan, modifiedAt }], {
      clockOffsetMs: clockOffsetMs(store),
      // The newest line may be of an attempt before this one.
      ...{ startedAt: null, hasOthers: true },
      isOfAttempt: (atMs) => isInAttempt(atMs, this.#taskOf(attempt)),
    });
    const step = newest.steps.at(-1);
    if (step === undefined) return;
    const { action, thought } = step;
    const { startedAt: _startedAt, ...of } = attempt;
    const { newestStep: before } = store.get();
    const isNext = before?.runId === of.runId && before.taskId === of.taskId && before.attempt === of.attempt;
    const screenshot = screenshotOf(step, newest.screenMoment, isNext ? before.screenshot : undefined);
    store.update({ newestStep: { ...of, step: step.step, action, thought, ...screenshot } });
  }
}

/** A step that left no screenshot may name that of the step before. */
function screenshotOf(
  { screenshot: name, step }: Step,
  moment: ScreenMoment | null,
  before: NewestStep['screenshot'],
): Pick<NewestStep, 'screenshot'> {
  if (name === null) return before === undefined ? {} : { screenshot: before };
  return { screenshot: before?.name === name ? before : { name, step, moment } };
}

function shellAt(access: LogAccess, { where }: ResultPlace): ShellChannel | null {
  return where === 'host' ? access.host : access.inside;
}

function isSame(
  attempt: Attempt | undefined,
  { runId }: RunState,
  on: Pick<Attempt, 'domain' | 'taskId' | 'attempt'>,
): boolean {
  return (
    attempt?.runId === runId &&
    attempt.domain === on.domain &&
    attempt.taskId === on.taskId &&
    attempt.attempt === on.attempt
  );
}

function clockOffsetMs(store: VmStore): number {
  const { container, inside, machine } = store.get();
  const writer = container.kind === 'running' ? inside : machine;
  return 0 - (writer?.zoneOffsetMinutes ?? 0) * 60_000 - clockSkewMs(machine);
}

/** One line is read at once: it is short. */
function newestIn(...[files, context]: Parameters<typeof readSteps>): StepsReading {
  const work = readSteps(files, context);
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
}
