/** The word that was probably meant: the one that the fewest typing slips away from it, or null where none is near. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const allowedSlips = Math.max(1, Math.floor(word.length / 3));
  // Far longer than each known word, it is near none, and comparing would take its time.
  if (known.every((candidate) => word.length > 2 * candidate.length + 3)) return null;
  let best: string | null = null;
  let bestSlips = allowedSlips + 1;
  for (const candidate of known) {
    const slips = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (slips < bestSlips) [best, bestSlips] = [candidate, slips];
  }
  return best;
}

/** Letters to insert, remove, replace, or swap with their neighbour (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const current = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (previous[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      const swapped =
        i > 0 && j > 0 && from[i] === to[j - 1] && from[i - 1] === to[j]
          ? (beforePrevious[j - 1] ?? 0) + 1
          : Number.POSITIVE_INFINITY;
      current.push(Math.min(replaced, swapped, (previous[j + 1] ?? 0) + 1, (current[j] ?? 0) + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}
