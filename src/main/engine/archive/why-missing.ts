/** Why files of an attempt are not kept: the words in the index, and what they mean for a person. */

/** `history` of the configuration, as far as it is about the files of tasks. */
export interface HistorySettings {
  readonly screenshots: 'all' | 'failures' | 'none';
  readonly maxMegabytes: number;
}

/** "screenshots": only the screenshots are missing. "files": the steps are missing as well. */
export type MissingWhat = 'screenshots' | 'files';

interface Reason {
  readonly what: MissingWhat;
  /** Sentence about one attempt. "{limit}" and "{setting}" are replaced by the present settings, "{when}" by a day. */
  readonly task: string;
  /** The same about several attempts. "{tasks}" is replaced by "this run" or "40 of 154 tasks". */
  readonly run: string;
  /** An imperative: how to change that. */
  readonly hint?: string;
}

const files = 'The steps and screenshots of {tasks}';
const notCopied = `${files} were not copied`;
const moreRoom = 'Raise "history.maxMegabytes" to keep more.';

const reasons = {
  room: {
    what: 'screenshots',
    task: 'BenchTray removed the kept screenshots of this task, to stay within {limit}, {when}.',
    run: 'The screenshots of {tasks} were removed {when}, to stay within {limit}.',
    hint: moreRoom,
  },
  'text-room': {
    what: 'files',
    task: 'BenchTray removed the kept files of this task, to stay within {limit}, {when}.',
    run: `${files} were removed {when}, to stay within {limit}.`,
    hint: moreRoom,
  },
  'no-room': {
    what: 'files',
    task: 'BenchTray did not copy this task: its run is older than all that fits into {limit}.',
    run: `${notCopied}: the run is older than all that fits into {limit}.`,
    hint: moreRoom,
  },
  setting: {
    what: 'screenshots',
    task: 'BenchTray did not copy the screenshots of this task, because of {setting}.',
    run: 'The screenshots of {tasks} were not copied, because of {setting}.',
    hint: 'Set "history.screenshots" to "all" to keep those of later tasks.',
  },
  absent: {
    what: 'files',
    task: 'BenchTray did not copy this task: the VM had no files of it.',
    run: `${notCopied}: the VM had no folders of them.`,
  },
  rewritten: {
    what: 'files',
    task: 'BenchTray did not copy this task: it ran again first, and that replaced its files.',
    run: `${notCopied}: they ran again first, and that replaced their files.`,
  },
  'no-tar': {
    what: 'files',
    task: 'BenchTray did not copy this task: the VM has no program tar, and neither SFTP nor the container engine sends its files.',
    run: `${notCopied}: the VM has no program tar, and neither SFTP nor the container engine sends them.`,
    hint: 'Install tar where the results are.',
  },
  failed: {
    what: 'files',
    task: 'BenchTray did not copy this task: the VM did not send its files, several times.',
    run: `${notCopied}: the VM did not send them, several times.`,
  },
  breaks: {
    what: 'files',
    task: 'BenchTray did not copy this task: the connection to the VM broke during the copy, three times.',
    run: `${notCopied}: the connection to the VM broke during the copy, three times for each task.`,
  },
  unreached: {
    what: 'files',
    task: 'BenchTray did not copy this task: its files could not be reached for a week.',
    run: `${notCopied}: they could not be reached for a week.`,
  },
  changed: {
    what: 'files',
    task: 'Files of this task were written to while BenchTray copied them: they may be a mixture of old and new.',
    run: 'Files of {tasks} were written to while BenchTray copied them: they may be a mixture of old and new.',
  },
  'large-task': {
    what: 'files',
    task: 'BenchTray copied only the first files of this task: together, they have more than 256 MiB.',
    run: 'Only the first files of {tasks} were copied: together, the files of such a task have more than 256 MiB.',
  },
  'large-file': {
    what: 'files',
    task: 'BenchTray left out files of this task that are too large: screenshots over 8 MiB, or texts over 64 MiB.',
    run: 'Files of {tasks} were left out: screenshots over 8 MiB, or texts over 64 MiB.',
  },
  'no-image': {
    what: 'screenshots',
    task: 'BenchTray left out files of this task that are no PNG or JPEG, or state more pixels than any screen has.',
    run: 'Screenshots of {tasks} were left out: they are no PNG or JPEG, or state more pixels than any screen has.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

export type WhyMissing = keyof typeof reasons;

/** A later version may have written another word. */
const unknown: Reason = {
  what: 'files',
  task: 'BenchTray does not have all files of this task.',
  run: 'Not all files of {tasks} are kept.',
};

export const reasonOf = (word: string): Reason =>
  Object.hasOwn(reasons, word) ? reasons[word as WhyMissing] : unknown;

/** Returns what the index says of several reasons; null: there is none. */
export function whyWords(words: Iterable<WhyMissing>): string | null {
  return [...words].join(' ') || null;
}

/**
 * Returns the sentences for words of the index, and the ways out.
 * @param since epoch milliseconds
 * @param settings as they are now; null: not known, or of no use to the reader
 */
export function whyText(words: string, since: number, settings: HistorySettings | null): string {
  const found = words.split(' ').map(reasonOf);
  const when = dayText(since, since);
  const hints = new Set(found.flatMap((reason) => hintOf(reason, settings) ?? []));
  return [...found.map(({ task }) => filled(task, { settings, when })), ...hints].join(' ');
}

/** Returns the way out; null: there is none, or the settings are such already. */
export function hintOf(reason: Reason, settings: HistorySettings | null): string | null {
  const isDone = reason === reasons.setting && settings?.screenshots === 'all';
  return isDone || settings === null ? null : (reason.hint ?? null);
}

export interface Filling {
  readonly settings: HistorySettings | null;
  readonly when?: string;
  readonly tasks?: string;
}

/** Returns a sentence with its values in their places. */
export function filled(sentence: string, { settings, when = '', tasks = '' }: Filling): string {
  const [limit, choice] =
    settings === null
      ? ['', '']
      : [` (now ${settings.maxMegabytes.toLocaleString('en')} MB)`, ` (now "${settings.screenshots}")`];
  const values: Readonly<Record<string, string>> = {
    '{when}': when,
    '{tasks}': tasks,
    '{limit}': `"history.maxMegabytes"${limit}`,
    '{setting}': `"history.screenshots"${choice}`,
  };
  return sentence.replaceAll(/\{\w+\}/g, (name) => values[name] ?? name);
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** Returns "on 12 Nov 2026", or "between 10 Nov 2026 and 12 Nov 2026"; local time. Both in epoch milliseconds. */
export function dayText(firstAt: number, lastAt: number): string {
  const [first, last] = [day.format(firstAt), day.format(lastAt)];
  return first === last ? `on ${first}` : `between ${first} and ${last}`;
}
