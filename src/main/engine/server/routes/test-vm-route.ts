/** `POST /api/setup/test`: the doctor, live, on a VM that is not configured yet. */
import { createRoute } from '@hono/zod-openapi';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { doctorCheckSchema, doctorSummarySchema } from '../../../../shared/doctor.ts';
import { vmDraftSchema } from '../../../../shared/setup.ts';
import { sendChecks } from '../stream/check-stream.ts';
import { answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, events, jsonBody } from './described.ts';
import { readBody } from './read-body.ts';
import {
  codeParameters,
  deskOf,
  needsCode,
  refusalProblem,
  sentRefusals,
  type SetupDesk,
} from './setup-guard.ts';

/** Each test opens connections and runs for a while. */
const mostTests = 2;
const retryAfterSeconds = 5;

export function addTestVmRoute(app: App, setup: SetupDesk): void {
  let tests = 0;
  const route = createRoute({
    method: 'post',
    path: '/api/setup/test',
    operationId: 'testVm',
    summary: 'The doctor, live, on a VM that is not configured yet',
    description:
      'A stream of events that ends: `check` with a `DoctorCheck` at each change, `summary` with a `DoctorSummary` as the last. Nothing is kept; to hang up is to cancel.',
    middleware: [needsCode(setup), readBody],
    parameters: codeParameters,
    request: { body: jsonBody(vmDraftSchema) },
    responses: answers({
      content: { 'text/event-stream': null },
      others: {
        ...sentRefusals,
        422: 'The VM cannot be configured like that: see `fields`.',
        503: 'There are too many tests already, or there is no doctor here.',
      },
    }),
    'x-events': events({ check: doctorCheckSchema, summary: doctorSummarySchema }),
  });

  app.openapi(route, async (c) => {
    const test = deskOf(setup).test(c.req.valid('json'));
    if (!test.ok) return answerProblem(c, refusalProblem(test.problem));
    if (tests >= mostTests) {
      const detail = `There are ${tests} tests under way already.`;
      return answerProblem(c, { status: 503, detail, headers: { 'Retry-After': retryAfterSeconds } });
    }
    tests += 1;
    try {
      await sendChecks(c.env.outgoing, test.value);
    } finally {
      tests -= 1;
    }
    return RESPONSE_ALREADY_SENT;
  });
}
