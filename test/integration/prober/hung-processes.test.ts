/** A process on the VM whose command line cannot be read: a read of it hangs, as it does while its memory is locked by a thread that waits for a disk. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RealVm } from '../../support/real-vm.ts';
import { canBuildWorld } from '../../support/real-vm/world.ts';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

interface HungProcess {
  /** Ends it, and all that wait for its command line. */
  end(): Promise<void>;
}

/** Starts a process whose command line nobody can read. @param isWaiting its state shows that it waits for a disk */
async function hangProcess(vm: RealVm, isWaiting: boolean): Promise<HungProcess> {
  const stat = isWaiting
    ? 'sed "s/) [A-Z] /) D /" /proc/$pid/stat >stat && mount --bind stat /proc/$pid/stat && mount --bind stat /proc/$pid/task/$pid/stat'
    : 'true';
  // Nobody writes into the pipe, so a read of it never ends.
  const started = await vm.run(
    `cd "$VM_DIR" && { [ -e hung ] || mkfifo hung; } && { sleep 1000 </dev/null >/dev/null 2>&1 & } && pid=$! && ` +
      `mount --bind hung /proc/$pid/cmdline && ${stat} && echo $pid`,
  );
  return {
    async end() {
      await vm.run(
        `umount -l /proc/${started.trim()}/cmdline; kill -KILL ${started.trim()}; sh -c ': <>hung'`,
      );
    },
  };
}

describe.skipIf(sshdPath === null || !canBuildWorld())('a process whose command line cannot be read', () => {
  it('is passed over while it waits for a disk: the runner beside it is found', async () => {
    const vm = await readyVm();
    const hung = await hangProcess(vm, true);
    await vm.startRunner();
    vm.runSays(sampleRunByTask(Date.now())[0] ?? '');
    const { untilPhase, client, status } = await watch(vm.config);
    await untilPhase('ready');
    await until(() => status()?.detail.runner != null, 'the runner is found');
    await until(() => client.tasks().length >= 1, 'the task is heard');
    expect(client.errors()).toEqual([]);
    await hung.end();
  });

  it('does not hide the log, and is reported until it ends', async () => {
    const vm = await readyVm();
    const hung = await hangProcess(vm, false);
    writeFileSync(join(vm.dir, 'tmp/waa_benchmark.log'), sampleRunByTask(Date.now())[0] ?? '');
    const { untilPhase, untilError, untilRecovered, client } = await watch(vm.config, {
      tempo: { searchEveryMs: 8_000 },
    });
    await untilPhase('ready');
    await until(() => client.tasks().length >= 1, 'the task is heard');
    const error = await untilError('vm_unresponsive');
    expect(error.detail).toContain('processes and logs');
    await hung.end();
    await untilRecovered('vm_unresponsive');
  });

  it('does not silence the VM when it starts later', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const [first = '', second = ''] = sampleRunByTask(Date.now());
    vm.runSays(first);
    const { untilPhase, untilError, untilRecovered, client } = await watch(vm.config);
    await untilPhase('ready');
    await until(() => client.tasks().length >= 1, 'the first task is heard');
    const hung = await hangProcess(vm, false);
    await untilError('vm_unresponsive', 120_000);
    vm.runSays(second);
    await until(() => client.tasks().length >= 2, 'the second task is heard', 120_000);
    await hung.end();
    await untilRecovered('vm_unresponsive', 180_000);
    await untilPhase('ready');
    expect(client.errors().map(({ code }) => code)).toEqual(['vm_unresponsive']);
  });
});
