/** What is known of a VM → which troubles hold, which are over, and of which nothing can be said. Pure; each code has one rule. */
import type { Severity, StateCode } from '../../shared/stream.ts';
import type { MachineFacts } from '../vm/index.ts';
import { isReady, type Sight } from './sight.ts';

export interface Trouble {
  readonly code: StateCode;
  readonly severity: Severity;
  /** One sentence for a person. */
  readonly message: string;
  readonly detail: string | null;
  /** What to do about it. */
  readonly hint: string | null;
}

export interface Assessment {
  readonly holding: readonly Trouble[];
  /** Codes of which it is certain that they do not hold. Those in neither list are unknown, and stay as they are. */
  readonly clear: readonly StateCode[];
}

export interface ConditionSettings {
  readonly stalledAfterMs: number;
}

/** What `recovered` says. */
export const recoveredSentence: Readonly<Record<StateCode, string>> = {
  ssh_unreachable: 'The SSH connection is back.',
  ssh_auth_failed: 'The login on the VM works again.',
  ssh_host_key_changed: 'The host key of the VM is the expected one again.',
  vm_not_running: 'The VM is running again.',
  azure_auth_failed: 'Azure accepts the sign-in again.',
  azure_unavailable: 'Azure answers again.',
  container_missing: 'The benchmark container is there.',
  container_exited: 'The benchmark container is running again.',
  probe_down: 'The benchmark server answers again.',
  docker_denied: 'Docker can be used again.',
  kvm_missing: 'KVM is available again.',
  disk_full: 'There is free disk space again.',
  log_unreadable: 'The benchmark log can be read again.',
  run_stalled: 'The run goes on.',
  vm_idle: 'The VM is in use again.',
};

/** Below this a disk is full for every practical purpose; it has recovered only well above, so that it does not flap. */
const fullBelowKiB = 1024 * 1024;
const freeAgainAboveKiB = 2 * 1024 * 1024;
/** A container that is gone in one look may just be restarting, which some benchmarks do between tasks. */
const looksUntilGone = 2;

type Rule = (sight: Sight, settings: ConditionSettings) => Omit<Trouble, 'code'> | 'clear' | 'unknown';

const sshRule =
  (code: StateCode): Rule =>
  ({ ssh }) => {
    if (ssh.kind === 'up') return 'clear';
    if (ssh.kind === 'blinking') return 'unknown';
    const problem = ssh.problem;
    if (problem === null) {
      if (code !== 'ssh_unreachable' || !ssh.everUp) return 'unknown';
      return {
        severity: 'critical',
        message: 'SSH connection failed',
        detail: 'The connection was lost.',
        hint: null,
      };
    }
    if (problem.code !== code) return 'clear';
    return { severity: 'critical', message: problem.message, detail: problem.detail, hint: problem.hint };
  };

/** Nothing can be said of a machine that is not reached. */
const whileUp =
  (rule: Rule): Rule =>
  (sight, settings) =>
    sight.ssh.kind === 'up' ? rule(sight, settings) : 'unknown';

const rules: Partial<Record<StateCode, Rule>> = {
  ssh_unreachable: sshRule('ssh_unreachable'),
  ssh_auth_failed: sshRule('ssh_auth_failed'),
  ssh_host_key_changed: sshRule('ssh_host_key_changed'),

  docker_denied: whileUp(({ docker }) => {
    if (docker.kind === 'unknown') return 'unknown';
    if (docker.kind !== 'denied') return 'clear';
    return {
      severity: 'warning',
      message: 'This user may not use docker on the VM.',
      detail: docker.detail,
      hint: 'On the VM: sudo usermod -aG docker $USER. BenchTray logs in anew by itself to take it up.',
    };
  }),

  container_missing: whileUp(({ docker, container, run }) => {
    if (docker.kind === 'missing') {
      return {
        severity: 'warning',
        message: 'There is no docker on the VM.',
        detail: docker.detail,
        hint: 'Is this the right machine? Install docker, or follow a log on the VM itself by "benchmark.log".',
      };
    }
    if (docker.kind === 'failed') {
      return {
        severity: 'critical',
        message: 'Docker on the VM does not answer properly.',
        detail: docker.detail,
        hint: 'On the VM: sudo systemctl status docker',
      };
    }
    if (container.kind === 'running' || container.kind === 'stopped') return 'clear';
    if (container.kind === 'unknown' || container.looks < looksUntilGone) return 'unknown';
    return {
      // The official script removes the container with the end of its run: nothing is wrong then.
      severity: run?.endedWell === true ? 'warning' : 'critical',
      message:
        container.wanted === null
          ? 'There is no benchmark container on the VM.'
          : `There is no container "${container.wanted}" on the VM.`,
      detail: null,
      hint: 'Start the benchmark, or name its container in "container" if it has a name of its own (docker ps -a).',
    };
  }),

  container_exited: whileUp(({ container }) => {
    if (container.kind === 'unknown') return 'unknown';
    if (container.kind !== 'stopped' || container.state === 'created') return 'clear';
    if (container.looks < looksUntilGone) return 'unknown';
    return {
      severity: 'critical',
      message: `The container ${container.name} is not running (${container.status}).`,
      detail:
        container.exitCode === null
          ? null
          : (exitMeaning(container.exitCode) ?? `Exit code ${container.exitCode}`),
      hint: `On the VM: docker logs --tail 50 ${container.name}`,
    };
  }),

  probe_down: whileUp((sight) => {
    const { answer, wasReady } = sight.probe;
    if (isReady(sight)) return sight.probe.answer?.kind === 'ready' ? 'clear' : 'unknown';
    if (
      !wasReady ||
      answer === null ||
      answer.kind === 'ready' ||
      sight.container.kind === 'stopped' ||
      sight.container.kind === 'absent'
    )
      return 'unknown';
    return {
      severity: 'critical',
      message: 'The benchmark server in Windows has stopped answering.',
      detail: answer.text,
      hint: 'Look at the screen of the guest by VNC. It may be rebooting, or its server may have ended.',
    };
  }),

  kvm_missing: whileUp(({ boot, container }) => {
    const byExit = container.kind === 'stopped' && container.exitCode === 88;
    if (boot.trouble?.code === 'kvm_missing' || byExit) {
      return {
        severity: 'critical',
        message: 'KVM is not available on the VM, so that Windows cannot run.',
        detail: boot.trouble?.text ?? 'Exit code 88',
        hint: 'Use a VM size with nested virtualization (such as Standard_D4ds_v5), and pass /dev/kvm to the container.',
      };
    }
    return container.kind === 'running' && boot.phase !== null ? 'clear' : 'unknown';
  }),

  disk_full: whileUp(({ machine, boot }) => {
    if (boot.trouble?.code === 'disk_full') return fullDisk(boot.trouble.text);
    if (machine === null) return 'unknown';
    const disk = fullest(machine);
    if (disk === null) return 'unknown';
    if (disk.freeKiB < fullBelowKiB)
      return fullDisk(`${disk.mount}: ${Math.round(disk.freeKiB / 1024)} MiB free`);
    return disk.freeKiB > freeAgainAboveKiB ? 'clear' : 'unknown';
  }),

  log_unreadable: whileUp(({ log }) => {
    if (log.trouble !== null) {
      return { severity: 'warning', message: log.trouble.message, detail: log.path, hint: log.trouble.hint };
    }
    return log.path === null ? 'unknown' : 'clear';
  }),

  run_stalled: whileUp(({ run }, { stalledAfterMs }) => {
    if (!run?.isRunning) return 'clear';
    if (run.silentForMs < stalledAfterMs) return 'clear';
    return {
      severity: 'warning',
      message: `The run has written nothing for ${Math.floor(run.silentForMs / 60_000)} minutes.`,
      detail: null,
      hint: 'The agent may wait for its model for ever (a wrong model name, an API that hangs). Look at the log and at the screen.',
    };
  }),
};

export function assess(sight: Sight, settings: ConditionSettings): Assessment {
  const holding: Trouble[] = [];
  const clear: StateCode[] = [];
  for (const [code, rule] of Object.entries(rules) as [StateCode, Rule][]) {
    const verdict = rule(sight, settings);
    if (verdict === 'clear') clear.push(code);
    else if (verdict !== 'unknown') holding.push({ code, ...verdict });
  }
  return { holding, clear };
}

function fullDisk(detail: string): Omit<Trouble, 'code'> {
  return {
    severity: 'critical',
    message: 'The disk of the VM is full.',
    detail,
    hint: 'On the VM: df -h, then remove old results, images (docker system df) or grow the disk.',
  };
}

function fullest(machine: MachineFacts): MachineFacts['disks'][number] | null {
  // Memory file systems and small boot partitions are not where a benchmark writes.
  const real = machine.disks.filter((disk) => disk.sizeKiB > 4 * freeAgainAboveKiB);
  return real.sort((a, b) => a.freeKiB - b.freeKiB)[0] ?? null;
}

/** Exit codes of dockur/windows, and the kernel's. */
function exitMeaning(exitCode: number): string | null {
  if (exitCode === 88) return 'Exit code 88: KVM is not available';
  if (exitCode === 137) return 'Exit code 137: killed, often for lack of memory';
  if (exitCode >= 60 && exitCode <= 69)
    return `Exit code ${exitCode}: Windows could not be downloaded or prepared`;
  if (exitCode >= 70 && exitCode <= 80) return `Exit code ${exitCode}: trouble with the disk`;
  if (exitCode >= 20 && exitCode <= 29) return `Exit code ${exitCode}: trouble with the container's network`;
  return null;
}
