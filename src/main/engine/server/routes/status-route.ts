/**
 * `GET /api/status`: the newest picture of every VM, for clients that must poll. While nothing happens the very same
 * bytes are given: what moves by itself (checked_at, elapsed_seconds, …) stands as it was at `as_of`.
 */
import { createRoute } from '@hono/zod-openapi';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { randomUUID } from 'node:crypto';
import type { HookStatus } from '../../../../shared/hook-status.ts';
import type { Feed, JournalFault } from '../../feed/index.ts';
import { statusAnswerSchema, type StatusAnswer } from './answer-schemas.ts';
import { answerBody } from './answer.ts';
import type { App } from './app.ts';
import { answers, headerParameters } from './described.ts';
import { firstStatus, openErrorsOf, type ConfiguredVm } from '../stream/pictures.ts';
import { runView, type ThresholdOf } from './run-view.ts';

const route = createRoute({
  method: 'get',
  path: '/api/status',
  operationId: 'getStatus',
  summary: 'The newest picture of everything, for clients that must poll',
  parameters: headerParameters({ 'If-None-Match': 'The `ETag` of an earlier answer.' }),
  responses: answers({
    content: { 'application/json': statusAnswerSchema },
    headers: { ETag: 'Stays while nothing but clocks move.' },
    others: { 304: 'Nothing has changed.' },
  }),
});

export interface StatusRouteOptions {
  readonly feed: Feed;
  readonly thresholdOf: ThresholdOf;
  readonly vms: () => readonly ConfiguredVm[];
  /** Version of BenchTray. */
  readonly version: string;
  /** The state of each configured hook. */
  readonly hooks: () => readonly HookStatus[];
}

export function addStatusRoute(
  app: App,
  { feed, thresholdOf, vms, version, hooks }: StatusRouteOptions,
): void {
  // Another process counts its own states: its tags must not be taken for ours.
  const processTag = randomUUID().slice(0, 8);
  let newest = { key: '', tag: '', body: '' };
  let states = 0;

  function picture(): { readonly tag: string; readonly body: string } {
    const configured = vms();
    const hookStates = hooks();
    const journal = journalStatus(feed.journalFault());
    const key = JSON.stringify([feed.version(), configured, hookStates, journal]);
    if (key === newest.key) return newest;
    states += 1;
    const body = JSON.stringify({
      version,
      state_version: states,
      as_of: new Date().toISOString(),
      vms: configured.map((vm) => {
        const { status, progress } = feed.snapshot(vm.name);
        const openErrors = openErrorsOf(feed, vm.name);
        const [run] = feed.runs({ vm: vm.name, limit: 1 });
        return {
          name: vm.name,
          status: status ?? firstStatus(vm, openErrors),
          progress,
          run: run === undefined ? null : runView(run, feed, thresholdOf),
          open_errors: openErrors,
        };
      }),
      hooks: hookStates,
      journal,
    } satisfies StatusAnswer);
    newest = { key, tag: `"${processTag}-${states}"`, body: `${body}\n` };
    return newest;
  }

  app.openapi(route, (c) => {
    const { incoming, outgoing } = c.env;
    const { tag, body } = picture();
    outgoing.setHeader('ETag', tag);
    outgoing.setHeader('Cache-Control', 'no-cache');
    if (!isMatch(incoming.headers['if-none-match'], tag)) return answerBody(c, 'application/json', body);
    outgoing.writeHead(304).end();
    return RESPONSE_ALREADY_SENT;
  });
}

function journalStatus(fault: JournalFault | null): StatusAnswer['journal'] {
  if (fault === null) return { ok: true, error: null, since: null };
  return { ok: false, error: fault.reason, since: new Date(fault.sinceMs).toISOString() };
}

/** RFC 9110, section 13.1.2: a list of tags, weak or not, or "*". */
function isMatch(ifNoneMatch: string | undefined, tag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((candidate) => candidate.trim().replace(/^W\//, ''));
  return tags.includes(tag) || tags.includes('*');
}
