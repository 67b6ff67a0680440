/** What is known of a VM → which troubles hold, which are over, and of which nothing can be said. Pure. */
import type { StateCode } from '../../../../shared/stream.ts';
import { cloudRules } from './cloud.ts';
import { connectionRules } from './connection.ts';
import { containerRules } from './container.ts';
import { guestRules } from './guest.ts';
import { idleRules } from './idle.ts';
import { keepRules } from './keep.ts';
import { machineRules } from './machine.ts';
import type { ConditionSettings, Rules, Trouble } from './rule.ts';
import { runRules } from './run.ts';
import { isCreated, type Sight } from '../sight.ts';

export interface Assessment {
  readonly holding: readonly Trouble[];
  /** Codes of which it is certain that they do not hold. Those in neither list are unknown, and stay as they are. */
  readonly clear: readonly StateCode[];
}

/** What `recovered` says of most troubles; see {@link recoveredText}. */
export const recoveredSentence: Readonly<Record<StateCode, string>> = {
  ssh_unreachable: 'The SSH connection is back.',
  ssh_auth_failed: 'The login on the VM works again.',
  ssh_host_key_changed: 'The host key of the VM is the expected one again.',
  vm_unresponsive: 'The VM gives BenchTray all answers that it needs.',
  vm_not_running: 'The VM is running again.',
  azure_auth_failed: 'Azure accepts the sign-in again.',
  azure_unavailable: 'Azure answers again.',
  container_missing: 'The benchmark container is there.',
  container_exited: 'The benchmark container is running again.',
  probe_down: 'The benchmark server answers again.',
  docker_denied: 'Docker can be used again.',
  kvm_missing: 'KVM is available again.',
  vm_tools_missing: 'The VM has all tools that BenchTray needs.',
  disk_full: 'There is free disk space again.',
  log_unreadable: 'The benchmark log can be read again.',
  run_stalled: 'The run goes on.',
  vm_idle: 'The VM is in use again, or off.',
  files_not_kept: 'Nothing hinders the copy of task files any more.',
};

/** Returns what `recovered` says of a trouble that is over, by what has taken its place. */
export function recoveredText(code: StateCode, { container, run }: Sight): string {
  if (code === 'run_stalled' && run?.isRunning !== true) return 'The run is over.';
  const isThere = container.kind === 'running' || container.kind === 'stopped';
  if (code === 'container_missing' && !isThere) return 'The benchmark runs without a container.';
  if (code === 'container_exited' && container.kind === 'absent')
    return 'The container that had ended was removed.';
  if (code === 'container_exited' && isCreated(container))
    return 'The benchmark container is about to start.';
  if (code === 'container_exited' && container.kind === 'stopped')
    return 'The benchmark runs on the VM itself now.';
  return recoveredSentence[code];
}

/**
 * What `recovered` says of a trouble that was told in words which are not true any more, and which is told anew. Of the others, the
 * words that were told when it began stand until it is over.
 */
export const otherwiseSentence: Readonly<Partial<Record<StateCode, string>>> = {
  // Whether it is paid for stands in the message, and changes while it is off.
  vm_not_running: 'The VM is now off in another state.',
  files_not_kept: 'Something else hinders the copy of task files now.',
};

const rules: Rules = {
  ...connectionRules,
  ...cloudRules,
  ...containerRules,
  ...guestRules,
  ...machineRules,
  ...runRules,
  ...idleRules,
  ...keepRules,
};

export function assess(sight: Sight, settings: ConditionSettings): Assessment {
  const holding: Trouble[] = [];
  const clear: StateCode[] = [];
  for (const [code, rule] of Object.entries(rules) as [StateCode, NonNullable<Rules[StateCode]>][]) {
    const verdict = rule(sight, settings);
    if (verdict === 'clear') clear.push(code);
    else if (verdict !== 'unknown') holding.push({ code, ...verdict });
  }
  return { holding, clear };
}
