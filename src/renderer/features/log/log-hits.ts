/** The hits of a search in a log: their number, and the next one. Pure. */
import { sizeText } from '../../format/format.ts';
import type { LogLine } from '../../state/log-api.ts';

/** As many as one answer has. */
export const mostHits = 1000;

/** Returns the index of the next hit behind a place, or of the one before it. It goes on at the other end; -1: there is none. */
export function hitBeside(
  hits: readonly LogLine[],
  from: number | null,
  direction: 'next' | 'previous',
): number {
  if (hits.length === 0) return -1;
  const at = from ?? (direction === 'next' ? -1 : Infinity);
  if (direction === 'next') {
    const index = hits.findIndex((hit) => hit.from > at);
    return index < 0 ? 0 : index;
  }
  const index = hits.findLastIndex((hit) => hit.from < at);
  return index < 0 ? hits.length - 1 : index;
}

/** State of a search, as `LogSearch` has it. */
interface Found {
  readonly hits: readonly LogLine[];
  readonly isSearching: boolean;
  readonly isMore: boolean;
  readonly before: number;
  readonly next: number;
  readonly size: number;
}

/** "3 of 128 lines", "No line found", "More than 1,000 lines". @param current index of the marked hit; -1: none */
export function hitsText({ hits, isSearching, isMore, before, next, size }: Found, current: number): string {
  if (isSearching)
    return size === 0 ? 'Searching…' : `Searching… ${Math.floor((next / size) * 100)} % of ${sizeText(size)}`;
  const count = before + hits.length;
  if (count === 0) return 'No line found';
  const all = isMore
    ? `more than ${(Math.floor(count / mostHits) * mostHits).toLocaleString('en')} lines`
    : `${count.toLocaleString('en')} ${count === 1 ? 'line' : 'lines'}`;
  if (current < 0) return all.charAt(0).toUpperCase() + all.slice(1);
  return `${(before + current + 1).toLocaleString('en')} of ${all}`;
}
