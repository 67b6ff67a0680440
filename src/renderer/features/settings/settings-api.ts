/** Requests of the page to `/api/settings…`. */
import type { HookTest } from '../../../shared/hook-status.ts';
import type {
  HookSetting,
  RemovalView,
  SavedSettings,
  SettingChangeSet,
  SettingsView,
} from '../../../shared/settings.ts';
import { ask, jsonOf, type Answer } from '../../state/answer.ts';
import { askJson } from '../../state/api.ts';
import { codeHeaders } from '../setup/setup-api.ts';

export interface SettingsApi {
  read(): Promise<Answer<SettingsView>>;
  removal(maxMegabytes: number, signal: AbortSignal): Promise<Answer<RemovalView>>;
  change(changes: SettingChangeSet): Promise<Answer<SavedSettings>>;
  testHook(hook: Pick<HookSetting, 'index' | 'id'>): Promise<Answer<HookTest>>;
}

/** @param code the set-up code; null: it is not known here */
export function settingsApi(base: URL, code: string | null): SettingsApi {
  const headers = codeHeaders(code);
  const url = (path: string): URL => new URL(`/api/settings${path}`, base);
  return {
    read: async () => jsonOf(await ask(url(''), { headers })),
    removal: (maxMegabytes, signal) => askJson(url(`/removal?max_megabytes=${maxMegabytes}`), signal),
    change: async (changes) =>
      jsonOf(
        await ask(url('/changes'), {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json' },
          body: JSON.stringify(changes),
        }),
      ),
    testHook: async ({ index, id }) =>
      jsonOf(
        await ask(url(`/hooks/${index}/test?id=${encodeURIComponent(id)}`), { method: 'POST', headers }),
      ),
  };
}
