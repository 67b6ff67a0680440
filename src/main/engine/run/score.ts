/** Scores as benchmarks write them. */

/** A score of 0..1. Null where the text says anything else: `nan`, `inf`, `-1`, `85%`, a word. */
export function parseScore(text: string): number | null {
  const word = text.trim();
  // An evaluator may return a bool, which Python writes like this.
  if (word === 'True') return 1;
  if (word === 'False') return 0;
  const score = word === '' ? NaN : Number(word);
  return score >= 0 && score <= 1 ? score : null;
}
