/** `POST /api/settings/changes`: writes values into the configuration file. */
import { createRoute } from '@hono/zod-openapi';
import { savedSettingsSchema, settingChangesSchema, type SettingsDesk } from '../../../../shared/settings.ts';
import { answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, jsonBody } from './described.ts';
import { readBody } from './read-body.ts';
import { noSettings } from './settings-route.ts';
import { answerSetup, codeParameters, needsCode, sentRefusals, type SetupDesk } from './setup-guard.ts';

export function addChangeSettingsRoute(app: App, settings: SettingsDesk | null, setup: SetupDesk): void {
  const route = createRoute({
    method: 'post',
    path: '/api/settings/changes',
    operationId: 'changeSettings',
    summary: 'Writes values into the configuration file',
    description:
      'All of them or none. Comments, layout and everything else in the file stay. BenchTray reads the file again by itself.',
    middleware: [needsCode(setup), readBody],
    parameters: codeParameters,
    request: { body: jsonBody(settingChangesSchema) },
    responses: answers({
      content: { 'application/json': savedSettingsSchema },
      others: {
        ...sentRefusals,
        409: 'Nothing was written. `reason`: the file was `changed` since `version`, is `broken`, would not be valid any more (`clash`), or is `unwritable`.',
        422: 'Values that the configuration does not take: see `fields`.',
      },
    }),
  });
  app.openapi(route, (c) =>
    settings === null
      ? answerProblem(c, noSettings)
      : answerSetup(c, settings.change(c.req.valid('json')), 'The settings cannot be saved like that'),
  );
}
