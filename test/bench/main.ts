/**
 * Measures, and prints the report. Started by scripts/bench.ts in a process group of its own, so that Ctrl-C does not reach what is
 * started here: it ends, and cleans up after itself, when its channel to the parent closes. Arguments: the settings and the file for
 * JSON or null, as one JSON array.
 */
import { writeFileSync } from 'node:fs';
import { measure, type BenchSettings } from './measure.ts';
import { describeMachine, figuresOf, isMet, renderReport } from './report.ts';

const [settings, jsonPath] = JSON.parse(process.argv[2] ?? '') as [BenchSettings, string | null];
const interruption = new AbortController();
process.on('disconnect', () => interruption.abort());

try {
  const machine = describeMachine();
  const measured = await measure(settings, {
    signal: interruption.signal,
    say: (text) => process.stderr.write(`${text}…\n`),
  });
  process.stdout.write(`\n${renderReport(machine, settings, measured)}`);
  if (jsonPath !== null) {
    const figures = figuresOf(measured).map((figure) => ({ ...figure, met: isMet(figure) }));
    writeFileSync(jsonPath, `${JSON.stringify({ machine, settings, figures, measured }, null, 2)}\n`);
  }
} catch (error) {
  process.exitCode = 1;
  if (!interruption.signal.aborted) console.error(error);
} finally {
  if (process.connected) process.disconnect();
}
