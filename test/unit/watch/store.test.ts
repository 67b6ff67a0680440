/** The store of a VM: which listener is called when, and in which order. */
import { describe, expect, it } from 'vitest';
import { createVmStore } from '../../../src/main/engine/watch/store.ts';
import { stateOf, storeOf } from './states.ts';

describe('a store', () => {
  it('keeps the facts that an update does not name', () => {
    const store = storeOf({ checkedAtMs: 7 });
    store.update({ isBehind: false });
    expect(store.get()).toMatchObject({ checkedAtMs: 7, isBehind: false });
  });

  it('calls every listener for each update with the state before it, in the order of the updates', () => {
    const store = storeOf({ logLooks: 0 });
    const heard: string[] = [];
    store.subscribe((state, before) => {
      heard.push(`first ${before.logLooks}-${state.logLooks}`);
      if (state.logLooks === 1) store.update({ logLooks: 2 });
    });
    store.subscribe((state, before) => heard.push(`second ${before.logLooks}-${state.logLooks}`));
    store.update({ logLooks: 1 });
    expect(heard).toEqual(['first 0-1', 'second 0-1', 'first 1-2', 'second 1-2']);
  });

  it('shows the update of a listener to the next listeners at once', () => {
    const store = storeOf();
    const seen: (number | null)[] = [];
    store.subscribe((state) => {
      if (state.checkedAtMs === null) store.update({ checkedAtMs: 5 });
    });
    store.subscribe(() => seen.push(store.get().checkedAtMs));
    store.update({ isBehind: false });
    expect(seen).toEqual([5, 5]);
  });

  it('counts an update and the immediate responses to it as one step', () => {
    const store = storeOf({ logLooks: 0 });
    const steps: number[] = [];
    store.onStep(({ logLooks }) => steps.push(logLooks));
    store.subscribe(({ logLooks }) => {
      if (logLooks % 10 !== 0) store.update({ logLooks: logLooks + 9 });
    });
    store.update({ logLooks: 1 });
    store.update({ logLooks: 11 });
    expect(steps).toEqual([10, 20]);
  });

  it('makes a separate step of the response to a step', () => {
    const store = storeOf({ logLooks: 0 });
    const steps: number[] = [];
    store.onStep(({ logLooks }) => {
      steps.push(logLooks);
      if (logLooks === 1) store.update({ logLooks: 2 });
    });
    store.update({ logLooks: 1 });
    expect(steps).toEqual([1, 2]);
  });

  it('calls no listener after its signal has aborted', () => {
    const store = storeOf();
    const ending = new AbortController();
    let count = 0;
    store.subscribe(() => (count += 1), ending.signal);
    store.onStep(() => (count += 1), ending.signal);
    store.update({ isBehind: false });
    ending.abort();
    store.subscribe(() => (count += 1), ending.signal);
    store.update({ isBehind: true });
    expect(count).toBe(2);
  });

  it('goes on when a listener throws, and reports it', () => {
    const faults: unknown[] = [];
    const store = createVmStore(stateOf(), (error) => faults.push(error));
    let count = 0;
    store.subscribe(() => {
      throw new Error('a fault');
    });
    store.subscribe(() => (count += 1));
    store.update({ isBehind: false });
    store.update({ isBehind: true });
    expect([faults.length, count]).toEqual([2, 2]);
  });
});
