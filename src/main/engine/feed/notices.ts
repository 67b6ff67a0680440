/** Messages about the journal for the person who runs BenchTray. */
import type { ErrorPayload } from '../../../shared/stream.ts';
import type { JournalFile } from './journal-file.ts';

/** The words of an `error` event. */
export type Notice = Pick<ErrorPayload, 'message' | 'detail' | 'hint'>;

/** Returns the notice for a disk that accepts no writes. @param reason the message of SQLite */
export function heldNotice(reason: string): Notice {
  return {
    message: 'BenchTray cannot write its journal on this computer; events go on without it.',
    detail: reason,
    hint: 'Make room on the disk, then everything is written by itself. What was told in between is lost if BenchTray ends before.',
  };
}

/** Returns the notice for a journal that was moved or removed. @param reason which file is missing or replaced */
export function lostPlaceNotice(reason: string): Notice {
  return {
    message: 'The journal of BenchTray was removed or moved while BenchTray runs; it loses what happens now.',
    detail: `${reason}.`,
    hint: 'Move it back, or restart BenchTray: it begins a new journal and reads the logs on the VMs again.',
  };
}

/** Returns the notice for a journal that was overwritten in its place. @param reason which file */
export function overwrittenNotice(reason: string): Notice {
  return {
    message: 'The journal of BenchTray was overwritten while BenchTray runs; it loses what happens now.',
    detail: `${reason}.`,
    hint: 'Quit BenchTray, move the file away, and start BenchTray: it begins a new journal and reads the logs on the VMs again.',
  };
}

/** Returns the notice for a damaged journal, which a new one replaces. */
export function damageNotice({ path, reason }: NonNullable<JournalFile['setAside']>): Notice {
  return {
    message: 'The journal was damaged; BenchTray has set it aside and begun a new one.',
    detail: `It lies at ${path} now (${reason}).`,
    hint: 'Runs and events from before are missing. The sqlite3 program may get them back by ".recover".',
  };
}

/** Returns the notice for a row whose JSON is damaged. @param key identifies it within its table */
export function damagedRowNotice(table: string, key: string): string {
  return `The journal has a damaged row, which BenchTray leaves out: table ${table}, key ${key}. The row stays in the file.`;
}

/** Returns the notice for an upgraded journal. */
export function upgradeNotice({ fromVersion, copy }: NonNullable<JournalFile['upgraded']>): string {
  return `BenchTray upgraded its journal from version ${fromVersion}. A copy for the release before is at ${copy}; delete it when you no longer need it.`;
}

/** Returns a notice as one text. */
export function sentences({ message, detail, hint }: Notice): string {
  return [message, detail, hint].filter((part) => part !== null).join(' ');
}
