/** The settings as the page shows them, and the edits that are not saved. They outlive the page: a way back finds them as they were. */
import type { FieldProblem } from '../../../shared/setup.ts';
import type { SettingsView } from '../../../shared/settings.ts';
import type { Answer, AnswerProblem } from '../../state/answer.ts';
import { asSentence } from '../setup/draft.ts';
import type { SetupAccess } from '../setup/setup-access.svelte.ts';
import {
  changesOf,
  isOvertaken,
  noEdits,
  savedValue,
  shownValue,
  withEdit,
  withoutSaved,
  type SettingKey,
} from './setting-edits.ts';
import { settingsApi, type SettingsApi } from './settings-api.ts';

export interface Settings {
  /** Null until it was read once. Stays while it is read again. */
  readonly view: SettingsView | null;
  /** Why the newest reading failed. */
  readonly problem: AnswerProblem | null;
  readonly canChange: boolean;
  /** How many values are not saved. */
  readonly unsaved: number;
  readonly isSaving: boolean;
  /** Why the newest saving failed; null: it did not, or something was typed since. */
  readonly refusal: AnswerProblem | null;
  /** Whether all was saved, and nothing was typed since. */
  readonly isSaved: boolean;
  readonly api: SettingsApi;
  /** Resolves when they were read. */
  readonly refresh: () => Promise<void>;
  /** Reads a file that was changed, as the refusal of a saving asks for. Resolves when it was read. */
  readonly readAgain: () => Promise<void>;
  /** Returns what is shown: of a number, the text that was typed. */
  readonly value: (key: SettingKey) => unknown;
  readonly set: (key: SettingKey, typed: unknown) => void;
  /** Returns what is wrong with a value, or what has become of it meanwhile; null: nothing. */
  readonly errorOf: (key: SettingKey) => string | null;
  readonly discard: () => void;
  /** Resolves when it is over. */
  readonly save: () => Promise<void>;
}

export interface SettingsOptions {
  readonly base: URL;
  readonly access: Pick<SetupAccess, 'code' | 'refresh'>;
  /** For tests: what asks the server. */
  readonly apiOf?: (base: URL, code: string | null) => SettingsApi;
}

export function createSettings({ base, access, apiOf = settingsApi }: SettingsOptions): Settings {
  let view = $state.raw<SettingsView | null>(null);
  let problem = $state.raw<AnswerProblem | null>(null);
  let edits = $state.raw(noEdits);
  let isSaving = $state(false);
  let isSaved = $state(false);
  let refusal = $state.raw<AnswerProblem | null>(null);
  let wrong = $state.raw<readonly FieldProblem[]>([]);
  const api = $derived(apiOf(base, access.code));
  const canChange = $derived(view?.access === 'allowed' && view.version !== null);
  let isCodeKnown = false;
  let asked = 0;
  /** Number of the newest reading that was answered. */
  let answered = 0;

  async function ask(): Promise<Answer<SettingsView>> {
    if (!isCodeKnown) await access.refresh();
    isCodeKnown = true;
    const answer = await api.read();
    if (answer.ok || answer.problem.status !== 401) return answer;
    // The code is that of a process that has ended.
    await access.refresh();
    return api.read();
  }

  /** Reads the settings. An answer that a newer one has overtaken is dropped. */
  async function load(): Promise<void> {
    asked += 1;
    const mine = asked;
    const answer = await ask();
    if (mine < answered) return;
    answered = mine;
    problem = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    view = answer.value;
    edits = withoutSaved(view.values, edits);
  }

  function forget(): void {
    refusal = null;
    isSaved = false;
  }

  return {
    get view() {
      return view;
    },
    get problem() {
      return problem;
    },
    get canChange() {
      return canChange;
    },
    get unsaved() {
      return edits.size;
    },
    get isSaving() {
      return isSaving;
    },
    get refusal() {
      return refusal;
    },
    get isSaved() {
      return isSaved;
    },
    get api() {
      return api;
    },
    refresh: load,
    async readAgain() {
      await load();
      if (problem === null && refusal?.reason === 'changed') refusal = null;
    },
    value: (key) => (view === null ? null : shownValue(view.values, edits, key)),
    set(key, typed) {
      if (view === null) return;
      edits = withEdit(view.values, edits, key, typed);
      wrong = wrong.filter(({ field }) => !isAbout(field, key));
      forget();
    },
    errorOf(key) {
      const message = wrong.find(({ field }) => isAbout(field, key))?.message;
      if (message !== undefined) return asSentence(message);
      if (view === null || !isOvertaken(view.values, edits, key)) return null;
      return `The file says ${wordFor(savedValue(view.values, key))} now.`;
    },
    discard() {
      edits = noEdits;
      wrong = [];
      forget();
    },
    async save() {
      if (view?.version == null || isSaving || edits.size === 0) return;
      forget();
      wrong = [];
      isSaving = true;
      const answer = await api.change({ version: view.version, values: changesOf(view.values, edits) });
      // Text typed in the meantime stays.
      if (answer.ok) await load();
      isSaving = false;
      isSaved = answer.ok && edits.size === 0;
      if (answer.ok) return;
      wrong = answer.problem.fields;
      refusal = answer.problem;
    },
  };
}

function isAbout(field: string, key: SettingKey): boolean {
  return field === key || field.startsWith(`${key}.`);
}

function wordFor(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : 'something else';
}
