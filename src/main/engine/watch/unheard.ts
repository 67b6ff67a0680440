/** Says why BenchTray hears nothing of a benchmark that runs, in clauses for a person. Pure. */
import type { Runner } from '../vm/index.ts';
import { isJobRunner } from './results/job-runner.ts';
import type { Sight } from './sight.ts';

/** Returns what these processes print to if it is no file; null: a file, or not known. */
export function printsElsewhere(runners: readonly Runner[]): 'a terminal' | 'another program' | null {
  const outputs = runners.map(({ output = '' }) => output);
  if (outputs.some((output) => /^\/dev\/(?:pts|tty|console)/.test(output))) return 'a terminal';
  return outputs.some((output) => /^(?:pipe|socket):/.test(output)) ? 'another program' : null;
}

/** Returns why nothing is heard of the benchmark that runs; null: it is heard, or it is too early to say. */
export function unheardReason({ answered, host, inside, log, run }: Sight): string | null {
  const runners = [...(inside?.runners ?? []), ...(host?.runners ?? [])].filter((one) => !isJobRunner(one));
  // It has files of results instead, or its run is known by another log.
  if (runners.length === 0 || !answered.runs || run?.isRunning === true) return null;
  if (log.path !== null)
    return log.content?.kind === 'foreign' ? 'BenchTray recognises no benchmark in the log' : null;
  const place = printsElsewhere(runners);
  return place === null ? null : `the benchmark prints to ${place}, where BenchTray cannot read it`;
}
