/** Troubles with reaching the VM. */
import { maxSessionsHint, type SshProblem } from '../../vm/index.ts';
import { shellQuote } from '../../common/terminal.ts';
import { isOff, powerStateOf } from '../cloud/cloud-sight.ts';
import { isReady, runsOnHost, type Question, type Sight } from '../sight.ts';
import type { Rule, Rules, Verdict } from './rule.ts';

/** In the order in which a connection is made: a trouble with one says that the ones before are over, and nothing of those behind. */
const stages: readonly SshProblem['code'][] = [
  'ssh_unreachable',
  'ssh_host_key_changed',
  'ssh_auth_failed',
  'vm_unresponsive',
];

export const connectionRules: Rules = {
  ssh_unreachable: sshRule('ssh_unreachable'),
  ssh_auth_failed: sshRule('ssh_auth_failed'),
  ssh_host_key_changed: sshRule('ssh_host_key_changed'),
  vm_unresponsive: (sight, settings) =>
    sight.ssh.kind === 'up' ? unresponsive(sight) : sshRule('vm_unresponsive')(sight, settings),
};

const questions: Readonly<Record<Question, string>> = {
  machine: 'its clock and disks',
  host: 'its processes and logs',
  inside: 'the processes and logs in the container',
  results: 'its result files',
};

/** The connection is up and the VM answers, but not everything that is needed. */
function unresponsive(sight: Sight): Verdict {
  if (sight.isSingleSession) {
    return {
      severity: 'critical',
      message: 'The VM allows one SSH session only, so BenchTray cannot follow a log.',
      detail: 'sshd refuses every session but the first.',
      hint: maxSessionsHint,
    };
  }
  // A benchmark on the VM itself needs nothing in a container.
  const missing = sight.unanswered.filter((question) => question !== 'inside' || !runsOnHost(sight));
  if (missing.length === 0) return unreadableBoot(sight);
  const { container, insideFailure } = sight;
  const detail = `No answer about ${missing.map((question) => questions[question]).join(', ')}.`;
  const message = 'The VM does not answer all that BenchTray asks.';
  if (missing.every((question) => question === 'inside') && insideFailure !== '') {
    const name = container.kind === 'running' ? shellQuote(container.name) : 'CONTAINER';
    const hint = `Check that commands run in the container. On the VM: docker exec -i ${name} sh`;
    return { severity: 'critical', message, detail: `${detail} ${insideFailure}`, hint };
  }
  return {
    severity: 'critical',
    message,
    detail,
    hint: 'The VM may be overloaded: look at its load with "uptime" and "top". If the container hangs, restart it.',
  };
}

/** The log of the container shows each phase of the boot, and most of its errors. */
function unreadableBoot(sight: Sight): Verdict {
  const { bootLogTrouble: detail, container } = sight;
  if (detail === null || isReady(sight)) return 'clear';
  // It may start again with a log that cannot be read either.
  if (container.kind !== 'running') return 'unknown';
  return {
    severity: 'warning',
    message: `BenchTray cannot read the log of the container ${container.name}, so it may miss phases and errors of the boot.`,
    detail,
    hint: /logging driver/i.test(detail)
      ? 'Start the container with a log that can be read: docker run --log-driver json-file'
      : `On the VM: docker logs --tail 5 ${shellQuote(container.name)}. If it hangs: sudo systemctl status docker`,
  };
}

function sshRule(code: SshProblem['code']): Rule {
  return (sight) => {
    const { ssh } = sight;
    if (ssh.kind === 'up') return 'clear';
    if (ssh.kind === 'blinking') return 'unknown';
    const problem = ssh.problem;
    if (problem !== null && problem.code !== code)
      return stages.indexOf(code) < stages.indexOf(problem.code) ? 'clear' : 'unknown';
    // Nobody expects a VM that is off to answer. Another rule reports that it is off.
    if (code === 'ssh_unreachable' && isOff(sight)) return 'unknown';
    if (problem === null) {
      if (code !== 'ssh_unreachable' || !ssh.everUp) return 'unknown';
      return {
        severity: 'critical',
        message: 'SSH connection failed',
        detail:
          powerStateOf(sight) === 'running'
            ? 'The connection was lost. When Azure was asked last, the VM was running.'
            : 'The connection was lost.',
        hint: 'BenchTray connects again by itself. Is the VM running, and is its SSH port open for you?',
      };
    }
    return { severity: 'critical', message: problem.message, ...withCloud(problem, sight) };
  };
}

/** A VM that is called running while it does not answer: both have to be said, or the one hides the other. */
function withCloud(problem: SshProblem, sight: Sight): { readonly detail: string; readonly hint: string } {
  const { detail, hint } = problem;
  if (problem.code !== 'ssh_unreachable' || powerStateOf(sight) !== 'running') return { detail, hint };
  if (sight.cloud?.isAddressWanted === true && sight.cloud.facts?.address === null) return { detail, hint };
  return {
    detail: `${detail}. Azure says that the VM is running`,
    hint: 'The VM runs, but cannot be reached. Is the port open for your address in its network security group? If it is, the VM may hang: see its boot diagnostics in the portal.',
  };
}
