/** Troubles that Azure tells of, and troubles with asking it. */
import type { AzureProblem } from '../../azure/index.ts';
import { currentFacts } from '../cloud/cloud-sight.ts';
import type { CloudSight, Sight } from '../sight.ts';
import { azVmCommand } from './az-command.ts';
import type { Rule, Rules, Verdict } from './rule.ts';

/** An answer that is missed once means nothing; a refused sign-in does. */
const missesUntilTold: Readonly<Record<AzureProblem['kind'], number>> = {
  no_credentials: 1,
  not_signed_in: 1,
  forbidden: 1,
  not_found: 1,
  throttled: 2,
  unavailable: 2,
};

export const cloudRules: Rules = {
  vm_not_running: (sight) => {
    const { cloud, ssh } = sight;
    // What answers runs, whatever Azure said a while ago.
    if (cloud === null || ssh.kind === 'up') return 'clear';
    const facts = currentFacts(sight);
    switch (facts?.powerState) {
      case 'running':
        return 'clear';
      case 'stopped':
      case 'deallocated':
      case 'hibernated':
        return off(facts.powerState, cloud, sight, facts.provisioningError);
      default:
        return 'unknown';
    }
  },
  azure_auth_failed: askingRule('azure_auth_failed'),
  azure_unavailable: askingRule('azure_unavailable'),
};

function off(
  powerState: 'stopped' | 'deallocated' | 'hibernated',
  cloud: CloudSight,
  sight: Sight,
  detail: string | null,
): Verdict {
  const start = hintOf('To start it', azVmCommand('start', cloud));
  // Off is what a VM without a run should be.
  const severity = sight.run?.isRunning === true ? 'critical' : 'warning';
  if (powerState === 'stopped') {
    const price = cloud.perHourUsd === null ? '' : ` ($${cloud.perHourUsd} an hour)`;
    return {
      severity,
      message: `The VM is stopped, but not deallocated: it still costs money${price}.`,
      detail,
      hint: [hintOf('To stop paying for it', azVmCommand('deallocate', cloud)), start].join('. '),
    };
  }
  return { severity, message: `The VM is ${powerState}: it does not run.`, detail, hint: start };
}

function hintOf(what: string, command: string | null): string {
  return command === null ? `${what}, use the Azure portal` : `${what}: ${command}`;
}

function askingRule(code: AzureProblem['code']): Rule {
  return ({ cloud }) => {
    if (cloud === null) return 'clear';
    const { problem, facts, misses } = cloud;
    const told = problem ?? (cloud.isAddressWanted ? facts?.addressProblem : null) ?? null;
    if (told === null) return facts === null ? 'unknown' : 'clear';
    // Of the one nothing is known while the other is in the way.
    if (told.code !== code || (problem !== null && misses < missesUntilTold[told.kind])) return 'unknown';
    return {
      // Without an address there is nothing to watch.
      severity: cloud.isAddressWanted && (facts?.address ?? null) === null ? 'critical' : 'warning',
      message: told.message,
      detail: told.detail === '' ? null : told.detail,
      hint: told.hint,
    };
  };
}
