/** What a person is told about the journal. */
import type { ErrorPayload } from '../../../shared/stream.ts';
import type { JournalFile } from './journal-file.ts';

/** The words of an `error` event. */
export type Notice = Pick<ErrorPayload, 'message' | 'detail' | 'hint'>;

/** The disk takes nothing. @param reason what SQLite says */
export function heldNotice(reason: string): Notice {
  return {
    message: 'BenchTray cannot write its journal on this computer; events go on without it.',
    detail: reason,
    hint: 'Make room on the disk, then everything is written by itself. What was told in between is lost if BenchTray ends before.',
  };
}

/** Somebody moved or removed the journal. @param reason which file is not where it was */
export function lostPlaceNotice(reason: string): Notice {
  return {
    message: 'The journal of BenchTray was removed or moved while BenchTray runs; it loses what happens now.',
    detail: `${reason}.`,
    hint: 'Move it back, or restart BenchTray: it begins a new journal and reads the logs on the VMs again.',
  };
}

/** The journal was damaged, and a new one takes its place. */
export function damageNotice({ path, reason }: NonNullable<JournalFile['setAside']>): Notice {
  return {
    message: 'The journal was damaged; BenchTray has set it aside and begun a new one.',
    detail: `It lies at ${path} now (${reason}).`,
    hint: 'Runs and events from before are missing. The sqlite3 program may get them back by ".recover".',
  };
}

/** The journal was of an older version. */
export function upgradeNotice({ fromVersion, copy }: NonNullable<JournalFile['upgraded']>): string {
  return `BenchTray upgraded its journal from version ${fromVersion}. A copy for the release before is at ${copy}; delete it when you no longer need it.`;
}

/** Returns a notice as one text. */
export function sentences({ message, detail, hint }: Notice): string {
  return [message, detail, hint].filter((part) => part !== null).join(' ');
}
