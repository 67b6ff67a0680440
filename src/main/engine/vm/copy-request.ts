/** Which files of a task are wanted, and how a copy of them ends, whatever sends them. */
import { mostFilesAtOnce } from './copy-script.ts';
import { isFolderName, isScreenName, shellPath, textNames } from './result-folder.ts';

/** Which files of which task. */
export interface CopyRequest {
  /** The result folder. */
  readonly folder: string;
  /** Null: any. */
  readonly domain: string | null;
  readonly taskId: string;
  /** Only folders of this try where there are some, from 0; null: all folders. */
  readonly tryNumber: number | null;
  /** Which of the folders that the task has, from 1. */
  readonly number: number;
  readonly what: 'all' | 'texts';
  /** Begins behind the file of this name; null: with the first one. */
  readonly after: string | null;
}

/** A file in the folder of the task. */
export interface ArchivedFile {
  /** A name without a folder, which can be shown. */
  readonly name: string;
  /** The folder in that of the task: some benchmarks put screenshots into one. */
  readonly subfolder: string | null;
  readonly kind: 'screen' | 'text';
  readonly sizeBytes: number;
  /** Epoch seconds of the VM's clock. */
  readonly modifiedAt: number;
}

export interface CopyEvents {
  /** A folder was found. @param path from the result folder on; not to be trusted */
  begun(path: string): void;
  /** `stop`: the rest is not wanted. */
  choose(file: ArchivedFile): 'take' | 'skip' | 'stop';
  /** The next file comes when the promise resolves. */
  take(file: ArchivedFile, bytes: Uint8Array): Promise<void>;
  /** Resolves when as many bytes more may come. Rejects when the copy is not wanted any more. */
  turn(bytes: number): Promise<void>;
}

/** The files of a folder on a machine that has no tar: what else may fetch them. */
export interface FolderListing {
  /** How many folders the task has. */
  readonly folders: number;
  /** The result folder, absolute and without links. */
  readonly root: string;
  /** From there on: "./chrome/a-WOS". */
  readonly path: string;
  /** Regular files that are wanted: "./step_1.png", "./screenshot/v2.png". */
  readonly names: readonly string[];
}

export type CopyEnd =
  /**
   * `folders`: how many folders the task has. `hasChanged`: a file was written to or removed while it was read. `more`: as many files were
   * named as can be at once, and this one was the last. The others are behind it.
   */
  | { readonly kind: 'ok'; readonly folders: number; readonly hasChanged?: true; readonly more?: string }
  /** There is no such folder, or it may not be read. */
  | { readonly kind: 'absent' }
  /** The folder has no such files. */
  | { readonly kind: 'empty'; readonly folders: number }
  | { readonly kind: 'no-tar'; readonly listing: FolderListing }
  /** Nothing else can fetch the files either. */
  | { readonly kind: 'no-way'; readonly detail: string }
  /** {@link CopyEvents.choose} did not want the rest. */
  | { readonly kind: 'stopped'; readonly folders: number }
  /** The files did not come to their end. */
  | { readonly kind: 'broken'; readonly detail: string }
  /** A file could not be handled. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** A VM that is busy may pause for so long. */
export const silentLimitMs = 60_000;
export const silence = 'the VM sends nothing any more';

/** Plans of an agent: WAA writes one for each step. */
const planName = /^plan_result-[^/\p{Cc}\uFFFD]{1,200}\.txt$/u;

/** Returns the request words; null if the name of the task cannot be that of a folder. */
export function copyCommand(request: CopyRequest): string[] | null {
  const { folder, domain, taskId, tryNumber, number, what, after } = request;
  if (!isFolderName(taskId) || (domain !== null && !isFolderName(domain))) return null;
  const words = [what, shellPath(folder), domain ?? '', taskId, tryNumber === null ? '' : String(tryNumber)];
  return ['until_closed', 'copy', ...words, String(number), after ?? ''];
}

/** Returns what is to be known of a file by its path in the folder of the task; null: none of these files has such a name. */
export function namedFile(path: string): Pick<ArchivedFile, 'name' | 'subfolder' | 'kind'> | null {
  const [, subfolder = null, name = ''] = /^\.\/(?:(screenshots?)\/)?([^/]+)$/.exec(path) ?? [];
  const kind = isScreenName(name) ? 'screen' : textNames.has(name) || planName.test(name) ? 'text' : null;
  return kind === null ? null : { name, subfolder, kind };
}

/** Counts the files that the VM has named, whether they came or not: those that are missing must not hide that there are more. */
export class NamedFiles {
  #count = 0;
  #last: string | null = null;

  /** @param paths those of a list */
  constructor(paths: readonly string[] = []) {
    for (const path of paths) this.note(path);
  }

  /** @param path in the folder of the task */
  note(path: string): void {
    this.#count += 1;
    // A name that cannot be shown cannot be sent back either.
    if (namedFile(path) !== null) this.#last = path.replace(/^\.\//, '');
  }

  get more(): { readonly more?: string } {
    return this.#last === null || this.#count < mostFilesAtOnce ? {} : { more: this.#last };
  }
}

/** Ends a copy in another way than with the last file. */
export class Ended extends Error {
  readonly end: CopyEnd;

  constructor(end: CopyEnd) {
    super(end.kind);
    this.end = end;
  }
}

/** @throws Ended if the file is not taken */
export async function take(file: ArchivedFile, bytes: Uint8Array, events: CopyEvents): Promise<void> {
  try {
    await events.take(file, bytes);
  } catch (error) {
    throw new Ended({ kind: 'failed', error });
  }
}
