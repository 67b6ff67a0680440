/** Troubles that Azure reports, and troubles with asking it. */
import { hourlyPriceText } from '../../../../shared/cost-text.ts';
import type { Severity } from '../../../../shared/stream.ts';
import type { AzureFacts, AzureProblem } from '../../azure/index.ts';
import { currentFacts, isGone } from '../cloud/cloud-sight.ts';
import type { CloudSight } from '../sight.ts';
import { azVmCommand } from './az-command.ts';
import type { CutRun, Rule, Rules, Verdict } from './rule.ts';

/** An answer that is missed once means nothing; a refused sign-in does. */
const missesUntilTold: Readonly<Record<AzureProblem['kind'], number>> = {
  no_credentials: 1,
  not_signed_in: 1,
  forbidden: 1,
  not_found: 1,
  throttled: 2,
  unavailable: 2,
};

/** A VM that answers although Azure does not find it has another name than the configured one. */
const missesUntilMisnamed = 3;

export const cloudRules: Rules = {
  vm_not_running: (sight, { cutRun }) => {
    const { cloud, ssh } = sight;
    // What answers runs, whatever Azure said a while ago.
    if (cloud === null || ssh.kind === 'up') return 'clear';
    if (isGone(sight)) return gone(cloud, cutRun);
    const facts = currentFacts(sight);
    switch (facts?.powerState) {
      case 'running':
        return 'clear';
      case 'stopped':
      case 'deallocated':
      case 'hibernated':
        return off(facts.powerState, cloud, facts, cutRun);
      default:
        return 'unknown';
    }
  },
  azure_auth_failed: askingRule('azure_auth_failed'),
  azure_unavailable: askingRule('azure_unavailable'),
};

/** Azure knew the VM, so its name is right. */
function gone({ vmName, seen, gone: end }: CloudSight, cutRun: CutRun | null): Verdict {
  const until = end === null ? '' : `, where it was until ${utcMinute(end.untilMs)}`;
  return {
    severity: severityOf(cutRun),
    message:
      seen?.isSpot === true
        ? `The Spot VM ${vmName} is gone from Azure${until}: Azure has probably evicted it.`
        : `The VM ${vmName} is gone from Azure${until}.`,
    detail: detailOf(null, cutRun),
    hint:
      seen?.isSpot === true
        ? 'Create it again, with the eviction policy "Deallocate" to keep its disks. If somebody deleted it, remove it from the configuration.'
        : 'If somebody deleted it, remove it from the configuration. If it was moved, correct "azure" there.',
  };
}

/** Off is what a VM without a run should be. */
function severityOf(cutRun: CutRun | null): Severity {
  return cutRun?.wasOn === true ? 'critical' : 'warning';
}

function detailOf(detail: string | null, cutRun: CutRun | null): string | null {
  const parts = [detail, cutRun?.wasOn === true ? cutRun.position : null].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join('. ');
}

/** "2026-05-21 10:14 UTC" */
function utcMinute(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function off(
  powerState: 'stopped' | 'deallocated' | 'hibernated',
  cloud: CloudSight,
  { provisioningError, isSpot, endedBy }: AzureFacts,
  cutRun: CutRun | null,
): Verdict {
  const start = hintOf('To start it', azVmCommand('start', cloud));
  const severity = severityOf(cutRun);
  const detail = detailOf(provisioningError, cutRun);
  if (powerState === 'stopped') {
    const price = cloud.perHourUsd === null ? '' : ` (${hourlyPriceText(cloud.perHourUsd)})`;
    return {
      severity,
      message: `The VM is stopped, but not deallocated: it still costs money${price}.`,
      detail,
      hint: [hintOf('To stop paying for it', azVmCommand('deallocate', cloud)), start].join('. '),
    };
  }
  if (powerState === 'deallocated' && isSpot === true && endedBy !== 'request') {
    const message =
      endedBy === 'eviction'
        ? 'Azure has evicted the Spot VM: it is deallocated.'
        : 'The Spot VM is deallocated: unless somebody stopped it, Azure has evicted it.';
    return { severity, message, detail, hint: start };
  }
  return { severity, message: `The VM is ${powerState}: it does not run.`, detail, hint: start };
}

function hintOf(what: string, command: string | null): string {
  return command === null ? `${what}, use the Azure portal` : `${what}: ${command}`;
}

function askingRule(code: AzureProblem['code']): Rule {
  return (sight) => {
    const { cloud, ssh } = sight;
    if (cloud === null) return 'clear';
    // Azure answered that it no longer has the VM.
    if (isGone(sight)) return 'clear';
    const { problem, facts, misses } = cloud;
    // The connection to a VM that was deleted breaks some seconds later.
    const isGoing = cloud.gone !== null && (ssh.kind === 'blinking' || misses < missesUntilMisnamed);
    if (isGoing) return 'unknown';
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
