/** Troubles with Windows in the container. */
import { bootTrouble, noKvm } from '../../vm/index.ts';
import { isReady } from '../sight.ts';
import { whileUp, type Rules } from './rule.ts';

export const guestRules: Rules = {
  probe_down: whileUp((sight) => {
    const { probe, container, boot } = sight;
    if (isReady(sight)) return probe.answer?.kind === 'ready' ? 'clear' : 'unknown';
    if (container.kind === 'stopped' || container.kind === 'absent') return 'unknown';
    // Its screen can be seen all the while, and it will never answer.
    const network = boot.troubles.find(({ kind }) => kind === 'network');
    if (network !== undefined && !probe.wasReady) {
      return {
        severity: 'warning',
        message: 'Windows will not be reachable: its container has no network of its own.',
        detail: network.text,
        hint: network.hint,
      };
    }
    if (!probe.wasReady || probe.answer === null || probe.answer.kind === 'ready') return 'unknown';
    return {
      severity: 'critical',
      message: 'The benchmark server in Windows has stopped answering.',
      detail: probe.answer.text,
      hint: 'Look at the screen of the guest by VNC. It may be rebooting, or its server may have ended.',
    };
  }),

  kvm_missing: whileUp((sight) => {
    const { boot, container } = sight;
    const trouble = bootTrouble(boot, 'kvm');
    // A failure of KVM that Windows has survived, by a reboot of its own.
    if (trouble !== undefined && trouble.words !== noKvm.words && isReady(sight)) return 'clear';
    const byExit = container.kind === 'stopped' && container.exitCode === 88;
    const startError = container.kind === 'stopped' ? container.startError : undefined;
    const byStart = startError?.includes('/dev/kvm') === true;
    if (trouble !== undefined || byExit || byStart) {
      return {
        severity: 'critical',
        message: `${(trouble ?? noKvm).words}.`,
        detail: trouble?.text ?? (byStart ? startError : 'Exit code 88'),
        hint: (trouble ?? noKvm).hint,
      };
    }
    // The scripts look for KVM behind the first line of a start.
    const isPast = boot.phase !== null && boot.phase !== 'starting';
    return container.kind === 'running' && isPast ? 'clear' : 'unknown';
  }),
};
