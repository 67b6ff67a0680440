/**
 * Measures, and prints the report. Started by scripts/bench.ts in a process group of its own, so that Ctrl-C does not reach what is
 * started here: it ends, and cleans up after itself, when its channel to the parent closes. Arguments: the settings, the file for
 * JSON or null, and the one part that is wanted or null, as one JSON array.
 */
import { writeFileSync } from 'node:fs';
import { renderServing } from './broadcast/serving-report.ts';
import { measureServing, servingParts } from './broadcast/serving.ts';
import { measureCopying, renderCopying } from './copying.ts';
import { measureFootprint, renderFootprint } from './footprint.ts';
import { measure, type BenchSettings } from './measure.ts';
import { measureOddLogs, renderOddLogs } from './odd-logs.ts';
import { renderPages } from './pages/pages-report.ts';
import { measurePages } from './pages/pages.ts';
import { describeMachine, figuresOf, isMet, renderReport } from './report.ts';

const [settings, jsonPath, only] = JSON.parse(process.argv[2] ?? '') as [
  BenchSettings,
  string | null,
  string | null,
];
const isWanted = (part: string): boolean => only === null || only === part;
const interruption = new AbortController();
process.on('disconnect', () => interruption.abort());

try {
  const machine = describeMachine();
  const context = {
    signal: interruption.signal,
    say: (text: string) => process.stderr.write(`${text}…\n`),
  };
  const measured = isWanted('watching') ? await measure(settings, context) : null;
  if (measured !== null) process.stdout.write(`\n${renderReport(machine, settings, measured)}\n`);
  const footprint = isWanted('footprint') ? await measureFootprint(settings, context) : null;
  if (footprint !== null) process.stdout.write(`\n${renderFootprint(footprint)}`);
  const copying = isWanted('copying') ? await measureCopying(settings, context) : null;
  if (copying !== null) process.stdout.write(`\n${renderCopying(copying)}`);
  const oddLogs = isWanted('odd-logs') ? await measureOddLogs(settings, context) : null;
  if (oddLogs !== null) process.stdout.write(`\n${renderOddLogs(oddLogs)}`);
  const wantedParts = servingParts.filter(isWanted);
  const serving = await measureServing(wantedParts, settings.periodSeconds < 60, context);
  if (wantedParts.length > 0) process.stdout.write(`\n${renderServing(serving)}`);
  const pages = isWanted('pages') ? await measurePages(settings.periodSeconds < 60, context) : null;
  if (pages !== null) process.stdout.write(`\n${renderPages(pages)}`);
  if (jsonPath !== null) {
    const figures =
      measured === null ? [] : figuresOf(measured).map((figure) => ({ ...figure, met: isMet(figure) }));
    writeFileSync(
      jsonPath,
      `${JSON.stringify({ machine, settings, figures, measured, footprint, copying, oddLogs, serving, pages }, null, 2)}\n`,
    );
  }
} catch (error) {
  process.exitCode = 1;
  if (!interruption.signal.aborted) console.error(error);
} finally {
  if (process.connected) process.disconnect();
}
