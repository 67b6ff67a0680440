/** A VM that answers some questions and leaves others open: each of them is reported in time, with a hint, until it is answered. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, realVm, watch } from './watched.ts';

const hangs = '#!/bin/sh\nexec sleep 1000\n';

describe.skipIf(sshdPath === null)('the log of a container whose Windows boots', () => {
  it('that docker cannot read is reported, and asked for less and less often', async () => {
    const vm = await realVm();
    vm.lack('logs');
    vm.containerUp();
    const { untilError, untilRecovered, untilPhase, client, status } = await watch(vm.config);
    const error = await untilError('vm_unresponsive');
    expect(error).toMatchObject({
      severity: 'warning',
      message:
        'BenchTray cannot read the log of the container winarena, so it may miss phases and errors of the boot.',
      detail: 'Error response from daemon: configured logging driver does not support reading',
      hint: expect.stringContaining('--log-driver json-file') as string,
    });
    // The rest of the VM is seen as before.
    expect(status()).toMatchObject({ connected: true });
    const refusedAt = (): number[] =>
      readFileSync(join(vm.dir, 'logs-refused'), 'utf8').trim().split('\n').map(Number);
    // Each attempt asks twice: for what is there, and for what comes.
    await until(() => refusedAt().length >= 8, 'four attempts');
    expect((refusedAt()[6] ?? 0) - (refusedAt()[4] ?? 0)).toBeGreaterThan(4_000);
    vm.setProbe('ready');
    await untilPhase('ready');
    await untilRecovered('vm_unresponsive');
    expect(client.errors()).toHaveLength(1);
  });

  it('that docker never prints is reported, until it does', async () => {
    const vm = await realVm();
    vm.hang('logs');
    vm.containerUp();
    const { untilError, untilRecovered, untilPhase, client } = await watch(vm.config, {
      tempo: { wholeLookEveryMs: 900, arrivesWithinMs: 3_000 },
    });
    const error = await untilError('vm_unresponsive');
    expect(error).toMatchObject({
      detail: 'The container engine does not print the log in time',
      hint: expect.stringContaining('docker logs --tail 5 winarena') as string,
    });
    vm.hang('logs', false);
    vm.containerSays('❯ Downloading Windows 11 Enterprise...\n');
    await untilRecovered('vm_unresponsive');
    await untilPhase('downloading');
    expect(client.errors()).toHaveLength(1);
  });

  it('that cannot be read beside two sessions is reported as well', async () => {
    const vm = await realVm();
    vm.lack('logs');
    vm.setSshd('MaxSessions 2');
    await vm.killSshd();
    await vm.startSshd();
    vm.containerUp();
    const { untilError, untilRecovered, untilPhase } = await watch(vm.config);
    expect((await untilError('vm_unresponsive')).detail).toContain('logging driver');
    vm.lack('logs', false);
    vm.containerSays('❯ Downloading Windows 11 Enterprise...\n');
    await untilRecovered('vm_unresponsive');
    await untilPhase('downloading');
  });
});

describe.skipIf(sshdPath === null)('a question that is never answered', () => {
  it('about the machine, because a disk hangs, is reported', async () => {
    const vm = await readyVm();
    const df = join(vm.dir, 'bin', 'df');
    writeFileSync(df, hangs, { mode: 0o755 });
    const { untilError, untilRecovered } = await watch(vm.config);
    const error = await untilError('vm_unresponsive');
    expect(error).toMatchObject({
      severity: 'critical',
      detail: 'No answer about its clock and disks.',
      hint: expect.stringContaining('uptime') as string,
    });
    rmSync(df);
    await untilRecovered('vm_unresponsive');
  });

  it('in the container, because docker exec hangs, is reported', async () => {
    const vm = await readyVm();
    vm.hang('exec');
    const { untilError, untilRecovered, untilPhase } = await watch(vm.config);
    const error = await untilError('vm_unresponsive');
    expect(error.detail).toBe('No answer about the processes and logs in the container.');
    // The shell on the VM ends a docker exec that hangs. sshd would leave each one behind.
    const isThroughHost = (): boolean => vm.leftovers().some((command) => command.startsWith('sleep 2147'));
    await until(isThroughHost, 'the shell on the VM opens the next one');
    vm.hang('exec', false);
    await untilRecovered('vm_unresponsive');
    await untilPhase('ready');
  });

  it('about the results, because their folder hangs, is reported, and the run is heard meanwhile', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const finds = ['bin', 'inside'].map((side) => join(vm.dir, side, 'find'));
    for (const find of finds) writeFileSync(find, hangs, { mode: 0o755 });
    const tasks = sampleRunByTask(Date.now());
    vm.runSays(tasks[0] ?? '');
    const { client, untilError, untilRecovered } = await watch(vm.config, {
      tempo: { wholeLookEveryMs: 900, resultsEveryMs: 1_000 },
    });
    const error = await untilError('vm_unresponsive');
    expect(error.detail).toBe('No answer about its result files.');
    vm.runSays(tasks[1] ?? '');
    await until(() => client.tasks().length >= 2, 'both tasks');
    for (const find of finds) rmSync(find);
    await untilRecovered('vm_unresponsive');
    expect(client.errors()).toHaveLength(1);
  });
});
