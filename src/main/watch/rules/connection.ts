/** Troubles with reaching the VM. */
import type { StateCode } from '../../../shared/stream.ts';
import type { Rule, Rules } from './rule.ts';

export const connectionRules: Rules = {
  ssh_unreachable: sshRule('ssh_unreachable'),
  ssh_auth_failed: sshRule('ssh_auth_failed'),
  ssh_host_key_changed: sshRule('ssh_host_key_changed'),
};

function sshRule(code: StateCode): Rule {
  return ({ ssh }) => {
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
}
