/** The machine itself: three checks on one answer. */
import type { AzureConfig } from '../../config/index.ts';
import type { MachineFacts, SshTarget } from '../../vm/index.ts';
import { assess } from '../../watch/index.ts';
import { azureVm, onVm, onVmAsRoot } from '../commands.ts';
import { late } from '../common-remedies.ts';
import { exampleAzure, exampleTarget } from '../examples.ts';
import { noTimes } from '../no-times.ts';
import { failed, passed, remedy, warned, type Finding, type VmCheck } from '../model.ts';
import type { VmFacts } from '../vm-facts.ts';
import { needTarget } from './docker.ts';

interface About {
  readonly azure: AzureConfig | null;
  readonly target: SshTarget;
}
const example: About = { azure: exampleAzure, target: exampleTarget };

const noKvm = remedy<About>({
  when: 'KVM is missing on the VM',
  advice:
    'Windows would run ten times slower, if at all. Take a size with nested virtualization, such as Standard_D4ds_v5 (the VM starts anew with it):',
  command({ azure, target }, terminal) {
    const which = azure === null ? null : azureVm(terminal, azure);
    return which === null
      ? onVm(terminal, target, 'ls -l /dev/kvm')
      : `az vm resize ${which} --size Standard_D4ds_v5`;
  },
  example,
});
const full = remedy<About>({
  when: 'the disk of the VM is full',
  advice: 'Remove old results and images (`docker system df` shows what they take), or grow the disk.',
  command: ({ target }, terminal) => onVm(terminal, target, 'df -h'),
  example,
});
const wrongClock = remedy<About>({
  when: 'the clocks differ by more than 30 seconds',
  advice:
    "Times of tasks would be wrong by as much. Let the VM keep its clock by NTP; if it is this machine's that is wrong, that one.",
  command: ({ target }, terminal) => onVmAsRoot(terminal, target, 'sudo timedatectl set-ntp true'),
  example,
});

function looked(
  look: (machine: MachineFacts, about: About, vm: VmFacts) => Finding | Promise<Finding>,
): VmCheck['look'] {
  return async (vm) => {
    const machine = await vm.machine();
    const about = { azure: vm.config.azure, target: needTarget(vm.knownTarget) };
    return machine === null ? failed('The VM does not answer.', late, null) : look(machine, about, vm);
  };
}

const common: Pick<VmCheck, 'scope' | 'needs' | 'after' | 'limitSeconds'> = {
  scope: 'vm',
  needs: () => ['ssh_login'],
  after: () => [],
  limitSeconds: 15,
};

export const kvm: VmCheck = {
  ...common,
  name: 'kvm',
  title: 'KVM',
  why: 'Windows runs in a virtual machine within the VM, which needs it.',
  remedies: [noKvm],
  look: looked(async (machine, about, vm) => {
    if (machine.kvm) return passed('/dev/kvm is there.');
    const host = await vm.host();
    // A benchmark on the VM itself may have its guests elsewhere.
    return (host?.runners.length ?? 0) > 0
      ? warned('There is no /dev/kvm; the benchmark runs on the VM itself.', noKvm, about)
      : failed('There is no /dev/kvm on the VM.', noKvm, about);
  }),
};

export const disk: VmCheck = {
  ...common,
  name: 'disk',
  title: 'Disk space',
  why: 'A full disk ends a run, and its results are lost.',
  remedies: [full],
  look: looked((machine, about, vm) => {
    const { holding } = assess(vm.sight, noTimes);
    const trouble = holding.find(({ code }) => code === 'disk_full');
    if (trouble !== undefined) return failed(`${trouble.message} ${trouble.detail ?? ''}`, full, about);
    if (machine.disks.length === 0) return failed('The VM does not tell how full its disks are.', late, null);
    const free = machine.disks.map(
      ({ mount, freeKiB }) => `${(freeKiB / 1024 / 1024).toFixed(1)} GiB on ${mount}`,
    );
    return passed(`Free: ${free.join(', ')}.`);
  }),
};

/** Contract: the clocks are to be within this of each other. */
const mostSkewMs = 30_000;

export const clock: VmCheck = {
  ...common,
  name: 'clock',
  title: 'Clocks',
  why: 'Logs tell times by the clock of the VM, and ends of tasks are told by ours.',
  remedies: [wrongClock],
  look: looked(({ clockSkewMs }, about) => {
    if (clockSkewMs === null) return failed('The VM does not tell its time.', late, null);
    const seconds = Math.abs(clockSkewMs / 1000).toFixed(1);
    const found = `The clock of the VM is ${seconds} s ${clockSkewMs < 0 ? 'behind' : 'ahead of'} this machine's.`;
    return Math.abs(clockSkewMs) > mostSkewMs ? failed(found, wrongClock, about) : passed(found);
  }),
};
