/**
 * `GET /api/status`: the newest picture of every VM, for clients that must poll. While nothing happens the very same
 * bytes are given: what moves by itself (checked_at, elapsed_seconds, …) stands as it was at `as_of`.
 */
import { randomUUID } from 'node:crypto';
import type { HookStatus } from '../../../../shared/hook-status.ts';
import type { Feed, JournalFault } from '../../feed/index.ts';
import type { StatusAnswer } from './answer-schemas.ts';
import { firstStatus, openErrorsOf, type ConfiguredVm } from '../stream/pictures.ts';
import { route, sendBody, type Route } from '../http/routing.ts';
import { runView } from './run-view.ts';

/**
 * @param version of BenchTray
 * @param hooks how those of the configuration fare
 */
export function statusRoute(
  feed: Feed,
  vms: () => readonly ConfiguredVm[],
  version: string,
  hooks: () => readonly HookStatus[] = () => [],
): Route {
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
          run: run === undefined ? null : runView(run, feed.poolOf(run.runId)?.poolId ?? null),
          open_errors: openErrors,
        };
      }),
      hooks: hookStates,
      journal,
    } satisfies StatusAnswer);
    newest = { key, tag: `"${processTag}-${states}"`, body: `${body}\n` };
    return newest;
  }

  return route('/api/status', ({ request, response }) => {
    const { tag, body } = picture();
    response.setHeader('ETag', tag);
    response.setHeader('Cache-Control', 'no-cache');
    if (isMatch(request.headers['if-none-match'], tag)) response.writeHead(304).end();
    else sendBody(response, 'application/json', body);
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
