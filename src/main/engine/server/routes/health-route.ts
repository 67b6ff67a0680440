/** `GET /healthz`: answers as long as the process works, whatever the VMs do. Also tells a BenchTray from any other server. */
import { healthSchema, type Health } from './answer-schemas.ts';
import { readAnswerJson } from '../../common/read-answer-json.ts';
import { route, sendJson, type Route } from '../http/routing.ts';

/** A busy machine may keep it waiting. Without an answer, BenchTray would be called another program. */
const answerWithinMs = 5_000;
const mostBytes = 65_536;

export function healthRoute(version: string): Route {
  return route('/healthz', ({ response }) => {
    sendJson(response, { status: 'ok', app: 'BenchTray', version } satisfies Health);
  });
}

/** Returns the version of the BenchTray at this address. Null: it is none, or does not answer in time. */
export async function askForBenchTray(url: string): Promise<string | null> {
  try {
    const answer = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(answerWithinMs) });
    return healthSchema.parse(await readAnswerJson(answer, mostBytes)).version;
  } catch {
    return null;
  }
}
