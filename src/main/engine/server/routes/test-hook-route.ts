/** `POST /api/settings/hooks/{index}/test`: sends a test message to a hook. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { hookTestSchema } from '../../../../shared/hook-status.ts';
import type { SettingsDesk } from '../../../../shared/settings.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers } from './described.ts';
import { codeParameters, needsCode, setupRefusals, type SetupDesk } from './setup-guard.ts';

export function addTestHookRoute(app: App, settings: SettingsDesk | null, setup: SetupDesk): void {
  const route = createRoute({
    method: 'post',
    path: '/api/settings/hooks/{index}/test',
    operationId: 'testHook',
    summary: 'Sends a test message to a hook, in one attempt',
    description:
      'Answers when the attempt is over, at the latest after `timeoutSeconds` of the hook and a moment. It does not wait for events before it.',
    middleware: [needsCode(setup)],
    parameters: codeParameters,
    request: {
      params: z.object({ index: z.string().describe('Place in `hooks` of the configuration, from 0.') }),
    },
    responses: answers({
      content: { 'application/json': hookTestSchema },
      others: {
        ...setupRefusals,
        404: 'There is no such hook, or nothing can be changed here.',
        409: 'A test of this hook is under way.',
      },
    }),
  });
  app.openapi(route, async (c) => {
    const { index } = c.req.valid('param');
    const result =
      settings === null ? null : await settings.testHook(/^\d{1,4}$/.test(index) ? Number(index) : -1);
    if (result === null)
      return answerProblem(c, { status: 404, detail: `There is no hook ${JSON.stringify(index)}.` });
    if (result === 'busy')
      return answerProblem(c, { status: 409, detail: 'A test of this hook is under way. Wait for its end.' });
    return answerJson(c, result);
  });
}
