/** A VM that costs money and does nothing. */
import { dollarsText, hourlyPriceText } from '../../../../shared/cost-text.ts';
import { formatDuration } from '../../../../shared/wording.ts';
import { isOff } from '../cloud/cloud-sight.ts';
import { type IdleSight, isInUse } from '../sight.ts';
import { azVmCommand } from './az-command.ts';
import type { Rules } from './rule.ts';

const sinceWords: Readonly<Record<IdleSight['since'], string>> = {
  task: 'since its last task ended',
  use: 'since it was last used',
  start: 'since it was started, without a run',
  seen: 'since BenchTray first saw it, without a run',
};

export const idleRules: Rules = {
  vm_idle: (sight, { idleAfterMs }) => {
    if (isOff(sight)) return 'clear';
    // What goes on behind a lost connection is not known: it is never called idle.
    if (sight.ssh.kind !== 'up') return 'unknown';
    if (isInUse(sight)) return 'clear';
    const { idle, cloud, answered, container, startedAt, inside } = sight;
    const isInsideSeen = answered.container
      ? container.kind !== 'running' || inside !== null
      : startedAt === null;
    // A benchmark's process may not have been found yet.
    const isSearched = answered.host && answered.runs && isInsideSeen;
    if (idle === null || !isSearched) return 'unknown';
    if (idle.forMs < idleAfterMs) return 'clear';
    const span = formatDuration(idle.forMs / 1000);
    const since = sinceWords[idle.since];
    return {
      severity: 'warning',
      message:
        idle.costUsd === null
          ? `This VM has stood idle for ${span}, ${since}.`
          : `This VM has cost ${dollarsText(idle.costUsd)} ${since}.`,
      detail:
        idle.perHourUsd === null ? null : `${span} without a run, at ${hourlyPriceText(idle.perHourUsd)}`,
      hint:
        cloud === null
          ? 'If it is not needed, stop it where it is rented.'
          : `If it is not needed: ${azVmCommand('deallocate', cloud) ?? 'deallocate it in the Azure portal'}. A shutdown from within does not stop the cost.`,
    };
  },
};
