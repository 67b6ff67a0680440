/** Says what is kept of a run, and why the rest of it is missing. */
import { plural } from '../../../shared/wording.ts';
import type { Feed, KeptGroup, StoredRun } from '../feed/index.ts';
import { isOfJob } from '../run/index.ts';
import type { LogReader } from './log/log-store.ts';
import { dayText, filled, hintOf, reasonOf, type HistorySettings, type MissingWhat } from './why-missing.ts';

/** Why something of a run is missing. */
export interface MissingNote {
  readonly what: MissingWhat | 'log';
  /** A word for programs: one of the index, or pending, not-watched, too-early, none-there, log-off. */
  readonly why: string;
  /** How many ended attempts it is about; null: the log. */
  readonly attempts: number | null;
  /** Since when the last of them is in this state, epoch milliseconds; null: not known. */
  readonly since: number | null;
  readonly text: string;
  /** The way out; null: there is none. */
  readonly hint: string | null;
}

export interface KeptOfRun {
  /** Ended attempts with kept screenshots. */
  readonly withScreens: number;
  /** Ended attempts with a kept trajectory, or another text. */
  readonly withTexts: number;
  /** How much of the log is kept, bytes of the log itself; null: nothing. */
  readonly logBytes: number | null;
  readonly missing: readonly MissingNote[];
}

export type KeptNotes = (run: StoredRun) => KeptOfRun;

export interface KeptNotesOptions {
  readonly feed: Pick<Feed, 'keptOfRun' | 'tasksOf'>;
  readonly logs: LogReader;
  readonly settings: () => HistorySettings & { readonly logs: boolean };
  readonly isWatched: (vm: string) => boolean;
}

export function createKeptNotes({ feed, logs, settings, isWatched }: KeptNotesOptions): KeptNotes {
  return (run) => {
    const groups = feed.keptOfRun(run.runId);
    const ended = feed.tasksOf(run.runId).filter(({ outcome }) => outcome !== null);
    const total = Math.max(ended.length, sumOf(groups, 'attempts'));
    const noun = ended.some(({ attempt }) => attempt > 1) ? 'attempt' : 'task';
    const nameOf = (attempts: number): string =>
      attempts === total ? 'this run' : `${attempts} of ${plural(total, noun)}`;
    const notes = new TaskNotes({ run, nameOf, settings: settings(), isWatched: isWatched(run.vm) });
    for (const group of groups) notes.addGroup(group);
    notes.addOlder(total - sumOf(groups, 'attempts'));
    const log = logs.open(run);
    const logNote = log === null ? noteOnLog(run, logs, settings()) : null;
    return {
      withScreens: sumOf(groups, 'withScreens'),
      withTexts: sumOf(groups, 'withTexts'),
      logBytes: log?.size ?? null,
      missing: [...notes.all, ...(logNote === null ? [] : [logNote])],
    };
  };
}

interface TaskNotesOptions {
  readonly run: StoredRun;
  readonly nameOf: (attempts: number) => string;
  readonly settings: HistorySettings;
  readonly isWatched: boolean;
}

class TaskNotes {
  readonly #options: TaskNotesOptions;
  readonly #notes: MissingNote[] = [];

  constructor(options: TaskNotesOptions) {
    this.#options = options;
  }

  get all(): readonly MissingNote[] {
    return this.#notes;
  }

  addGroup({ state, why, attempts, withScreens, firstSince, lastSince }: KeptGroup): void {
    const { run, nameOf, settings, isWatched } = this.#options;
    const since = lastSince;
    if (state === 'wanted') {
      const unwatched = `before the VM ${JSON.stringify(run.vm)} was removed from the configuration`;
      this.#notes.push({
        ...{ what: 'files', why: isWatched ? 'pending' : 'not-watched', attempts, since },
        text: `The steps and screenshots of ${nameOf(attempts)} were not copied ${isWatched ? 'yet' : unwatched}.`,
        hint: isWatched
          ? 'BenchTray copies them while the VM is connected.'
          : 'If the VM still exists, add it again within a week, under the same name.',
      });
      return;
    }
    const when = dayText(firstSince, lastSince);
    for (const word of why?.split(' ') ?? []) {
      const reason = reasonOf(word);
      const text = filled(reason.run, { settings, when, tasks: nameOf(attempts) });
      this.#notes.push({
        ...{ what: reason.what, why: word, attempts, since, text },
        hint: hintOf(reason, settings),
      });
    }
    const without = attempts - withScreens;
    if (why !== null || without === 0) return;
    this.#notes.push({
      ...{ what: 'screenshots', why: 'none-there', attempts: without, since, hint: null },
      text: `The folders of ${nameOf(without)} had no screenshots.`,
    });
  }

  /** @param attempts that are not in the index */
  addOlder(attempts: number): void {
    if (attempts === 0) return;
    this.#notes.push({
      ...{ what: 'files', why: 'too-early', attempts, since: null, hint: null },
      text: `The steps and screenshots of ${this.#options.nameOf(attempts)} were not copied: BenchTray did not do that yet when they ended.`,
    });
  }
}

function noteOnLog(
  run: StoredRun,
  logs: LogReader,
  settings: HistorySettings & { readonly logs: boolean },
): MissingNote | null {
  if (isOfJob(run.dialect) || run.dialect === 'results' || run.state === 'running') return null;
  const removedAt = logs.removedAt(run);
  const note = { what: 'log', attempts: null, since: removedAt } as const;
  if (removedAt !== null) {
    const removed = { settings, when: dayText(removedAt, removedAt) };
    return {
      ...{ ...note, why: 'room', hint: hintOf(reasonOf('room'), settings) },
      text: filled('The log of this run was removed {when}, to stay within {limit}.', removed),
    };
  }
  return {
    ...{ ...note, why: 'log-off' },
    text: 'The log of this run is not kept: "history.logs" was false, or BenchTray did not keep logs yet.',
    hint: settings.logs ? null : 'Set "history.logs" to true to keep the logs of later runs.',
  };
}

function sumOf(groups: readonly KeptGroup[], figure: 'attempts' | 'withScreens' | 'withTexts'): number {
  return groups.reduce((sum, group) => sum + group[figure], 0);
}
