/** The tables of the journal, and transactions over them. */
import { createEventTable, type EventTable } from './events.ts';
import { createHistoryTables, type HistoryTables } from './history.ts';
import type { JournalFile } from './journal-file.ts';
import { createKeptTable, type KeptTable } from './kept.ts';
import { createMarkTables, type MarkTables } from './marks.ts';
import { createJsonReader } from './rows.ts';
import { createSpanTable, type SpanTable } from './spans.ts';

export interface Journal {
  readonly events: EventTable;
  readonly history: HistoryTables;
  readonly marks: MarkTables;
  readonly kept: KeptTable;
  readonly spans: SpanTable;
  /** Runs `work` as one transaction, or as a savepoint within one. An error rolls it back and reaches the caller. */
  transaction<Result>(work: () => Result): Result;
}

/** @param onDamaged called once for each row that cannot be read, and is left out */
export function createJournal(file: JournalFile, onDamaged: (table: string, key: string) => void): Journal {
  const columns = createJsonReader(onDamaged);
  return {
    events: createEventTable(file, columns),
    history: createHistoryTables(file.database, columns),
    marks: createMarkTables(file.database, columns),
    kept: createKeptTable(file.database),
    spans: createSpanTable(file.database, columns),
    transaction: createTransactions(file),
  };
}

function createTransactions({ database, numbers }: JournalFile): Journal['transaction'] {
  const whole = {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollBack: 'ROLLBACK',
  };
  const part = {
    begin: database.prepare('SAVEPOINT step'),
    commit: database.prepare('RELEASE step'),
    rollBack: 'ROLLBACK TO step; RELEASE step',
  };
  return (work) => {
    const { begin, commit, rollBack } = database.isTransaction ? part : whole;
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      numbers.forget();
      // A full disk may have ended it already.
      if (database.isTransaction) database.exec(rollBack);
      throw error;
    }
  };
}
