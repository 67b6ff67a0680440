/** Reads two runs compared. */
import type { ComparisonView } from '../../shared/comparison.ts';
import type { Answer } from './answer.ts';
import { askJson } from './api.ts';
import type { CompareRoute } from './route.ts';

export async function readComparison(
  base: URL,
  { a, b, attempt }: Pick<CompareRoute, 'a' | 'b' | 'attempt'>,
  signal: AbortSignal,
): Promise<Answer<ComparisonView>> {
  const url = new URL('/api/compare', base);
  for (const [name, value] of Object.entries({ a, b, attempt }))
    if (value !== null) url.searchParams.set(name, value);
  return askJson(url, signal);
}
