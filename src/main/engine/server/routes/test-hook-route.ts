/** `POST /api/settings/hooks/{index}/test`: sends a test message to a hook. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { hookTestSchema, type HookTestRefusal } from '../../../../shared/hook-status.ts';
import type { SettingsDesk } from '../../../../shared/settings.ts';
import type { Problem } from '../http/problem.ts';
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
      query: z.object({
        id: z.string().optional().describe('`id` of the hook. Without it, the hook at this place is tested.'),
      }),
    },
    responses: answers({
      content: { 'application/json': hookTestSchema },
      others: {
        ...setupRefusals,
        404: 'There is no such hook, or nothing can be changed here.',
        409: 'A test of this hook is under way, or another hook has this place now.',
      },
    }),
  });
  app.openapi(route, async (c) => {
    const { index } = c.req.valid('param');
    const { id = null } = c.req.valid('query');
    const place = /^\d{1,4}$/.test(index) ? Number(index) : -1;
    const result = settings === null ? 'absent' : await settings.testHook(place, id);
    return typeof result === 'string' ? answerProblem(c, problemOf(result, index)) : answerJson(c, result);
  });
}

function problemOf(refusal: HookTestRefusal, index: string): Problem {
  switch (refusal) {
    case 'absent':
      return { status: 404, detail: `There is no hook ${JSON.stringify(index)}.` };
    case 'changed':
      return {
        status: 409,
        reason: refusal,
        detail:
          'This hook was changed, or BenchTray restarted, since the settings were read. Nothing was sent.',
        hint: 'Read the settings again, then test the hook.',
      };
    case 'busy':
      return { status: 409, reason: refusal, detail: 'A test of this hook is under way. Wait for its end.' };
  }
}
