/** How Azure's answers get into the store. */
import { describe, expect, it } from 'vitest';
import type { Azure, AzureAnswer, AzureFacts, AzureProblem } from '../../../src/main/engine/azure/index.ts';
import { makeVmConfig, type VmConfig } from '../../../src/main/engine/config/index.ts';
import { CloudSource } from '../../../src/main/engine/watch/cloud/cloud-source.ts';
import { azureId, unaskedCloud } from '../../../src/main/engine/watch/cloud/cloud-sight.ts';
import type { VmState } from '../../../src/main/engine/watch/state.ts';
import { until } from '../../support/wait.ts';
import { sourceTools, startSource } from './tools.ts';

const facts: AzureFacts = {
  ...{ powerState: 'running', provisioningState: 'succeeded', provisioningError: null },
  ...{ address: '20.1.2.3', size: 'Standard_D4ds_v5', location: 'westus2' },
  ...{ runningSinceMs: 0, checkedAtMs: 0 },
};
const azure = {
  subscriptionId: '11111111-2222-3333-4444-555555555555',
  ...{ resourceGroup: 'rg', vmName: 'vm-1' },
};
const problem: AzureProblem = {
  ...{ kind: 'unavailable', code: 'azure_unavailable', message: 'It does not answer.' },
  ...{ detail: '', hint: '', retryAfterMs: null },
};

function watched(change: Partial<Parameters<typeof makeVmConfig>[0]> = {}) {
  const config: VmConfig = makeVmConfig({ name: 'vm', azure, ...change });
  const asked = { count: 0, answer: { ok: true, value: facts } as AzureAnswer<AzureFacts> };
  const stand: Azure = {
    look() {
      asked.count += 1;
      return Promise.resolve(asked.answer);
    },
    listVms: () => Promise.resolve({ ok: true, value: [] }),
  };
  const source = new CloudSource({ ...sourceTools({ config }), azure: stand, azureFastestMs: 10 });
  const up = { ssh: { kind: 'up' }, contact: {} as VmState['contact'] } as const;
  const { store } = startSource(source, { config, cloud: unaskedCloud(config, null), ...up });
  return { store, asked };
}

describe('a VM in Azure', () => {
  it('is asked about, and priced by its size or else by the configuration', async () => {
    const { store } = watched();
    await until(() => store.get().cloud?.facts ?? null, 'an answer');
    expect(store.get().cloud).toMatchObject({ facts, problem: null, misses: 0 });
    expect(store.get().cloud?.perHourUsd).toBeGreaterThan(0);
    const priced = watched({ pricePerHour: 7 });
    await until(() => priced.store.get().cloud?.facts ?? null, 'an answer');
    expect(priced.store.get().cloud?.perHourUsd).toBe(7);
  });

  it('is asked about again when its connection is lost, and missed answers are counted', async () => {
    const { store, asked } = watched();
    await until(() => store.get().cloud?.facts ?? null, 'an answer');
    asked.answer = { ok: false, problem };
    store.update({ contact: null, ssh: { kind: 'blinking' } });
    await until(() => store.get().cloud?.problem ?? null, 'a miss');
    expect(store.get().cloud?.misses).toBeGreaterThan(0);
    expect(store.get().cloud).toMatchObject({ facts, problem });
  });

  it('is gone once Azure finds it no more, until when it was last heard, and back when it is found again', async () => {
    const missing = { ...problem, kind: 'not_found', isVmMissing: true } as const;
    const { store, asked } = watched();
    asked.answer = { ok: false, problem: missing };
    await until(() => (store.get().cloud?.misses ?? 0) >= 2, 'Azure never knew it');
    expect(store.get().cloud).toMatchObject({ seen: null, gone: null });
    asked.answer = { ok: true, value: { ...facts, isSpot: true, checkedAtMs: 5_000 } };
    await until(() => store.get().cloud?.facts ?? null, 'an answer');
    expect(store.get().cloud).toMatchObject({ seen: { atMs: 5_000, isSpot: true }, gone: null });
    store.update({ heard: { runMs: 7_000, wallMs: 7_000 } });
    asked.answer = { ok: false, problem };
    await until(() => store.get().cloud?.problem ?? null, 'a miss');
    expect(store.get().cloud?.gone).toBeNull();
    asked.answer = { ok: false, problem: missing };
    await until(() => store.get().cloud?.gone ?? null, 'it is gone');
    expect(store.get().cloud?.gone).toEqual({ untilMs: 7_000 });
    asked.answer = { ok: true, value: facts };
    await until(() => store.get().cloud?.gone === null, 'it is back');
  });
});

describe('what an earlier process knew of a VM in Azure', () => {
  const heard = { at: 9_000, cost: null, azure: { id: '', isSpot: true, size: 'Standard_D8ds_v5' } };

  it('counts for the VM that is configured', () => {
    const of = (name: string, id: string) => {
      const config = makeVmConfig({ name: 'vm', azure: { ...azure, vmName: name } });
      return unaskedCloud(config, { ...heard, azure: { ...heard.azure, id } })?.seen;
    };
    expect(of('vm-1', azureId(azure))).toEqual({ atMs: 9_000, isSpot: true, size: 'Standard_D8ds_v5' });
    // Azure takes upper and lower case for the same.
    expect(of('VM-1', azureId(azure))).toEqual({ atMs: 9_000, isSpot: true, size: 'Standard_D8ds_v5' });
    expect(of('vm-2', azureId(azure))).toBeNull();
    expect(unaskedCloud(makeVmConfig({ name: 'vm', azure }), { at: 9_000, cost: null })?.seen).toBeNull();
  });
});

it('a VM that is not in Azure is not asked about', () => {
  const { store, asked } = watched({ azure: null, ssh: { host: '127.0.0.1' } });
  expect([store.get().cloud, asked.count]).toEqual([null, 0]);
});
