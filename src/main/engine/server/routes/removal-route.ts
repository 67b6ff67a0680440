/** `GET /api/settings/removal`: what a smaller bound for the kept files would remove. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { removalSchema, type SettingsDesk } from '../../../../shared/settings.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, unreadable } from './described.ts';
import { numberParameter } from './parameters.ts';
import { noSettings } from './settings-route.ts';

const expected = 'has to be a number of megabytes from 0';

const route = createRoute({
  method: 'get',
  path: '/api/settings/removal',
  operationId: 'getRemoval',
  summary: 'What a bound for the kept files would remove, by estimate',
  request: {
    query: z.object({
      max_megabytes: numberParameter(
        z.number(expected).min(0, expected).describe('The bound, as in `history.maxMegabytes`.'),
      ),
    }),
  },
  responses: answers({
    content: { 'application/json': removalSchema },
    others: { ...unreadable, 404: 'This server has no settings.' },
  }),
});

export function addRemovalRoute(app: App, settings: SettingsDesk | null): void {
  app.openapi(route, async (c) =>
    settings === null
      ? answerProblem(c, noSettings)
      : answerJson(c, await settings.removal(c.req.valid('query').max_megabytes)),
  );
}
