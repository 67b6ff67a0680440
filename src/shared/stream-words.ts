/** The words of the event stream: phases, codes and outcomes. New ones may come; none is renamed or removed. */

/** What Windows goes through from the start of its container until its benchmark server answers, in order. */
export const bootPhases = [
  'starting',
  'downloading',
  'extracting',
  'configuring',
  'building',
  'booting',
  'oobe',
] as const;
/** How far the machine has come, from nothing to a Windows that answers. */
export const phases = ['offline', ...bootPhases, 'ready', 'stopping', 'unknown'] as const;
export type Phase = (typeof phases)[number];

/** Codes of conditions that last and are told to be over by a `recovered` event. */
export const stateCodes = [
  'ssh_unreachable',
  'ssh_auth_failed',
  'ssh_host_key_changed',
  'vm_unresponsive',
  'vm_not_running',
  'azure_auth_failed',
  'azure_unavailable',
  'container_missing',
  'container_exited',
  'probe_down',
  'docker_denied',
  'kvm_missing',
  'vm_tools_missing',
  'disk_full',
  'log_unreadable',
  'run_stalled',
  'vm_idle',
  'files_not_kept',
] as const;
/** Codes of things that happen once and have no end. */
export const momentCodes = [
  'container_oom',
  'run_crashed',
  'run_interrupted',
  'result_mismatch',
  'internal',
] as const;
export type StateCode = (typeof stateCodes)[number];
export type MomentCode = (typeof momentCodes)[number];
export type ErrorCode = StateCode | MomentCode;
export const severities = ['warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** A server names its VMs at once. One that has not done so by then is of an early version, and never does. */
export const vmsNamedWithinMs = 15_000;

export const runOutcomes = ['running', 'finished', 'crashed', 'interrupted', 'stalled'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

export const taskOutcomes = ['scored', 'exception', 'lost', 'interrupted'] as const;
export type TaskOutcome = (typeof taskOutcomes)[number];

/** Whose fault the end of a task is. `none`: it passed, or failed by what the agent did. */
export const taskFaults = ['none', 'model_api', 'environment', 'evaluator', 'agent', 'unknown'] as const;
export type TaskFault = (typeof taskFaults)[number];
