/** `/api/setup…`: the only routes that change anything, for this machine's own pages and programs, and only with the code. */
import type { ServerResponse } from 'node:http';
import {
  demoSwitchSchema,
  vmDraftSchema,
  type Setup,
  type SetupAnswer,
  type SetupRefusal,
  type SetupState,
} from '../../../../shared/setup.ts';
import { goneWith, sendChecks } from '../stream/check-stream.ts';
import type { ApiPath } from './operations.ts';
import { sendProblem, type Problem } from '../http/problem.ts';
import { readJson } from '../http/read-json.ts';
import { route, sendJson, type Asked, type Route } from '../http/routing.ts';
import type { SetupCode } from '../access/setup-code.ts';

/** Each test opens connections and runs for a while. */
const mostTests = 2;
const retryAfterSeconds = 5;

/** @param setup null: nothing can be set up here */
export function setupRoutes(setup: { readonly desk: Setup; readonly code: SetupCode } | null): Route[] {
  let tests = 0;

  /** A route for whoever has the code. */
  function guarded(path: ApiPath, answer: (asked: Asked, desk: Setup) => void | Promise<void>): Route {
    return route(path, async (asked) => {
      const problem = setup === null ? noSetup : problemOf(asked, setup.code);
      if (problem !== null || setup === null) sendProblem(asked.response, problem ?? noSetup);
      else await answer(asked, setup.desk);
    });
  }

  return [
    route('/api/setup', (asked) => {
      const problem = setup === null ? null : problemOf(asked, setup.code);
      if (problem !== null && !isUnasked(asked)) {
        sendProblem(asked.response, problem);
        return;
      }
      sendJson(asked.response, {
        is_possible: setup !== null,
        needs_code: problem !== null,
        is_demo: setup?.desk.isDemo() ?? false,
        info: problem === null ? (setup?.desk.info() ?? null) : null,
      } satisfies SetupState);
    }),
    guarded('/api/setup/azure-vms', async ({ response }, desk) => {
      sendAnswer(response, await desk.listAzureVms(goneWith(response).signal));
    }),
    guarded('/api/setup/test', async ({ request, response }, desk) => {
      const draft = await readJson(request, vmDraftSchema);
      if (draft === null) return;
      const answer = draft.ok ? desk.test(draft.value) : draft;
      if (!answer.ok) {
        sendProblem(response, 'problem' in answer ? answer.problem : refusalProblem(answer.refusal));
        return;
      }
      if (tests >= mostTests) {
        const detail = `There are ${tests} tests under way already.`;
        sendProblem(response, { status: 503, detail, headers: { 'Retry-After': retryAfterSeconds } });
        return;
      }
      tests += 1;
      try {
        await sendChecks(response, answer.value);
      } finally {
        tests -= 1;
      }
    }),
    guarded('/api/setup/vms', async ({ request, response }, desk) => {
      const draft = await readJson(request, vmDraftSchema);
      if (draft === null) return;
      if (draft.ok) sendAnswer(response, desk.add(draft.value));
      else sendProblem(response, draft.problem);
    }),
    guarded('/api/setup/demo', async ({ request, response }, desk) => {
      const wanted = await readJson(request, demoSwitchSchema);
      if (wanted === null) return;
      if (wanted.ok) sendAnswer(response, await desk.switchDemo(wanted.value.on));
      else sendProblem(response, wanted.problem);
    }),
  ];
}

const noSetup: Problem = {
  status: 404,
  detail: 'Nothing can be set up through this BenchTray: it has no configuration file of its own.',
};

/** Null: it may be. */
function problemOf({ request, caller }: Asked, code: SetupCode): Problem | null {
  const challenge = { 'WWW-Authenticate': 'BenchTray-Setup realm="BenchTray"' };
  if (caller !== 'own') {
    const detail = 'Only BenchTray’s own page can set up a VM, whatever "server.allowedOrigins" says.';
    return { status: 401, detail, headers: challenge };
  }
  const [shown] = [request.headers['x-benchtray-setup']].flat();
  const verdict = code.judge(shown);
  switch (verdict.kind) {
    case 'right':
      return null;
    case 'missing':
      return {
        status: 401,
        detail:
          'This needs the set-up code in the header "X-BenchTray-Setup". BenchTray prints it on the terminal that it was started in.',
        headers: challenge,
      };
    case 'wrong':
      return {
        status: 401,
        detail: 'This is not the set-up code. Every start of BenchTray has a new one.',
        headers: challenge,
      };
    case 'too-many':
      return {
        status: 429,
        detail: `Too many wrong set-up codes. The next may come in ${verdict.waitSeconds} s.`,
        headers: { 'Retry-After': verdict.waitSeconds },
      };
  }
}

/** Somebody who has no code yet asks whether one is needed. */
function isUnasked({ request, caller }: Asked): boolean {
  return caller === 'own' && request.headers['x-benchtray-setup'] === undefined;
}

function sendAnswer(response: ServerResponse, answer: SetupAnswer<unknown>): void {
  if (answer.ok) sendJson(response, answer.value);
  else sendProblem(response, refusalProblem(answer.refusal));
}

function refusalProblem(refusal: SetupRefusal): Problem {
  switch (refusal.kind) {
    case 'invalid': {
      const { fields } = refusal;
      const [first] = fields;
      const detail = `The VM cannot be configured like that: "${first?.field ?? ''}": ${first?.message ?? ''}.`;
      return { status: 422, detail, fields };
    }
    case 'conflict':
      return {
        status: 409,
        detail: refusal.detail,
        ...(refusal.hint === null ? {} : { hint: refusal.hint }),
      };
    case 'unavailable': {
      const { detail, hint, reason, retryAfterSeconds: seconds } = refusal;
      return {
        status: ['throttled', 'unavailable'].includes(reason) ? 503 : 502,
        detail,
        reason,
        ...(hint === null ? {} : { hint }),
        ...(seconds === null ? {} : { headers: { 'Retry-After': seconds } }),
      };
    }
  }
}
