/** `GET /healthz`: answers as long as the process works, whatever the VMs do. Also tells a BenchTray from any other server. */
import { createRoute } from '@hono/zod-openapi';
import { readAnswerJson } from '../../common/read-answer-json.ts';
import { healthSchema, type Health } from './answer-schemas.ts';
import { answerJson } from './answer.ts';
import type { App } from './app.ts';
import { answers } from './described.ts';

/** A busy machine answers late. Without an answer, BenchTray would take another BenchTray for a foreign program. */
const answerWithinMs = 5_000;
const mostBytes = 65_536;

const route = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'getHealth',
  summary: 'Answers as long as the process works, whatever the VMs do',
  responses: answers({ content: { 'application/json': healthSchema } }),
});

export function addHealthRoute(app: App, version: string): void {
  app.openapi(route, (c) => answerJson(c, { status: 'ok', app: 'BenchTray', version } satisfies Health));
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
