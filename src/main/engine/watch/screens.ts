/** The pictures of a task, fetched from the VM when somebody asks for them: from the VM's own disk where that has them, else from the container. */
import type { Result } from '../../../shared/result.ts';
import type { Screen, Screens, ScreensProblem, ScreenTask } from '../../../shared/screens.ts';
import {
  containerShell,
  fetchScreen,
  hostShell,
  readScreens,
  screenCommand,
  screensCommand,
  type Mount,
  type ScreenFile,
  type ScreenLine,
} from '../vm/index.ts';
import type { LogAccess } from './log/following-options.ts';
import { resultPlaces, type ResultPlace } from './results/result-place.ts';
import { screensOfAttempt, type TimedScreen } from './screen-folder.ts';
import { accessOf, type VmState } from './state.ts';
import type { VmStore } from './store.ts';
import { clockSkewMs, ourTimeMs } from './vm-clock.ts';

export interface ScreensOptions {
  readonly store: Pick<VmStore, 'get' | 'subscribe'>;
  /** Where a log of the journal lies on the VM's own disk; null: nowhere, or it is not known. */
  readonly hostLog: (log: string) => string | null;
  readonly monotonicMs: () => number;
}

const listLimitSeconds = 10;
const readLimitMs = 20_000;
const mostBytes = 8 * 1024 * 1024;
const mostWaiting = 16;
/** Who has just seen the list asks for its pictures next. */
const listHoldsMs = 30_000;

interface Found {
  readonly place: ResultPlace;
  readonly lines: readonly TimedScreen[];
}

export function createScreens(options: ScreensOptions): Screens {
  const { store, monotonicMs } = options;
  const turns = createTurns(mostWaiting);
  let mounts = mountsOf(store.get()) ?? [];
  let newest: { readonly key: string; readonly atMs: number; readonly found: Found } | null = null;

  // The mounts of a container are known only while it runs, but the shared folders outlast it.
  store.subscribe((state) => {
    mounts = mountsOf(state) ?? mounts;
  });

  async function find(task: ScreenTask, access: LogAccess): Promise<Result<Found, ScreensProblem>> {
    let isSilent = false;
    let isWiped = false;
    const run = { log: task.log, hostLog: options.hostLog(task.log), resultDir: task.resultDir };
    for (const place of resultPlaces(run, store.get().results, mounts)) {
      const shell = place.where === 'host' ? access.host : access.inside;
      const words = screensCommand(place.path, task.domain, task.taskId, task.attempt);
      if (shell === null || words === null) continue;
      const answer = readScreens(await shell.ask(listLimitSeconds, words));
      if (answer.kind === 'failed') isSilent = true;
      if (answer.kind !== 'ok') continue;
      const timed = answer.value.map((line) => ({ ...line, takenAt: takenAtMs(line) }));
      const lines = screensOfAttempt(timed, task);
      if (lines.length === 0) {
        isWiped = true;
        continue;
      }
      const found = { place, lines };
      newest = { key: keyOf(task), atMs: monotonicMs(), found };
      return { ok: true, value: found };
    }
    if (access.host.closed) return failed('disconnected', notConnected);
    if (isSilent) return failed('late', 'The VM did not answer in time.');
    const { container } = store.get();
    if (isWiped || container.kind === 'running' || access.inside !== null)
      return failed(
        'absent',
        isWiped
          ? `The folder of this task has no screenshots of this attempt: ${whyNone(task)}.`
          : 'The VM has no folder of this task: the run has not come to it yet, or its results have been wiped since.',
      );
    return failed(
      'absent',
      'The container that has the results is not running, and they are not on the VM itself.',
    );
  }

  function takenAtMs(line: ScreenLine): number {
    return ourTimeMs(line.modifiedAt, clockSkewMs(store.get().machine));
  }

  async function inTurn<T>(
    signal: AbortSignal,
    work: (access: LogAccess) => Promise<Result<T, ScreensProblem>>,
  ): Promise<Result<T, ScreensProblem>> {
    const answer = await turns.take(signal, async () => {
      const access = accessOf(store.get());
      return access === null ? failed('disconnected', notConnected) : work(access);
    });
    return answer ?? failed('busy', 'Too many are waiting for pictures of this VM.');
  }

  return {
    list: (task, signal) =>
      inTurn(signal, async (access) => {
        const found = await find(task, access);
        if (!found.ok) return found;
        const screens = found.value.lines.map(({ name, takenAt, sizeBytes }): Screen => ({
          name,
          step: stepOf(name),
          takenAt,
          sizeBytes,
        }));
        return { ok: true, value: screens.sort(byStep) };
      }),

    read: (task, name, signal) =>
      inTurn(signal, async (access) => {
        const named = ({ lines }: Found): TimedScreen | undefined => lines.find((line) => line.name === name);
        const known =
          newest?.key === keyOf(task) && monotonicMs() - newest.atMs < listHoldsMs ? newest.found : null;
        const isKnown = known !== null && named(known) !== undefined;
        const found: Result<Found, ScreensProblem> = isKnown
          ? { ok: true, value: known }
          : await find(task, access);
        if (!found.ok) return found;
        const line = named(found.value);
        if (line === undefined) return failed('absent', 'This task has no picture of that name.');
        const { place } = found.value;
        if (place.where === 'container' && access.container === null)
          return failed('absent', 'The container is not running.');
        const shell =
          place.where === 'host' ? hostShell : containerShell(access.docker, access.container ?? '');
        const words = screenCommand(place.path, line, mostBytes);
        return readFile(
          await fetchScreen(access.channels, shell, words, { mostBytes, limitMs: readLimitMs, signal }),
        );
      }),
  };
}

function mountsOf({ container }: VmState): readonly Mount[] | null {
  return container.kind === 'running' ? container.mounts : null;
}

const notConnected = 'There is no connection to the VM now.';

function whyNone({ notFrom }: ScreenTask): string {
  return notFrom === null
    ? 'it has been wiped since, or none was taken yet'
    : 'the task ran again later, and only that left screenshots';
}

function readFile(file: ScreenFile): Result<Buffer, ScreensProblem> {
  switch (file.kind) {
    case 'ok':
      return { ok: true, value: file.bytes };
    case 'too-big':
      return failed(
        'too-big',
        `The picture has more than ${mostBytes / 1024 / 1024} MiB, which is the most that is fetched.`,
      );
    case 'absent':
      return failed('absent', 'The picture is gone, or may not be read.');
    case 'late':
    case 'aborted':
      return failed('late', `The VM did not send the picture within ${readLimitMs / 1000} seconds.`);
    case 'broken':
      return failed('broken', `The VM did not send the whole picture: ${file.detail}.`);
  }
}

function failed(
  kind: ScreensProblem['kind'],
  detail: string,
): { readonly ok: false; readonly problem: ScreensProblem } {
  return { ok: false, problem: { kind, detail } };
}

function keyOf({ runId, domain, taskId, attempt }: ScreenTask): string {
  return JSON.stringify([runId, domain, taskId, attempt]);
}

/** WAA: `screenshot-step_3_20260128@225520.png`, `…-step_reset_….png` for the state before; OSWorld: `step_3_20260128@225520123456.png`. */
export function stepOf(name: string): number | null {
  const [, step] = /(?:^|[^A-Za-z])step_(reset|\d{1,6})(?=[_.])/.exec(name) ?? [];
  if (step === undefined) return null;
  return step === 'reset' ? 0 : Number(step);
}

function byStep(a: Screen, b: Screen): number {
  const last = Number.MAX_SAFE_INTEGER;
  return (a.step ?? last) - (b.step ?? last) || a.takenAt - b.takenAt || (a.name < b.name ? -1 : 1);
}

/** Runs work one after another, with a short queue. */
interface Turns {
  /** @returns null if the queue is full, or if the signal aborted before the turn came */
  take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | null>;
}

function createTurns(mostWaiting: number): Turns {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    async take(signal, work) {
      if (waiting > mostWaiting) return null;
      waiting += 1;
      const turn = last.then(() => (signal.aborted ? null : work()));
      last = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        waiting -= 1;
      }
    },
  };
}
