/** The processes that play jobs: whether one of them may still write to a job. Pure. */
import type { Runner } from '../../vm/index.ts';
import { isInsideUnseen, startedAtMs } from '../log/runner-watch.ts';
import type { Sight } from '../sight.ts';

/** Commands that play jobs, as the VM's shell names them (vm/discovery-script.ts). */
const commands: ReadonlySet<string> = new Set(['harbor', 'tb', 'cb']);
/** Clocks differ, and files have times in whole seconds. */
const slackMs = 10_000;

export function isJobRunner({ script }: Runner): boolean {
  return commands.has(script);
}

/**
 * Returns how many processes may be playing a job; null: that could not be seen. One that began after the job was written to last
 * plays another job. If it resumes this one, it writes at once.
 * @param activeAtMs when the job was written to last, epoch milliseconds
 */
export function countJobRunners(sight: Sight, activeAtMs: number): number | null {
  const { container, inside, host, answered } = sight;
  if (host === null || !answered.host || isInsideUnseen(sight)) return null;
  const all = [...host.runners, ...(container.kind === 'running' ? (inside?.runners ?? []) : [])];
  return all.filter(
    (runner) => isJobRunner(runner) && (startedAtMs(sight, runner) ?? 0) <= activeAtMs + slackMs,
  ).length;
}
