/** `GET /api/settings`: what the page of the settings shows. */
import { createRoute } from '@hono/zod-openapi';
import { settingsSchema, type SettingsDesk, type SettingsView } from '../../../../shared/settings.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { App, AppEnv } from './app.ts';
import { answers } from './described.ts';
import { codeParameters, codeProblem, isUnasked, type SetupDesk } from './setup-guard.ts';

const route = createRoute({
  method: 'get',
  path: '/api/settings',
  operationId: 'getSettings',
  summary: 'What is notified and kept, how much room that takes, and how the hooks fare',
  description:
    'Values are those of the configuration file; if it has errors, those in force. `access` says whether this client may change them. ' +
    'Another machine, and a page of `server.allowedOrigins`, get no paths.',
  parameters: codeParameters,
  responses: answers({
    content: { 'application/json': settingsSchema },
    others: {
      401: 'The set-up code is wrong.',
      404: 'This server has no settings.',
      429: 'Too many wrong codes: see `Retry-After`.',
    },
  }),
});

export function addSettingsRoute(app: App, settings: SettingsDesk | null, setup: SetupDesk): void {
  app.openapi(route, async (c) => {
    if (settings === null) return answerProblem(c, noSettings);
    const access = accessOf(c.env, setup);
    if (typeof access !== 'string') return answerProblem(c, access);
    const { file, data_folder, version, ...view } = await settings.read();
    const isHere = c.env.caller === 'own';
    return answerJson(c, {
      access,
      ...view,
      version: isHere ? version : null,
      file: isHere ? file : null,
      data_folder: isHere ? data_folder : null,
    } satisfies SettingsView);
  });
}

export const noSettings = { status: 404, detail: 'This server has no settings.' };

function accessOf(env: AppEnv['Bindings'], setup: SetupDesk) {
  if (env.caller !== 'own') return 'elsewhere';
  if (setup === null) return 'no_file';
  const problem = codeProblem(env, setup.code);
  if (problem === null) return 'allowed';
  return isUnasked(env) ? 'needs_code' : problem;
}
