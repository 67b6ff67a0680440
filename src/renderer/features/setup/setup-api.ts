/** What the page asks of `/api/setup…`. */
import type { AzureVm, SavedVm, SetupState, VmDraft } from '../../../shared/setup.ts';
import { ask, jsonOf, type Answer } from '../../state/answer.ts';

export interface SetupApi {
  state(): Promise<Answer<SetupState>>;
  azureVms(signal: AbortSignal): Promise<Answer<readonly AzureVm[]>>;
  /** The answer is a stream of events. */
  test(draft: VmDraft, signal: AbortSignal): Promise<Answer<Response>>;
  add(draft: VmDraft): Promise<Answer<SavedVm>>;
  switchDemo(on: boolean): Promise<Answer<unknown>>;
}

/** @param code the set-up code; null: there is none yet */
export function setupApi(base: URL, code: string | null): SetupApi {
  const headers = codeHeaders(code);
  const url = (path: string): URL => new URL(`/api/setup${path}`, base);
  const post = (path: string, value: unknown, signal?: AbortSignal): Promise<Answer<Response>> =>
    ask(url(path), {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(value),
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    state: async () => jsonOf(await ask(url(''), { headers })),
    azureVms: async (signal) => jsonOf(await ask(url('/azure-vms'), { headers, signal }), signal),
    test: (draft, signal) => post('/test', draft, signal),
    add: async (draft) => jsonOf(await post('/vms', draft)),
    switchDemo: async (on) => jsonOf(await post('/demo', { on })),
  };
}

/** Returns the headers that show the set-up code. */
export function codeHeaders(code: string | null): Record<string, string> {
  // No browser sends anything else in a header: a long dash, or what another keyboard writes, would be no request at all.
  return code === null ? {} : { 'X-BenchTray-Setup': code.replaceAll(/[^!-~]/g, '-') };
}
