/** `POST /api/setup/demo`: begins or ends the demo. */
import { createRoute } from '@hono/zod-openapi';
import { demoSwitchSchema } from '../../../../shared/setup.ts';
import type { App } from './app.ts';
import { answers, jsonBody } from './described.ts';
import { readBody } from './read-body.ts';
import {
  answerSetup,
  codeParameters,
  deskOf,
  needsCode,
  sentRefusals,
  type SetupDesk,
} from './setup-guard.ts';

export function addDemoRoute(app: App, setup: SetupDesk): void {
  const route = createRoute({
    method: 'post',
    path: '/api/setup/demo',
    operationId: 'switchDemo',
    summary: 'Begins or ends the demo: a simulated VM that is watched besides what is configured',
    description: 'It is in no file. When it ends, all that was recorded of it is dropped.',
    middleware: [needsCode(setup), readBody],
    parameters: codeParameters,
    request: { body: jsonBody(demoSwitchSchema) },
    responses: answers({
      content: { 'application/json': demoSwitchSchema },
      others: { ...sentRefusals, 409: 'It cannot be started.' },
    }),
  });
  app.openapi(route, async (c) => answerSetup(c, await deskOf(setup).switchDemo(c.req.valid('json').on)));
}
