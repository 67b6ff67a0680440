/** Copies the files of one attempt from wherever the VM has them into the archive. */
import { isInAttempt, type ScreenTask } from '../../../../shared/screens.ts';
import type { CopiedFile, Keeping, WhyMissing } from '../../archive/index.ts';
import {
  copyBySftp,
  copyCommand,
  copyFolder,
  copyFromContainer,
  type ArchivedFile,
  type CopyEnd,
  type CopyEvents,
  type CopyRequest,
  type FolderListing,
} from '../../vm/index.ts';
import type { LogAccess } from '../log/following-options.ts';
import type { ResultPlace } from '../results/result-place.ts';
import { filesOfAttempt } from '../screen-folder.ts';
import { shellAt, type TaskPlaces } from '../task-places.ts';

export interface TaskCopyOptions {
  readonly task: ScreenTask;
  readonly what: CopyRequest['what'];
  readonly access: LogAccess;
  readonly places: TaskPlaces;
  readonly keeping: Pick<Keeping, 'add'>;
  /** Resolves when as many bytes more may come. Rejects when the copy is not wanted any more. */
  readonly turn: (bytes: number) => Promise<void>;
}

export type TaskCopyEnd =
  /** `leftOut`: why some files are missing. `hasChanged`: a file was written to meanwhile. */
  | { readonly kind: 'copied'; readonly leftOut: readonly WhyMissing[]; readonly hasChanged: boolean }
  /** The VM has no folder of the task, or nothing of it can be seen now. */
  | { readonly kind: 'absent' }
  /** The folders of the task have no files of this attempt. */
  | { readonly kind: 'others' }
  | { readonly kind: 'no-tar' }
  | { readonly kind: 'broken'; readonly detail: string }
  /** The archive did not take a file, or the copy is not wanted any more. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** Screenshots: as much as the routes send. Texts: steps are read from trajectories up to 50 MiB. */
const mostBytes = { screen: 8 * 1024 * 1024, text: 64 * 1024 * 1024 };
/** A hundred steps with screenshots of 4K. */
const mostTaskBytes = 256 * 1024 * 1024;
/** Files up to this size come even if nobody wants them. The copy begins again behind a larger one. */
const mostPassedBytes = 16 * 1024 * 1024;
/** Folders of one task that are looked through, and new beginnings. */
const mostCopies = 20;

/** Copies the files of the attempt from the first place that has them. */
export async function copyTask(options: TaskCopyOptions): Promise<TaskCopyEnd> {
  const { task, places, access } = options;
  let best: TaskCopyEnd = { kind: 'absent' };
  for (const place of places.of(task)) {
    const shell = shellAt(place, access);
    if (shell === null) continue;
    const end = await copyFrom(place, shell, options);
    if (end.kind !== 'absent' && end.kind !== 'others' && end.kind !== 'no-tar') return end;
    if (end.kind !== 'absent') best = end;
  }
  return best;
}

async function copyFrom(place: ResultPlace, shell: string, options: TaskCopyOptions): Promise<TaskCopyEnd> {
  let copies = 0;
  let hasOthers = false;
  // The folder of the try first, and then each that there is: the run may have begun with a later try.
  for (const tryNumber of [options.task.attempt - 1, null]) {
    let isTry = false;
    for (let number = 1, folders = 1; number <= folders && copies < mostCopies; number += 1) {
      const copy = new FolderCopy(options, place, shell);
      for (let after: string | null = null; ; after = copy.passed) {
        copies += 1;
        const end = await copy.run({ folder: place.path, tryNumber, number, after });
        if (end !== null) return end;
        if (copy.passed === null) break;
        if (copies >= mostCopies) {
          copy.leftOut.add('large-task');
          break;
        }
      }
      if (await copy.finish())
        return { kind: 'copied', leftOut: [...copy.leftOut], hasChanged: copy.hasChanged };
      ({ folders, isTry } = copy);
      if (folders > 0) hasOthers = true;
    }
    if (!isTry) break;
  }
  return { kind: hasOthers ? 'others' : 'absent' };
}

/** The copy of one folder of the task, which may have to begin again behind a file that is too large. */
class FolderCopy {
  readonly #options: TaskCopyOptions;
  readonly #place: ResultPlace;
  readonly #shell: string;
  readonly #names = new Set<string>();
  /** A trajectory that was written to later. It is of this attempt only if other files of its folder are. */
  readonly #later: CopiedFile[] = [];
  #isOfAttempt = false;
  #bytes = 0;
  /** From the result folder on. */
  #path = '';
  /** How many folders the task has. */
  folders = 0;
  /** The copy begins again behind this file; null: it is over. */
  passed: string | null = null;
  readonly leftOut = new Set<WhyMissing>();
  hasChanged = false;

  constructor(options: TaskCopyOptions, place: ResultPlace, shell: string) {
    this.#options = options;
    this.#place = place;
    this.#shell = shell;
  }

  /** The folder is that of a try of the task. */
  get isTry(): boolean {
    return this.#path.split('/').at(-2) === this.#options.task.taskId;
  }

  /** Returns null if the folder was sent, as far as it is wanted. */
  async run(
    which: Pick<CopyRequest, 'folder' | 'tryNumber' | 'number' | 'after'>,
  ): Promise<TaskCopyEnd | null> {
    const { task, what, access, turn } = this.#options;
    const { domain, taskId } = task;
    this.passed = null;
    const words = copyCommand({ ...which, domain, taskId, what });
    if (words === null) return { kind: 'absent' };
    const events: CopyEvents = {
      turn,
      begun: (path) => (this.#path = path),
      choose: (file) => this.#choose(file),
      take: (file, bytes) => this.#take(file, bytes),
    };
    const sent = await copyFolder(access.channels, this.#shell, words, events);
    const end = sent.kind === 'no-tar' ? await this.#copyWithoutTar(sent.listing, events) : sent;
    if (end.kind === 'no-tar' || end.kind === 'no-way') return { kind: 'no-tar' };
    if (end.kind === 'broken' || end.kind === 'failed') return end;
    if (end.kind !== 'absent') this.folders = end.folders;
    if (end.kind === 'ok') {
      this.hasChanged ||= end.hasChanged ?? false;
      this.passed = end.more ?? null;
    }
    return null;
  }

  #copyWithoutTar(listing: FolderListing, events: CopyEvents): Promise<CopyEnd> {
    const { channels, docker, container } = this.#options.access;
    if (this.#place.where === 'host' || container === null) return copyBySftp(channels, listing, events);
    // The engine sends the whole folder anew each time.
    const choose: CopyEvents['choose'] = (file) => {
      const choice = events.choose(file);
      if (choice !== 'stop' || this.passed === null) return choice;
      this.passed = null;
      return 'skip';
    };
    return copyFromContainer(channels, { docker, container }, listing, { ...events, choose });
  }

  /** Returns whether the folder has files of the attempt. */
  async finish(): Promise<boolean> {
    if (this.#isOfAttempt) for (const text of this.#later) await this.#options.keeping.add(text);
    return this.#isOfAttempt;
  }

  #choose(file: ArchivedFile): 'take' | 'skip' | 'stop' {
    const { name, kind, sizeBytes, subfolder } = file;
    const { places, task } = this.#options;
    const folder = subfolder === null ? this.#path : `${this.#path}/${subfolder}`;
    const writtenAt = places.writtenAtMs(file.modifiedAt);
    const { screens, texts } = filesOfAttempt([{ ...file, folder, writtenAt }], task);
    const isWanted = screens.length + texts.length > 0 && !this.#names.has(name);
    if (isWanted && sizeBytes <= mostBytes[kind]) {
      if (this.#bytes + sizeBytes <= mostTaskBytes) return 'take';
      this.leftOut.add('large-task');
      return 'stop';
    }
    if (isWanted) this.leftOut.add('large-file');
    if (sizeBytes <= mostPassedBytes) return 'skip';
    this.passed = pathOf(file);
    return 'stop';
  }

  async #take({ name, kind, modifiedAt: seconds }: ArchivedFile, bytes: Uint8Array): Promise<void> {
    const { places, task, keeping } = this.#options;
    this.#names.add(name);
    this.#bytes += bytes.length;
    const file = { name, kind, bytes, modifiedAt: places.writtenAtMs(seconds) };
    if (name === 'traj.jsonl' && !isInAttempt(file.modifiedAt, task)) {
      this.#later.push(file);
      return;
    }
    this.#isOfAttempt = true;
    await keeping.add(file);
  }
}

/** Returns the path of a file in the folder of the task. */
function pathOf({ name, subfolder }: ArchivedFile): string {
  return subfolder === null ? name : `${subfolder}/${name}`;
}
