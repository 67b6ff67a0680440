/** The names by which a person calls a run: its id, a prefix of it, or its place in the history. */
import { cutText, plainText } from '../../../shared/plain-text.ts';
import { UserError } from '../../../shared/user-error.ts';
import type { RunQuery } from '../../engine/feed/index.ts';
import type { RunView } from '../../engine/server/index.ts';
import { momentText } from '../watch/format.ts';
import type { HistorySource } from './history-source.ts';

/** For the help of commands. */
export const runNameHelp = 'id of the run, the start of one, or latest, latest~1, …';

const placeName = /^latest(?:~(\d{1,9}))?$/;
/** Tables cut long ids in the middle. What they show is a name, too. */
const ellipsis = '…';
/** The most that one question gives. */
const pageSize = 1000;
const mostCandidates = 8;
const longestShownName = 80;

/** Returns the run that is meant. @throws UserError if none is, or several are; the hint names candidates */
export async function findRun(source: HistorySource, name: string): Promise<RunView> {
  const place = placeName.exec(name);
  if (place !== null) return runAt(source, Number(place[1] ?? 0));
  const exact = name === '' ? null : await source.run(name);
  if (exact !== null) return exact;
  const found = name === '' ? [] : await runsNamed(source, name);
  const [only] = found;
  if (only === undefined) throw await unknownRun(source, name);
  if (found.length === 1) return only;
  const verb = name.includes(ellipsis) ? 'fit' : 'start with';
  throw new UserError(`The ids of ${found.length} runs ${verb} ${quoted(name)}.`, {
    hint: candidates('Give more of the id of one of these:', found),
  });
}

/** Which runs are meant; an empty one means all. */
export type RunFilter = Omit<RunQuery, 'limit' | 'before'>;

/** Yields all runs, newest first. */
export async function* allRuns(
  source: HistorySource,
  query: RunFilter = {},
  page = pageSize,
): AsyncGenerator<RunView, void, undefined> {
  let before: string | undefined;
  for (;;) {
    const runs = await source.runs({ ...query, limit: page, ...(before === undefined ? {} : { before }) });
    yield* runs;
    const last = runs.at(-1);
    if (last === undefined || runs.length < page) return;
    before = last.run_id;
  }
}

/** Returns this many of the newest runs. */
export async function newestRuns(
  source: HistorySource,
  limit: number,
  query: RunFilter = {},
): Promise<readonly RunView[]> {
  const newest: RunView[] = [];
  for await (const run of allRuns(source, query, Math.min(pageSize, limit))) {
    newest.push(run);
    if (newest.length === limit) break;
  }
  return newest;
}

async function runAt(source: HistorySource, place: number): Promise<RunView> {
  const runs = await newestRuns(source, place + 1);
  const run = runs[place];
  if (run !== undefined) return run;
  if (runs.length === 0) throw new UserError('No run is recorded yet.');
  throw new UserError(`There is no run latest~${place}: ${runs.length} are recorded.`, {
    hint: `The oldest one is latest~${runs.length - 1}.`,
  });
}

async function runsNamed(source: HistorySource, name: string): Promise<readonly RunView[]> {
  const [start = '', ...rest] = name.split(ellipsis);
  const end = rest.join(ellipsis);
  const found: RunView[] = [];
  for await (const run of allRuns(source)) {
    const { run_id: id } = run;
    if (id.length >= start.length + end.length && id.startsWith(start) && id.endsWith(end)) found.push(run);
  }
  return found;
}

async function unknownRun(source: HistorySource, name: string): Promise<UserError> {
  const newest = await source.runs({ limit: mostCandidates });
  return new UserError(`There is no run named ${quoted(name)}.`, {
    hint:
      newest.length === 0
        ? 'No run is recorded yet.'
        : candidates('The newest are these; "benchtray runs" lists more:', newest),
  });
}

function candidates(title: string, runs: readonly RunView[]): string {
  const nowMs = Date.now();
  const shown = runs.slice(0, mostCandidates).map(({ run_id: id, state, started_at: startedAt }) => {
    const facts = [startedAt === null ? null : momentText(startedAt, nowMs), plainText(state)];
    return `  ${plainText(id)} (${facts.filter((fact) => fact !== null).join(', ')})`;
  });
  const more = runs.length - shown.length;
  return [title, ...shown, ...(more === 0 ? [] : [`  and ${more} more`])].join('\n');
}

function quoted(name: string): string {
  return JSON.stringify(cutText(name, longestShownName));
}
