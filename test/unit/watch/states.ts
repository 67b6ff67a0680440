/** States of a VM to start a test from, and stores with them. */
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { newRun } from '../../../src/main/engine/run/run-birth.ts';
import type { RunState } from '../../../src/main/engine/run/index.ts';
import { firstState, type VmState } from '../../../src/main/engine/watch/state.ts';
import { createVmStore, type VmStore } from '../../../src/main/engine/watch/store.ts';

/** Returns the state before the first answer, with an empty journal. */
export function stateOf(known: Partial<VmState> = {}): VmState {
  const config = known.config ?? makeVmConfig({ name: 'vm', ssh: { host: '127.0.0.1' } });
  const nothing = { heard: () => null, latestFollow: () => null, openConditions: () => [] };
  return { ...firstState(config, nothing), ...known };
}

/** Returns a store that throws what a listener throws. */
export function storeOf(known: Partial<VmState> = {}): VmStore {
  return createVmStore(stateOf(known), (error) => {
    throw error;
  });
}

/** Returns a run that began at this time. */
export function runFrom(startedAt: number, changes: Partial<RunState> = {}): RunState {
  const begun = { type: 'run_started', at: startedAt, dialect: 'waa', key: 'a' } as const;
  return { ...newRun('run-1', begun), totalTasks: 5, ...changes };
}
