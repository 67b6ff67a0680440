/** Whether VMs can be set up from here, and with which code. */
import type { SetupInfo, SetupState } from '../../../shared/setup.ts';
import type { AnswerProblem } from '../../state/answer.ts';
import { bridge } from '../../state/bridge.ts';
import { setupApi, type SetupApi } from './setup-api.ts';

export interface SetupAccess {
  /** Null until it is known. */
  readonly state: SetupState | null;
  readonly info: SetupInfo | null;
  /** Null: it is not known here. */
  readonly code: string | null;
  readonly api: SetupApi;
  /** Asks anew. A server that does not answer changes nothing of what is known. */
  readonly refresh: () => Promise<void>;
  /** @returns what is wrong with the code; null: nothing */
  readonly giveCode: (code: string) => Promise<AnswerProblem | null>;
  /** @returns why it did not work; null: it did */
  readonly switchDemo: (on: boolean) => Promise<AnswerProblem | null>;
}

/** Kept for this tab, so that the code is asked for once. */
const storageKey = 'benchtray-setup-code';

export function createSetupAccess(base: URL): SetupAccess {
  let code = $state<string | null>(null);
  let state = $state.raw<SetupState | null>(null);
  const api = $derived(setupApi(base, code));
  let known: Promise<void> | null = null;

  /** The app has the code, unless the server belongs to another BenchTray. */
  async function findCode(): Promise<void> {
    code = (await bridge?.setupCode())?.code ?? sessionStorage.getItem(storageKey);
  }

  async function refresh(): Promise<void> {
    known ??= findCode();
    await known;
    const answer = await api.state();
    if (answer.ok) {
      state = answer.value;
      return;
    }
    // Of a process that has ended: this one has another.
    if (answer.problem.status !== 401 || code === null) return;
    sessionStorage.removeItem(storageKey);
    code = null;
    await refresh();
  }

  return {
    get state() {
      return state;
    },
    get info() {
      return state?.info ?? null;
    },
    get code() {
      return code;
    },
    get api() {
      return api;
    },
    refresh,
    async giveCode(given) {
      const answer = await setupApi(base, given).state();
      if (!answer.ok) return answer.problem;
      code = given;
      state = answer.value;
      sessionStorage.setItem(storageKey, given);
      return null;
    },
    async switchDemo(on) {
      const answer = await api.switchDemo(on);
      await refresh();
      return answer.ok ? null : answer.problem;
    },
  };
}
