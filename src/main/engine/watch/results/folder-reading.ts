/** Reads the result folder on the side of the VM that can see it, and notes whether the VM answers. */
import type { ShellChannel } from '../../vm/index.ts';
import type { LogAccess } from '../log/following-options.ts';
import type { VmStore } from '../store.ts';
import { createUnanswered, type Unanswered } from '../unanswered.ts';
import { listFolder, type ListedFolder } from './listed-folder.ts';
import { isSamePlace, placesOf, type ResultPlace } from './result-place.ts';

export interface ReadFolder extends ListedFolder {
  readonly place: ResultPlace;
  readonly shell: ShellChannel;
  /** The run whose results these are; null: of no log. */
  readonly runId: string | null;
}

export class FolderReading {
  /** The newest list whose results were taken over: the next one continues it. */
  known: ReadFolder | null = null;
  readonly #store: VmStore;
  readonly #unanswered: Unanswered;
  #isRetrying = false;

  constructor(store: VmStore) {
    this.#store = store;
    const host = {
      get closed() {
        return store.get().contact?.host.closed ?? true;
      },
    };
    this.#unanswered = createUnanswered({ host, sight: store.get, learn: store.update });
  }

  /** The newest question was not answered, and BenchTray has not reported that yet. */
  get isRetrying(): boolean {
    return this.#isRetrying;
  }

  /** Returns all result files that are known by now; null: there is no folder, or no answer. */
  async read(access: LogAccess): Promise<ReadFolder | null> {
    const { results, reading } = this.#store.get();
    const runId = reading?.run?.runId ?? null;
    for (const place of results === null ? [] : placesOf(results)) {
      const shell = place.where === 'host' ? access.host : access.inside;
      if (shell === null) continue;
      const isSame = this.known?.runId === runId && isSamePlace(this.known.place, place);
      const read = await listFolder(shell, place.path, isSame ? this.known : null);
      if (read === 'failed') {
        this.#missed(shell);
        return null;
      }
      if (read === 'absent') continue;
      this.#settled();
      return { place, shell, runId, ...read };
    }
    this.#settled();
    return null;
  }

  #missed(shell: ShellChannel): void {
    if (!shell.closed) this.#unanswered.note('results', null);
    this.#isRetrying = !this.#store.get().unanswered.includes('results');
  }

  #settled(): void {
    this.#isRetrying = false;
    this.#unanswered.forget('results');
  }
}
