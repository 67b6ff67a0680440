/** How badly a VM needs a person, for lists that show the worst first. */
import { worstSeverity } from './severity.ts';
import type { ErrorPayload, ProgressPayload, StatusPayload } from './stream.ts';

export interface VmFacts {
  readonly problems: readonly ErrorPayload[];
  readonly progress: Pick<ProgressPayload, 'state'> | null;
  readonly status: Pick<StatusPayload, 'phase' | 'connected'> | null;
}

/** Returns 3 for critical, 2 for a warning, 1 for unknown, and 0 where nothing is wrong. */
export function badnessOf({ problems, progress, status }: VmFacts): 0 | 1 | 2 | 3 {
  const severity = worstSeverity(problems);
  if (severity === 'critical' || progress?.state === 'crashed') return 3;
  if (severity === 'warning' || progress?.state === 'stalled' || progress?.state === 'interrupted') return 2;
  return status?.phase === 'unknown' && !status.connected ? 1 : 0;
}
