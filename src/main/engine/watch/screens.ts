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
import { screensBeside } from '../run/index.ts';
import {
  fetchScreen,
  fetchTexts,
  readScreens,
  readTextLines,
  screenCommand,
  screensCommand,
  type FileLine,
} from '../vm/index.ts';
import type { LogAccess } from './log/following-options.ts';
import type { ResultPlace } from './results/result-place.ts';
import { filesOfAttempt, type AttemptFiles, type TimedFile } from './screen-folder.ts';
import { accessOf, type NewestStep } from './state.ts';
import { failed, noScreens, notConnected, pictureFrom, textsProblem } from './screen-problems.ts';
import { createTurns, type Turns } from './turns.ts';
import { createTaskPlaces, shellAt, type TaskPlacesOptions } from './task-places.ts';

export interface ScreensOptions extends TaskPlacesOptions {
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
  const places = createTaskPlaces(options);
  let newest: { readonly key: string; readonly atMs: number; readonly found: Found } | null = null;
  let kept: KeptTexts | null = null;

  async function find(task: ScreenTask, access: LogAccess): Promise<Result<Found, ScreensProblem>> {
    let isSilent = false;
    let isWiped = false;
    for (const place of places.of(task)) {
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

  /** Returns a screenshot of the task that is on whose step is known. The texts of a task that is over tell more. */
  function toldScreenshot({ runId, domain, taskId, attempt }: ScreenTask): NewestStep['screenshot'] {
    const { newestStep } = store.get();
    const isOfIt =
      attempt === 0 &&
      newestStep?.runId === runId &&
      newestStep.taskId === taskId &&
      newestStep.domain === domain;
    return isOfIt ? newestStep.screenshot : undefined;
  }

  function toTimed(line: FileLine): TimedFile {
    return { ...line, writtenAt: places.writtenAtMs(line.modifiedAt) };
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
        const screens = screensBeside(toldScreenshot(task), screensIn(found.value));
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
        return {
          ok: true,
          value: { texts: texts.value, screens, clockOffsetMs: places.clockOffsetMs(task) },
        };
      }),
  };
}

function screensIn({ screens }: Found): readonly Screen[] {
  return screens
    .map(({ name, writtenAt, sizeBytes }) => ({ name, step: stepOf(name), takenAt: writtenAt, sizeBytes }))
    .sort(byStep);
}

/** The bytes of all texts are parts of one buffer, which has room for more. */
function ownBytes<Text extends { readonly bytes: Uint8Array }>(text: Text): Text {
  return { ...text, bytes: new Uint8Array(text.bytes) };
}

function keyOf({ runId, domain, taskId, attempt }: ScreenTask): string {
  return JSON.stringify([runId, domain, taskId, attempt]);
}
