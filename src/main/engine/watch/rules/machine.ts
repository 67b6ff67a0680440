/** Troubles with the VM itself. */
import { bootTrouble, type MachineFacts } from '../../vm/index.ts';
import { whileUp, type Rules, type Verdict } from './rule.ts';

/** Below this a disk is full for every practical purpose; it has recovered only well above, so that it does not flap. */
const fullBelowKiB = 1024 * 1024;
const freeAgainAboveKiB = 2 * 1024 * 1024;

export const machineRules: Rules = {
  disk_full: whileUp(({ machine, boot }) => {
    // It stays open over a restart of the container until the new start has got further.
    const trouble = bootTrouble(boot, 'disk');
    if (trouble !== undefined) return fullDisk(trouble.text);
    if (machine === null) return 'unknown';
    const disk = fullest(machine);
    if (disk === null) return 'unknown';
    if (disk.freeKiB < fullBelowKiB)
      return fullDisk(`${disk.mount}: ${Math.round(disk.freeKiB / 1024)} MiB free`);
    return disk.freeKiB > freeAgainAboveKiB ? 'clear' : 'unknown';
  }),

  vm_tools_missing: whileUp(({ machine, inside, container, answered }) => {
    if (machine === null) return 'unknown';
    if (machine.lacks.length > 0) return missingTools('The VM', machine.lacks);
    if (inside !== null && inside.lacks.length > 0 && container.kind === 'running')
      return missingTools(`The container ${container.name}`, inside.lacks);
    return answered.container && (container.kind !== 'running' || inside !== null) ? 'clear' : 'unknown';
  }),
};

function missingTools(where: string, tools: readonly string[]): Verdict {
  const names = tools.join(', ');
  return {
    severity: 'warning',
    message: `${where} has no ${names}. BenchTray cannot find or read its logs and results.`,
    detail: names,
    hint: 'Install coreutils and findutils there (Debian, Ubuntu: apt-get install coreutils findutils).',
  };
}

function fullDisk(detail: string): Verdict {
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
