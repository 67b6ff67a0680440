/** Answers from the kept copy where there is one, and from the VM where there is none yet. */
import type { Result } from '../../../shared/result.ts';
import {
  byStep,
  stepOf,
  type Screen,
  type Screens,
  type ScreensProblem,
  type ScreenTask,
  type TaskText,
} from '../../../shared/screens.ts';
import type { Feed, KeptFile, KeptTask } from '../feed/index.ts';
import type { FileStore } from './store.ts';
import { whyText, type HistorySettings } from './why-missing.ts';

export interface KeptFirstOptions {
  readonly feed: Pick<Feed, 'keptTask'>;
  readonly store: Pick<FileStore, 'read'>;
  /** Null: the VM is not watched. */
  readonly onVm: Screens | null;
  readonly settings: () => HistorySettings;
  /** Why nothing can be stored; null: something can, as far as is known. */
  readonly trouble: () => string | null;
}

export function keptFirst({ feed, store, onVm, settings, trouble }: KeptFirstOptions): Screens {
  /** The attempt that runs has the number 0, and nothing of it is kept. */
  const keptOf = (task: ScreenTask): KeptTask | null => feed.keptTask(task);

  async function ask<T>(
    task: ScreenTask,
    question: (screens: Screens) => Promise<Result<T, ScreensProblem>>,
  ): Promise<Result<T, ScreensProblem>> {
    const why = whyNotKept(keptOf(task), settings(), trouble());
    if (onVm === null) return absent(`The VM ${JSON.stringify(task.vm)} is not watched any more. ${why}`);
    const answer = await question(onVm);
    if (answer.ok || answer.problem.kind === 'busy' || keptOf(task) === null) return answer;
    const { kind, detail } = answer.problem;
    return { ok: false, problem: { kind, detail: `${detail} ${why}` } };
  }

  return {
    async list(task, signal) {
      const screens = screensOf(keptOf(task));
      return screens.length > 0 ? { ok: true, value: screens } : ask(task, (vm) => vm.list(task, signal));
    },

    async read(task, name, signal) {
      const file = keptOf(task)?.files.find((one) => one.name === name && one.kind === 'screen');
      const bytes = file === undefined ? null : await store.read(file);
      if (bytes !== null) return { ok: true, value: bytes };
      const answer = await ask(task, (vm) => vm.read(task, name, signal));
      if (answer.ok || file === undefined || answer.problem.kind === 'busy') return answer;
      return absent(
        `The kept copy of ${JSON.stringify(name)} is missing or damaged. ${answer.problem.detail}`,
      );
    },

    async texts(task, signal) {
      const kept = keptOf(task);
      if (kept === null || kept.files.length === 0) return ask(task, (vm) => vm.texts(task, signal));
      const texts = await textsOf(kept, store);
      const missing = kept.why === null ? null : whyText(kept.why, kept.since, settings());
      const { clockOffsetMs } = kept;
      return { ok: true, value: { texts, screens: screensOf(kept), clockOffsetMs, missing } };
    },
  };
}

/** Reads the texts of an attempt. Those whose copy is damaged are left out. */
export async function textsOf(
  { files }: KeptTask,
  store: Pick<FileStore, 'read'>,
): Promise<readonly TaskText[]> {
  const texts: TaskText[] = [];
  for (const file of files) {
    const bytes = file.kind === 'text' ? await store.read(file) : null;
    if (bytes !== null) texts.push({ name: file.name, bytes, isCut: false, modifiedAt: file.modifiedAt });
  }
  return texts;
}

export function screensOf(kept: KeptTask | null): readonly Screen[] {
  return (kept?.files ?? [])
    .filter(({ kind }) => kind === 'screen')
    .map(toScreen)
    .sort(byStep);
}

function toScreen({ name, sizeBytes, modifiedAt, width, height }: KeptFile): Screen {
  const size = width === null || height === null ? null : { width, height };
  return { name, step: stepOf(name), takenAt: modifiedAt, sizeBytes, size, isKept: true };
}

function whyNotKept(kept: KeptTask | null, settings: HistorySettings, trouble: string | null): string {
  if (kept === null) return 'BenchTray kept nothing of this task.';
  if (kept.why !== null) return whyText(kept.why, kept.since, settings);
  return kept.state === 'wanted'
    ? ['BenchTray has not copied this task yet.', ...(trouble === null ? [] : [trouble])].join(' ')
    : 'The VM had no screenshots of this task when BenchTray copied it.';
}

function absent(detail: string): { readonly ok: false; readonly problem: ScreensProblem } {
  return { ok: false, problem: { kind: 'absent', detail } };
}
