/** The VM is the machine under test: how many processes BenchTray starts there while it watches. */
import { describe, expect, it } from 'vitest';
import { canBuildWorld } from '../../support/real-vm/world.ts';
import { sshdPath } from '../../support/tools.ts';
import { footprintBudget, measureFootprint } from './footprint.ts';
import { readyVm } from './watched.ts';

/** @param sessions what sshd allows on one connection */
async function measure(what: 'idle' | 'a run', interval: number, sessions: number): Promise<number> {
  const vm = await readyVm();
  vm.setSshd(`MaxSessions ${String(sessions)}`);
  await vm.killSshd();
  await vm.startSshd();
  // Two sessions leave none to copy files in.
  return measureFootprint(vm, what, interval, sessions > 2 ? [] : ['files_not_kept']);
}

describe.skipIf(sshdPath === null || !canBuildWorld())('watching a VM', () => {
  it('starts few processes on it, idle and in a run, at any interval', async () => {
    const cases = [
      ['idle', 1, 10],
      ['idle', 5, 10],
      ['a run', 1, 10],
      ['a run', 5, 10],
      // The shell on the VM passes on what is asked in the container.
      ['idle', 5, 2],
      ['a run', 1, 2],
    ] as const;
    const found = await Promise.all(
      cases.map(([what, interval, sessions]) => measure(what, interval, sessions)),
    );
    for (const [index, [what, interval, sessions]] of cases.entries())
      expect
        .soft(found[index], `${what} at interval ${String(interval)}, ${String(sessions)} sessions`)
        .toBeLessThanOrEqual(footprintBudget(what, interval));
  });
});
