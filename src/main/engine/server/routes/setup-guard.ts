/** `/api/setup…` and `/api/settings…`: the only routes that change anything, for this machine's own pages and programs, and only with the code. */
import type { MiddlewareHandler } from 'hono';
import type { Setup, SetupAnswer, SetupRefusal } from '../../../../shared/setup.ts';
import type { SetupCode } from '../access/setup-code.ts';
import type { Problem } from '../http/problem.ts';
import { answerJson, answerProblem } from './answer.ts';
import type { AppEnv } from './app.ts';
import { headerParameters } from './described.ts';

/** The set-up desk and its code; null: nothing can be set up here. */
export type SetupDesk = { readonly desk: Setup; readonly code: SetupCode } | null;

export const codeParameters = headerParameters({
  'X-BenchTray-Setup': 'The set-up code of this process: the app has it, `benchtray serve` prints it.',
});

/** Refusals of every route that needs the code. */
export const setupRefusals = {
  401: 'The set-up code is missing or wrong, or a page of another origin asks.',
  404: 'Nothing can be set up here: the demo, or another machine asks.',
  429: 'Too many wrong codes: see `Retry-After`.',
};

/** Refusals of a route that receives a body. */
export const sentRefusals = {
  400: 'What was sent is no JSON of that form.',
  413: 'What was sent is too long.',
  415: 'What was sent is no `application/json`.',
  ...setupRefusals,
};

/** Answers 404 to other machines. */
export const hideFromOthers: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.env.caller === 'other-machine') return c.notFound();
  return next();
};

/** Returns the middleware that checks the code before it reads the body. */
export function needsCode(setup: SetupDesk): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const problem = setup === null ? noSetup : codeProblem(c.env, setup.code);
    return problem === null ? next() : answerProblem(c, problem);
  };
}

const noSetup: Problem = {
  status: 404,
  detail: 'Nothing can be set up through this BenchTray: it has no configuration file of its own.',
};

/** Returns the desk of a route that `needsCode` guards. */
export function deskOf(setup: SetupDesk): Setup {
  if (setup === null) throw new Error('The guard lets nobody pass where nothing can be set up');
  return setup.desk;
}

/** Returns why a request may not set anything up; null if it may. */
export function codeProblem({ incoming, caller }: AppEnv['Bindings'], code: SetupCode): Problem | null {
  const challenge = { 'WWW-Authenticate': 'BenchTray-Setup realm="BenchTray"' };
  if (caller !== 'own') {
    const detail = 'Only BenchTray’s own page can change anything, whatever "server.allowedOrigins" says.';
    return { status: 401, detail, headers: challenge };
  }
  const [shown] = [incoming.headers['x-benchtray-setup']].flat();
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

const vmInvalid = 'The VM cannot be configured like that';

/** Returns whether a client without a code asks if one is needed. */
export function isUnasked({ incoming, caller }: AppEnv['Bindings']): boolean {
  return caller === 'own' && incoming.headers['x-benchtray-setup'] === undefined;
}

/** Sends the answer of the desk. @param invalid says what is wrong if values are */
export function answerSetup(
  c: Parameters<typeof answerJson>[0],
  answer: SetupAnswer<unknown>,
  invalid = vmInvalid,
): Response {
  return answer.ok ? answerJson(c, answer.value) : answerProblem(c, refusalProblem(answer.problem, invalid));
}

export function refusalProblem(refusal: SetupRefusal, invalid = vmInvalid): Problem {
  switch (refusal.kind) {
    case 'invalid': {
      const { fields } = refusal;
      const [first] = fields;
      const detail = `${invalid}: "${first?.field ?? ''}": ${first?.message ?? ''}.`;
      return { status: 422, detail, fields };
    }
    case 'conflict':
      return {
        status: 409,
        detail: refusal.detail,
        ...(refusal.reason === undefined ? {} : { reason: refusal.reason }),
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
