/** `POST /api/setup/vms`: writes a VM into the configuration file. */
import { createRoute } from '@hono/zod-openapi';
import { savedVmSchema, vmDraftSchema } from '../../../../shared/setup.ts';
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

export function addAddVmRoute(app: App, setup: SetupDesk): void {
  const route = createRoute({
    method: 'post',
    path: '/api/setup/vms',
    operationId: 'addVm',
    summary: 'Writes a VM into the configuration file',
    description:
      'Comments, layout and everything else in the file stay. The VM is watched as soon as the file has been read again.',
    middleware: [needsCode(setup), readBody],
    parameters: codeParameters,
    request: { body: jsonBody(vmDraftSchema) },
    responses: answers({
      content: { 'application/json': savedVmSchema },
      others: {
        ...sentRefusals,
        409: 'The file is broken, was changed in this moment, or cannot be written. Nothing was written.',
        422: 'The VM cannot be configured like that: see `fields`.',
      },
    }),
  });
  app.openapi(route, (c) => answerSetup(c, deskOf(setup).add(c.req.valid('json'))));
}
