/** `GET /api/setup`: the data that the set-up page begins with. */
import { createRoute } from '@hono/zod-openapi';
import { setupSchema, type SetupState } from '../../../../shared/setup.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers } from './described.ts';
import { codeParameters, codeProblem, isUnasked, setupRefusals, type SetupDesk } from './setup-guard.ts';

const route = createRoute({
  method: 'get',
  path: '/api/setup',
  operationId: 'getSetup',
  summary: 'What the set-up page begins with',
  description: 'Without the set-up code it says only that one is needed, and whether the demo is on.',
  parameters: codeParameters,
  responses: answers({ content: { 'application/json': setupSchema }, others: setupRefusals }),
});

export function addSetupRoute(app: App, setup: SetupDesk): void {
  app.openapi(route, (c) => {
    const problem = setup === null ? null : codeProblem(c.env, setup.code);
    if (problem !== null && !isUnasked(c.env)) return answerProblem(c, problem);
    return answerJson(c, {
      is_possible: setup !== null,
      needs_code: problem !== null,
      is_demo: setup?.desk.isDemo() ?? false,
      info: problem === null ? (setup?.desk.info() ?? null) : null,
    } satisfies SetupState);
  });
}
