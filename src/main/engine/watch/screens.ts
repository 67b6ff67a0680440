/** The files of a task, fetched from the VM when somebody asks for them: from the VM's own disk where that has them, else from the container. */
import type { Result } from '../../../shared/result.ts';
import {
  byStep,
  stepOf,
  type Screen,
  type Screens,
  type ScreensProblem,
  type ScreenTask,
  type TaskTexts,
} from '../../../shared/screens.ts';
import {
  containerShell,
  fetchScreen,
  fetchTexts,
  hostShell,
  readScreens,
  readTextLines,
  screenCommand,
  screensCommand,
  type FileLine,
  type Mount,
} from '../vm/index.ts';
import type { LogAccess } from './log/following-options.ts';
import { resultPlaces, type ResultPlace } from './results/result-place.ts';
import { filesOfAttempt, type AttemptFiles, type TimedFile } from './screen-folder.ts';
import { accessOf, type VmState } from './state.ts';
import { failed, noScreens, notConnected, pictureFrom, textsProblem } from './screen-problems.ts';
import type { VmStore } from './store.ts';
import { createTurns, type Turns } from './turns.ts';
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
/** Trajectories may have 50 MB. They have turns of their own, so that they hold up no screenshot. */
const textsLimitMs = 60_000;
/** Texts up to this size are kept until others are asked for: a page asks again while a task runs. */
const mostKeptBytes = 4 * 1024 * 1024;
/** Who has just seen the list asks for its pictures next. */
const listHoldsMs = 30_000;

interface Found extends AttemptFiles {
  readonly place: ResultPlace;
}

/** Texts as they were read when the folder had these files. */
interface KeptTexts {
  readonly key: string;
  readonly texts: TaskTexts['texts'];
}

export function createScreens(options: ScreensOptions): Screens {
  const { store, monotonicMs } = options;
  const screenTurns = createTurns(mostWaiting);
  const textTurns = createTurns(mostWaiting);
  let mounts = mountsOf(store.get()) ?? [];
  let insideZoneMinutes = store.get().inside?.zoneOffsetMinutes ?? 0;
  let newest: { readonly key: string; readonly atMs: number; readonly found: Found } | null = null;
  let kept: KeptTexts | null = null;

  // The mounts and the zone of a container are known only while it runs, but the shared folders outlast it.
  store.subscribe((state) => {
    mounts = mountsOf(state) ?? mounts;
    insideZoneMinutes = state.inside?.zoneOffsetMinutes ?? insideZoneMinutes;
  });

  async function find(task: ScreenTask, access: LogAccess): Promise<Result<Found, ScreensProblem>> {
    let isSilent = false;
    let isWiped = false;
    const run = { log: task.log, hostLog: options.hostLog(task.log), resultDir: task.resultDir };
    for (const place of resultPlaces(run, store.get().results, mounts)) {
      const shell = place.where === 'host' ? access.host : access.inside;
      const words = screensCommand(place.path, task.domain, task.taskId, task.attempt);
      if (shell === null || words === null) continue;
      const answer = await shell.ask(listLimitSeconds, words);
      const [screens, texts] = [readScreens(answer), readTextLines(answer)];
      if (screens.kind === 'failed') isSilent = true;
      if (screens.kind !== 'ok' || texts.kind !== 'ok') continue;
      const timed = [...screens.value, ...texts.value].map(toTimed);
      const files = filesOfAttempt(timed, task);
      if (files.screens.length + files.texts.length === 0) {
        isWiped = true;
        continue;
      }
      const found = { place, ...files };
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
          ? noScreens(task)
          : 'The VM has no folder of this task: the run has not come to it yet, or its results have been wiped since.',
      );
    return failed(
      'absent',
      'The container that has the results is not running, and they are not on the VM itself.',
    );
  }

  function toTimed(line: FileLine): TimedFile {
    return { ...line, writtenAt: ourTimeMs(line.modifiedAt, clockSkewMs(store.get().machine)) };
  }

  /** Files have the times of the program that wrote them, wherever they lie. */
  function clockOffsetMs({ log }: ScreenTask): number {
    const { machine } = store.get();
    const isInside = /^(?:results:)?container:/.test(log);
    const zoneMinutes = isInside ? insideZoneMinutes : (machine?.zoneOffsetMinutes ?? 0);
    return 0 - zoneMinutes * 60_000 - clockSkewMs(machine);
  }

  async function readTexts(
    { place, texts: lines }: Found,
    access: LogAccess,
    signal: AbortSignal,
  ): Promise<Result<TaskTexts['texts'], ScreensProblem>> {
    if (lines.length === 0) return { ok: true, value: [] };
    const files = lines.map(({ folder, name, modifiedAt, sizeBytes }) => [
      folder,
      name,
      modifiedAt,
      sizeBytes,
    ]);
    const key = JSON.stringify([place, files]);
    if (kept?.key === key) return { ok: true, value: kept.texts };
    const shell = shellAt(place, access);
    if (shell === null) return failed('absent', 'The container is not running.');
    const folder = { folder: place.path, lines };
    const fetched = await fetchTexts(access.channels, shell, folder, { limitMs: textsLimitMs, signal });
    if (fetched.kind !== 'ok') return textsProblem(fetched, textsLimitMs);
    const texts = fetched.texts.map((text) => {
      const line = lines.find(({ name }) => name === text.name);
      return { ...text, modifiedAt: line?.writtenAt ?? 0 };
    });
    const sizeBytes = texts.reduce((sum, { bytes }) => sum + bytes.length, 0);
    kept = sizeBytes > mostKeptBytes ? null : { key, texts: texts.map(ownBytes) };
    return { ok: true, value: texts };
  }

  async function inTurn<T>(
    turns: Turns,
    signal: AbortSignal,
    work: (access: LogAccess) => Promise<Result<T, ScreensProblem>>,
  ): Promise<Result<T, ScreensProblem>> {
    const answer = await turns.take(signal, async () => {
      const access = accessOf(store.get());
      return access === null ? failed('disconnected', notConnected) : work(access);
    });
    return answer ?? failed('busy', 'Too many are waiting for files of this VM.');
  }

  return {
    list: (task, signal) =>
      inTurn(screenTurns, signal, async (access) => {
        const found = await find(task, access);
        if (!found.ok) return found;
        const screens = screensIn(found.value);
        return screens.length > 0 ? { ok: true, value: screens } : failed('absent', noScreens(task));
      }),

    read: (task, name, signal) =>
      inTurn(screenTurns, signal, async (access) => {
        const named = ({ screens }: Found): TimedFile | undefined =>
          screens.find((screen) => screen.name === name);
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
        const shell = shellAt(place, access);
        if (shell === null) return failed('absent', 'The container is not running.');
        const words = screenCommand(place.path, line, mostBytes);
        const limits = { mostBytes, limitMs: readLimitMs };
        const file = await fetchScreen(access.channels, shell, words, { ...limits, signal });
        return pictureFrom(file, limits);
      }),

    texts: (task, signal) =>
      inTurn(textTurns, signal, async (access) => {
        const found = await find(task, access);
        if (!found.ok) return found;
        const texts = await readTexts(found.value, access, signal);
        if (!texts.ok) return texts;
        const screens = screensIn(found.value);
        return { ok: true, value: { texts: texts.value, screens, clockOffsetMs: clockOffsetMs(task) } };
      }),
  };
}

function screensIn({ screens }: Found): readonly Screen[] {
  return screens
    .map(({ name, writtenAt, sizeBytes }) => ({ name, step: stepOf(name), takenAt: writtenAt, sizeBytes }))
    .sort(byStep);
}

/** What opens a shell where the files are; null: nothing does. */
function shellAt({ where }: ResultPlace, { docker, container }: LogAccess): string | null {
  if (where === 'host') return hostShell;
  return container === null ? null : containerShell(docker, container);
}

/** The bytes of all texts are parts of one buffer, which has room for more. */
function ownBytes<Text extends { readonly bytes: Uint8Array }>(text: Text): Text {
  return { ...text, bytes: new Uint8Array(text.bytes) };
}

function mountsOf({ container }: VmState): readonly Mount[] | null {
  return container.kind === 'running' ? container.mounts : null;
}

function keyOf({ runId, domain, taskId, attempt }: ScreenTask): string {
  return JSON.stringify([runId, domain, taskId, attempt]);
}
