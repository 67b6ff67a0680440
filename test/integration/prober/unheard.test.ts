/** A VM that is not heard: its figures stand still and say as of when, and what cannot be known is not called off. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BackgroundTask } from '../../../src/shared/background-task.ts';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch, type Watched } from './watched.ts';

const tasksOf = async ({ monitor }: Watched): Promise<BackgroundTask[]> =>
  (await (await fetch(`${monitor.url}/api/tasks`)).json()) as BackgroundTask[];

describe.skipIf(sshdPath === null)('a VM that is not heard any more', () => {
  it('has its figures stand still, with the time that they are of, also after a restart', async () => {
    const vm = await readyVm();
    const config = { ...vm.config, pricePerHour: 0.23 };
    const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-data-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    const first = await watch(config, { dataDir });
    await first.untilPhase('ready');
    await vm.startRunner();
    vm.runSays(sampleRunByTask(Date.now()).slice(0, 5).join(''));
    await until(() => first.client.tasks().length >= 5, 'five tasks');
    await until(() => first.status()?.cost?.unknown === false, 'the cost is known');
    const live = await until(() => first.client.progress(), 'the run');
    expect(live.as_of).toBeNull();
    expect(first.status()?.as_of).toBeNull();

    await vm.killSshd();
    await first.untilPhase('unknown');
    const frozen = await until(() => {
      const shown = first.client.progress();
      return shown?.as_of != null && shown;
    }, 'the run stands still');
    expect(frozen).toMatchObject({ state: 'running', eta_seconds: null });
    const before = first.client.received.length;
    await until(() => first.client.received.length > before + 4, 'two more intervals');
    expect(first.client.progress()).toEqual(frozen);
    const status = first.status();
    expect(status).toMatchObject({
      ...{ connected: false, as_of: frozen.as_of },
      cost: { per_hour_usd: 0.23, unknown: true },
    });
    for (const task of await tasksOf(first)) expect(task.metadata['as_of']).toBe(frozen.as_of);
    await first.close();

    const second = await watch(config, { dataDir });
    const shown = await until(() => second.client.progress(), 'the run, from the journal');
    expect(shown).toMatchObject({
      ...{ run_id: frozen.run_id, state: 'running', started_at: frozen.started_at },
      ...{ eta_seconds: null, as_of: frozen.as_of },
    });
    // Each start of BenchTray measures anew how far the clock of the log is from its own, and rounds.
    expect(Math.abs(shown.elapsed_seconds - frozen.elapsed_seconds)).toBeLessThanOrEqual(1);
    expect(second.status()).toMatchObject({
      ...{ checked_at: status?.checked_at, as_of: status?.as_of },
      cost: { per_hour_usd: 0.23, unknown: true },
    });
    await vm.startSshd();
    await until(() => second.client.progress()?.as_of === null, 'the run is heard again');
    await until(() => second.status()?.as_of === null, 'the VM is heard again');
  });

  it('is unknown, not offline, where the key file is missing here', async () => {
    const vm = await readyVm();
    const { client, status, ...watched } = await watch({
      ...vm.config,
      ssh: { ...vm.config.ssh, privateKey: '/nowhere/id_missing' },
    });
    await until(() => status()?.detail.reason != null, 'the reason');
    expect(status()).toMatchObject({
      ...{ phase: 'unknown', connected: false },
      detail: {
        text: 'Unknown: The key file /nowhere/id_missing does not exist',
        reason: 'The key file /nowhere/id_missing does not exist.',
      },
    });
    const [machine] = await tasksOf({ client, status, ...watched });
    expect(machine).toMatchObject({ phase: 'unknown', description: status()?.detail.text });
  });
});
