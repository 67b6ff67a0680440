/** The lines of a log that a search finds, up to a thousand at once. */
import { lineFits, type LogLevel } from '../../../shared/log-line.ts';
import type { AnswerProblem } from '../../state/answer.ts';
import { inBackground } from '../../state/in-background.ts';
import type { LogLine, LogSlice, ReadLog } from '../../state/log-api.ts';
import { mostHits } from './log-hits.ts';

export interface LogWanted {
  /** Null: any text. */
  readonly q: string | null;
  /** Null: any level. */
  readonly level: LogLevel | null;
}

export class LogSearch {
  /** In the order of the log. */
  hits = $state.raw<readonly LogLine[]>([]);
  isSearching = $state(false);
  /** Why the search failed. */
  problem = $state.raw<AnswerProblem | null>(null);
  /** How far it has come, bytes. */
  next = $state(0);
  size = $state(0);
  /** How many hits are before those that are listed. */
  before = $state(0);

  readonly #read: ReadLog;
  #wanted: LogWanted = { q: null, level: null };
  #searching: AbortController | null = null;

  constructor(read: ReadLog) {
    this.#read = read;
  }

  /** There may be more hits than those that are listed. */
  get isMore(): boolean {
    return !this.isSearching && this.hits.length >= mostHits && this.next < this.size;
  }

  /** Searches all of the log. @param onFound called once it has ended, unless it failed */
  start(wanted: LogWanted, onFound: () => void): void {
    this.#wanted = wanted;
    this.before = 0;
    this.#search(0, onFound);
  }

  /** Lists the next hits in place of those that are listed; the first ones if there are no more. */
  turn(onFound: () => void): void {
    const { isMore, next, hits } = this;
    this.before = isMore ? this.before + hits.length : 0;
    this.#search(isMore ? next : 0, onFound);
  }

  /** Takes what the log has grown by. */
  grown({ from, lines, next, size_bytes: size }: LogSlice): void {
    const { q: text, level } = this.#wanted;
    if ((text === null && level === null) || this.isSearching || from > this.next || this.isMore) return;
    const fits = lineFits({ text, level });
    // The last line was perhaps not over.
    const known = this.hits.filter((hit) => hit.from < from);
    const found = lines.filter((line) => fits(line.text));
    this.hits = [...known, ...found].slice(0, mostHits);
    [this.next, this.size] = [next, size];
  }

  close(): void {
    this.#searching?.abort();
    [this.hits, this.isSearching, this.problem] = [[], false, null];
    this.#wanted = { q: null, level: null };
  }

  #search(from: number, onFound: () => void): void {
    this.#searching?.abort();
    const searching = new AbortController();
    this.#searching = searching;
    [this.hits, this.isSearching, this.problem, this.next] = [[], true, null, from];
    const run = async (): Promise<void> => {
      try {
        await this.#readAll(searching.signal);
        if (this.problem === null) onFound();
      } catch (error) {
        if (!searching.signal.aborted) throw error;
      }
    };
    inBackground(run());
  }

  /** One answer looks at 64 MB at most. */
  async #readAll(signal: AbortSignal): Promise<void> {
    for (;;) {
      const { next: from, hits } = this;
      const answer = await this.#read({ from, ...this.#wanted }, signal);
      signal.throwIfAborted();
      if (!answer.ok) {
        [this.problem, this.isSearching] = [answer.problem, false];
        return;
      }
      const { lines, next, size_bytes: size } = answer.value;
      this.hits = [...hits, ...lines].slice(0, mostHits);
      const last = this.hits.at(-1);
      [this.next, this.size] = [hits.length + lines.length > mostHits && last ? last.to : next, size];
      if (this.hits.length >= mostHits || this.next >= size || next <= from) break;
    }
    this.isSearching = false;
  }
}
