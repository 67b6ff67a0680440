/** Reads which screenshots there are of a task. */
import type { ScreenMoment } from '../../shared/screens.ts';
import type { Answer } from './answer.ts';
import { askJson } from './api.ts';
import type { TaskRoute } from './route.ts';

/** A screenshot, as `/api/runs/…/screens` lists it: the fields that the page reads. */
export interface ListedScreen {
  /** 0: before the first step. Null: its name does not tell. */
  readonly step: number | null;
  /** Before or after the action of the step; null: nothing tells. An older server does not say. */
  readonly moment?: ScreenMoment | null;
  readonly taken_at: string;
  /** From the root of the server. */
  readonly url: string;
}

/** Returns the screenshots of the newest attempt at a task, in the order of their steps. Costs the VM a command. */
export async function listScreens(
  base: URL,
  { runId, taskId, domain }: Pick<TaskRoute, 'runId' | 'taskId' | 'domain'>,
  signal: AbortSignal,
): Promise<Answer<readonly ListedScreen[]>> {
  const path = ['api', 'runs', runId, 'tasks', taskId, 'screens'].map(encodeURIComponent).join('/');
  const url = new URL(`/${path}`, base);
  if (domain !== null) url.searchParams.set('domain', domain);
  const answer = await askJson<{ readonly screens: readonly ListedScreen[] }>(url, signal);
  return answer.ok ? { ok: true, value: answer.value.screens } : answer;
}
