/** `GET /api/setup/azure-vms`: the VMs that can be set up. */
import { createRoute } from '@hono/zod-openapi';
import { azureVmsSchema } from '../../../../shared/setup.ts';
import { goneWith } from '../stream/check-stream.ts';
import type { App } from './app.ts';
import { answers } from './described.ts';
import {
  answerSetup,
  codeParameters,
  deskOf,
  needsCode,
  setupRefusals,
  type SetupDesk,
} from './setup-guard.ts';

export function addAzureVmsRoute(app: App, setup: SetupDesk): void {
  const route = createRoute({
    method: 'get',
    path: '/api/setup/azure-vms',
    operationId: 'listAzureVms',
    summary: 'The VMs of the Azure subscriptions of whoever is signed in',
    middleware: needsCode(setup),
    parameters: codeParameters,
    responses: answers({
      content: { 'application/json': azureVmsSchema },
      others: {
        ...setupRefusals,
        502: 'Azure refuses, or nobody is signed in: `reason`, `detail` and `hint` say more.',
        503: 'Azure does not answer, or asks for a pause: see `Retry-After`.',
      },
    }),
  });
  app.openapi(route, async (c) =>
    answerSetup(c, await deskOf(setup).listAzureVms(goneWith(c.env.outgoing).signal)),
  );
}
