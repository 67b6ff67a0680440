/** Tells what is wrong with the journal: to the person who runs this, and as an event of each VM. */
import type { ErrorPayload } from '../../../shared/stream.ts';
import { sentences, type Notice } from './notices.ts';

export interface NoticeBoardOptions {
  /** Tells that the journal was damaged when it was opened. Null: it was not. */
  readonly damage: Notice | null;
  readonly onNotice: (notice: string) => void;
  /** Epoch milliseconds. */
  readonly wallMs: () => number;
  /** Emits an event that has no end. @param at epoch milliseconds */
  readonly emit: (vm: string, at: number, error: ErrorPayload) => void;
}

export interface NoticeBoard {
  /** Notes that a VM is watched, and tells it of the damage once. */
  meet(vm: string): void;
  /** The VM is watched no longer. */
  forget(vm: string): void;
  tellEveryone(notice: Notice): void;
}

export function createNoticeBoard({ damage, onNotice, wallMs, emit }: NoticeBoardOptions): NoticeBoard {
  const knownVms = new Set<string>();
  const toldOfDamage = new Set<string>();

  /** Each event belongs to a VM, so a notice about all of them is emitted for each. */
  function tell(vm: string, notice: Notice): void {
    const at = wallMs();
    const began_at = new Date(at).toISOString();
    emit(vm, at, { ...notice, vm, code: 'internal', severity: 'critical', began_at });
  }

  return {
    meet(vm) {
      knownVms.add(vm);
      if (damage === null || toldOfDamage.has(vm)) return;
      toldOfDamage.add(vm);
      tell(vm, damage);
    },
    forget(vm) {
      knownVms.delete(vm);
    },
    tellEveryone(notice) {
      onNotice(sentences(notice));
      for (const vm of knownVms) tell(vm, notice);
    },
  };
}
