import { readAnswerJson } from '../../engine/common/read-answer-json.ts';
import type { AwaitedRun } from './state.ts';

/** How a run ended. Where its end was missed, the server's history is asked; what cannot be learned is null. */
export async function runOutcome({ runId, outcome }: AwaitedRun, url: URL): Promise<string | null> {
  if (outcome !== 'unknown') return outcome;
  const address = new URL(`/api/runs/${encodeURIComponent(runId)}`, url);
  const key = url.searchParams.get('api_key');
  if (key !== null) address.searchParams.set('api_key', key);
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(5000) });
    if (!response.ok) return null;
    const run = (await readAnswerJson(response)) as { readonly state?: unknown };
    return typeof run.state === 'string' ? run.state : null;
  } catch {
    return null;
  }
}
