/** The history, read page by page. It outlives the page that shows it, so that a way back finds it as it was. */
import { listRuns, type RunSummary } from '../../state/api.ts';
import type { Answer, AnswerProblem } from '../../state/answer.ts';
import { inBackground } from '../../state/in-background.ts';
import { allRuns, type RunFilters } from '../../state/route.ts';

export interface RunList {
  /** Newest first; null until the first of them are read. */
  readonly runs: readonly RunSummary[] | null;
  /** Why the newest reading failed. */
  readonly problem: AnswerProblem | null;
  readonly hasOlder: boolean;
  readonly isReading: boolean;
  /** Reads the newest runs, of those that the filters let through. */
  readonly show: (filters: RunFilters) => void;
  /** Reads the newest runs again. */
  readonly refresh: () => void;
  readonly readOlder: () => void;
}

const pageSize = 100;

export function createRunList(base: URL): RunList {
  let runs = $state.raw<readonly RunSummary[] | null>(null);
  let problem = $state.raw<AnswerProblem | null>(null);
  let hasOlder = $state(false);
  let isReading = $state(false);
  let shown: RunFilters = allRuns;
  /** `runs` are still those of other filters. */
  let isOther = false;
  let reading = new AbortController();

  async function read(
    before: string | null,
    use: (found: readonly RunSummary[]) => readonly RunSummary[],
  ): Promise<void> {
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    isReading = true;
    let answer: Answer<readonly RunSummary[]>;
    try {
      answer = await listRuns(base, { ...shown, before, limit: pageSize }, signal);
    } catch (error) {
      if (signal.aborted) return;
      isReading = false;
      throw error;
    }
    if (signal.aborted) return;
    isReading = false;
    problem = answer.ok ? null : answer.problem;
    if (answer.ok) runs = use(answer.value);
    else if (isOther) runs = null;
    isOther = false;
  }

  function readNewest(): void {
    const use = (found: readonly RunSummary[]): readonly RunSummary[] => {
      const last = found.at(-1)?.run_id;
      const place = isOther ? -1 : (runs?.findIndex((run) => run.run_id === last) ?? -1);
      // Older runs stay, unless more new ones have come than fit on a page: that would leave a gap.
      if (found.length === pageSize && place >= 0) return [...found, ...(runs?.slice(place + 1) ?? [])];
      hasOlder = found.length === pageSize;
      return found;
    };
    inBackground(read(null, use));
  }

  return {
    get runs() {
      return runs;
    },
    get problem() {
      return problem;
    },
    get hasOlder() {
      return hasOlder;
    },
    get isReading() {
      return isReading;
    },
    show(filters) {
      isOther ||= JSON.stringify(filters) !== JSON.stringify(shown);
      shown = filters;
      readNewest();
    },
    refresh: readNewest,
    readOlder() {
      const last = runs?.at(-1);
      if (last === undefined || isReading) return;
      const use = (found: readonly RunSummary[]): readonly RunSummary[] => {
        hasOlder = found.length === pageSize;
        return [...(runs ?? []), ...found];
      };
      inBackground(read(last.run_id, use));
    },
  };
}
