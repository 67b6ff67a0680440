/** Troubles with reaching the VM. */
import type { SshProblem } from '../../vm/index.ts';
import { isOff, powerStateOf } from '../cloud-sight.ts';
import type { Sight } from '../sight.ts';
import type { Rule, Rules } from './rule.ts';

/** In the order in which a connection is made: a trouble with one says that the ones before are over, and nothing of those behind. */
const stages: readonly SshProblem['code'][] = ['ssh_unreachable', 'ssh_host_key_changed', 'ssh_auth_failed'];

export const connectionRules: Rules = {
  ssh_unreachable: sshRule('ssh_unreachable'),
  ssh_auth_failed: sshRule('ssh_auth_failed'),
  ssh_host_key_changed: sshRule('ssh_host_key_changed'),
};

function sshRule(code: SshProblem['code']): Rule {
  return (sight) => {
    const { ssh } = sight;
    if (ssh.kind === 'up') return 'clear';
    if (ssh.kind === 'blinking') return 'unknown';
    const problem = ssh.problem;
    if (problem !== null && problem.code !== code)
      return stages.indexOf(code) < stages.indexOf(problem.code) ? 'clear' : 'unknown';
    // Nobody expects a VM that is off to answer; that it is off is told by itself.
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
        hint: null,
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
