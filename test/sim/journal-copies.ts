/** Folders for journals: a fresh one, and what is left of one when its process dies. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFeed } from '../../src/main/engine/feed/index.ts';

/** In memory, where the system has such a place. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export class JournalCopies implements Disposable {
  readonly #root = mkdtempSync(join(place, 'benchtray-sim-'));
  readonly #template = join(this.#root, 'template');
  #count = 0;

  constructor() {
    mkdirSync(this.#template);
    openFeed({ dataDir: this.#template }).close();
  }

  /** Returns a folder with an empty journal. */
  fresh(): string {
    return this.copy(this.#template);
  }

  /**
   * Returns a folder with the journal and the archive as a process leaves them that dies now: what was committed is in the file or its WAL,
   * the rest is not.
   * The shared memory of the dead process is not copied: SQLite makes it anew.
   */
  copy(dataDir: string): string {
    this.#count += 1;
    const target = join(this.#root, String(this.#count));
    mkdirSync(target);
    const names = readdirSync(dataDir).filter((name) => !name.endsWith('-shm'));
    for (const name of names) cpSync(join(dataDir, name), join(target, name), { recursive: true });
    return target;
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}
