/** `GET /healthz`: answers as long as the process works, whatever the VMs do. */
import { createRoute } from '@hono/zod-openapi';
import { healthSchema, type Health } from './answer-schemas.ts';
import { answerJson } from './answer.ts';
import type { App } from './app.ts';
import { answers } from './described.ts';

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
