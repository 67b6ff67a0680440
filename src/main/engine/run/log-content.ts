/** Tells the log of a known benchmark from a compressed file and from the output of other programs. Pure. */
import type { ReaderCounts } from './reader.ts';

export type LogContent =
  | { readonly kind: 'run' }
  /** Too little to say whose it is. */
  | { readonly kind: 'young' }
  /** Of no benchmark that BenchTray knows. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'compressed'; readonly by: string };

/** With fewer lines, a run may still begin. */
const enoughLines = 20;

/** First bytes of compressed files. The VM sends them as text, in which bytes that are no UTF-8 become U+FFFD. */
const compressions = [
  { by: 'gzip', head: '\x1f\uFFFD\b' },
  { by: 'zstd', head: '(\uFFFD/\uFFFD' },
  { by: 'xz', head: '\uFFFD7zXZ' },
  { by: 'bzip2', head: 'BZh' },
] as const;

/** @param head the beginning of the log; empty: not known */
export function logContent(
  head: string,
  { recognised, lines }: Pick<ReaderCounts, 'recognised' | 'lines'>,
): LogContent {
  if (recognised) return { kind: 'run' };
  const compression = compressions.find((one) => head.startsWith(one.head));
  if (compression !== undefined) return { kind: 'compressed', by: compression.by };
  return { kind: lines < enoughLines ? 'young' : 'foreign' };
}
