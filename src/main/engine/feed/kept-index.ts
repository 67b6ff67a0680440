/** The index of kept files, as the feed gives it out. Before it answers, it writes what is still unwritten. */
import type { JournalWriter } from './journal-writer.ts';
import type { Journal } from './journal.ts';
import type { Kept, KeptTask } from './kept.ts';

export interface KeptIndex {
  readonly reader: Kept;
  /** Writes which attempts are to be copied. The commit of a task leaves that for later. */
  flush(): void;
  /** @returns whether it was written; false: the disk is full */
  put(tasks: readonly KeptTask[]): boolean;
  /** To be called when something other than `put` may have changed the index. */
  noteChange(): void;
  /** Grows when the index changes. */
  version(): number;
}

export function createKeptIndex(journal: Journal, writer: Pick<JournalWriter, 'tend'>): KeptIndex {
  const { kept } = journal;
  let version = 0;

  // The process before this one may have been killed.
  writer.tend(() => {
    kept.wantUnwritten();
  });

  function flush(): void {
    if (!kept.hasUnwritten()) return;
    writer.tend(() => {
      journal.transaction(() => {
        kept.writeWanted();
      });
    });
  }

  return {
    reader: {
      ...kept.reader,
      wantedTasks(vm, limit) {
        flush();
        return kept.reader.wantedTasks(vm, limit);
      },
      keptTask(key) {
        flush();
        return kept.reader.keptTask(key);
      },
      keptOfRun(runId) {
        flush();
        return kept.reader.keptOfRun(runId);
      },
    },
    flush,
    put(tasks) {
      flush();
      let isWritten = false;
      writer.tend(() => {
        journal.transaction(() => {
          kept.put(tasks);
        });
        isWritten = true;
        version += 1;
      });
      return isWritten;
    },
    noteChange() {
      version += 1;
    },
    version: () => version,
  };
}
