/** Troubles with Windows in the container. */
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

  kvm_missing: whileUp(({ boot, container }) => {
    const trouble = boot.troubles.find(({ kind }) => kind === 'kvm');
    const byExit = container.kind === 'stopped' && container.exitCode === 88;
    if (trouble !== undefined || byExit) {
      return {
        severity: 'critical',
        message: 'KVM is not available on the VM, so that Windows cannot run.',
        detail: trouble?.text ?? 'Exit code 88',
        hint: 'Use a VM size with nested virtualization (such as Standard_D4ds_v5), and pass /dev/kvm to the container.',
      };
    }
    return container.kind === 'running' && boot.phase !== null ? 'clear' : 'unknown';
  }),
};
