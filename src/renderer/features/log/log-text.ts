/** A line of a log as it is shown: cut where it is long, with what is searched for marked. Pure. */

/** So much of a line is shown in its row. */
export const mostShown = 1000;

export interface Part {
  readonly text: string;
  readonly isHit: boolean;
}

export interface ShownLine {
  readonly parts: readonly Part[];
  /** How many characters are not shown. */
  readonly hidden: number;
}

/** Returns a line for its row. If what is searched for is far behind, what is before it is left out. @param wanted null: nothing */
export function shownLine(text: string, wanted: string | null): ShownLine {
  if (text.length <= mostShown) return { parts: marked(text, wanted), hidden: 0 };
  const at = placeOf(text, wanted);
  return at !== null && at + (wanted?.length ?? 0) > mostShown
    ? around(text, wanted, at, { lead: 120, before: 120, most: mostShown })
    : { parts: marked(wholeCharacters(text.slice(0, mostShown)), wanted), hidden: text.length - mostShown };
}

/** Returns a line for a list of finds: its beginning, which tells its time, and what is around the first find. */
export function foundLine(text: string, wanted: string | null): readonly Part[] {
  const limits = { lead: 26, before: 20, most: 240 };
  const at = placeOf(text, wanted);
  return at !== null && at > 2 * (limits.lead + limits.before)
    ? around(text, wanted, at, limits).parts
    : marked(wholeCharacters(text.slice(0, limits.most)), wanted);
}

interface Limits {
  /** How many characters are shown of the beginning, before the find, and in all. */
  readonly lead: number;
  readonly before: number;
  readonly most: number;
}

function around(text: string, wanted: string | null, at: number, { lead, before, most }: Limits): ShownLine {
  const begin = wholeCharacters(text.slice(0, lead));
  const part = wholeCharacters(text.slice(at - before, at - before + most - lead));
  return {
    parts: [{ text: `${begin} … `, isHit: false }, ...marked(part, wanted)],
    hidden: text.length - begin.length - part.length,
  };
}

function placeOf(text: string, wanted: string | null): number | null {
  const at = wanted === null ? -1 : text.search(patternOf(wanted));
  return at < 0 ? null : at;
}

function marked(text: string, wanted: string | null): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  const add = (to: number, isHit: boolean): void => {
    if (to > from) parts.push({ text: text.slice(from, to), isHit });
    from = to;
  };
  for (const { 0: hit, index } of wanted === null ? [] : text.matchAll(patternOf(wanted))) {
    add(index, false);
    add(index + hit.length, true);
  }
  add(text.length, false);
  return parts;
}

function patternOf(wanted: string): RegExp {
  return new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`), 'gi');
}

/** A cut may be within a pair of surrogates. */
const wholeCharacters = (text: string): string => text.toWellFormed();
