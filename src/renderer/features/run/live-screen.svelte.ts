/** The newest screenshot of the task that a run is at. The VM that has it is the machine under test, so it is seldom asked. */
import type { Answer, AnswerProblem } from '../../state/answer.ts';
import { inBackground } from '../../state/in-background.ts';
import type { TaskRoute } from '../../state/route.ts';
import type { ListedScreen } from '../../state/screens-api.ts';
import type { Frame } from '../film/frame-cache.ts';

export type LiveTask = Pick<TaskRoute, 'runId' | 'taskId' | 'domain'>;

export interface LiveScreen<Image> {
  /** Null: none was asked for yet. */
  readonly frame: Frame<Image> | null;
  /** The listed screenshot that `frame` shows. */
  readonly screen: ListedScreen | null;
  /** Looks once for each other `news`, or again if the last look failed. @param task null: nobody looks at it now */
  readonly follow: (task: LiveTask | null, news: string) => void;
  readonly retry: () => void;
  readonly close: () => void;
}

interface LiveScreenOptions<Image> {
  readonly list: (task: LiveTask, signal: AbortSignal) => Promise<Answer<readonly ListedScreen[]>>;
  readonly load: (url: string, signal: AbortSignal) => Promise<Answer<Image>>;
  /** Milliseconds from one look to the next, at least. */
  readonly pauseMs?: number;
}

const nameOf = (task: LiveTask): string => JSON.stringify(task);

/**
 * A look costs the VM two commands and a file of about 400 kB, and one more command with the trajectory as a whole, if that has grown. A step
 * takes longer than this.
 */
const leastPauseMs = 10_000;

export function createLiveScreen<Image extends { close(): void }>({
  list,
  load,
  pauseMs = leastPauseMs,
}: LiveScreenOptions<Image>): LiveScreen<Image> {
  let frame = $state.raw<Frame<Image> | null>(null);
  let screen = $state.raw<ListedScreen | null>(null);
  const ended = new AbortController();
  let wanted: { readonly task: LiveTask; readonly news: string } | null = null;
  /** The news that a look succeeded for. */
  let seenNews: string | null = null;
  let shownTask = '';
  let lookedAtMs = -Infinity;
  let isLooking = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(next: Frame<Image> | null): void {
    if (frame?.kind === 'ready') frame.image.close();
    frame = next;
  }

  /** One that is a step old is better than none. */
  function fail(problem: AnswerProblem): false {
    if (frame?.kind !== 'ready') show({ kind: 'failed', problem });
    return false;
  }

  /** @returns whether the newest is shown now */
  async function look(task: LiveTask): Promise<boolean> {
    const { signal } = ended;
    const listed = await list(task, signal);
    const newest = listed.ok ? listed.value.at(-1) : undefined;
    if (!listed.ok) return nameOf(task) === shownTask && fail(listed.problem);
    if (newest === undefined || newest.url === screen?.url) return true;
    const image = await load(newest.url, signal);
    const isWanted = nameOf(task) === shownTask && !signal.aborted;
    if (!image.ok) return isWanted && fail(image.problem);
    if (!isWanted) {
      image.value.close();
      return false;
    }
    screen = newest;
    show({ kind: 'ready', image: image.value });
    return true;
  }

  const wantedNews = (): string | undefined => wanted?.news;

  async function lookAtWanted(): Promise<void> {
    timer = undefined;
    if (wanted === null || wanted.news === seenNews) return;
    const { task, news } = wanted;
    isLooking = true;
    lookedAtMs = performance.now();
    try {
      if (await look(task)) seenNews = news;
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    } finally {
      isLooking = false;
      // A look that failed is not repeated by itself.
      if (wantedNews() !== news) schedule();
    }
  }

  function schedule(): void {
    if (isLooking || timer !== undefined || wanted === null || ended.signal.aborted) return;
    const waitMs = Math.max(0, lookedAtMs + pauseMs - performance.now());
    timer = setTimeout(() => inBackground(lookAtWanted()), waitMs);
  }

  return {
    get frame() {
      return frame;
    },
    get screen() {
      return screen;
    },
    follow(task, news) {
      wanted = task === null ? null : { task, news };
      if (task === null || news === seenNews) return;
      if (nameOf(task) !== shownTask) {
        shownTask = nameOf(task);
        screen = null;
        show({ kind: 'loading' });
      }
      schedule();
    },
    retry() {
      show({ kind: 'loading' });
      lookedAtMs = -Infinity;
      clearTimeout(timer);
      timer = undefined;
      schedule();
    },
    close() {
      ended.abort();
      clearTimeout(timer);
      show(null);
    },
  };
}
