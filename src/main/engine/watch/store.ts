/** Holds all that is known of a VM. Sources update it, and see each other's facts only through it. */
import type { VmState } from './state.ts';

/** @param before the state before this update */
export type Listener = (state: VmState, before: VmState) => void;

export interface VmStore {
  readonly get: () => VmState;
  /** Applies a patch. Before the outermost `update` returns, the store calls the listeners for each update, in order. */
  readonly update: (patch: Partial<VmState>) => void;
  /** Calls `listener` after each update, until the signal aborts. */
  readonly subscribe: (listener: Listener, signal?: AbortSignal) => void;
  /** Calls `listener` once after each step: an update, and all updates that listeners made in response. */
  readonly onStep: (listener: (state: VmState) => void, signal?: AbortSignal) => void;
}

/** Returns a store. @param onFault called with what a listener throws; the other listeners are still called */
export function createVmStore(first: VmState, onFault: (error: unknown) => void): VmStore {
  const listeners = new Set<Listener>();
  const stepListeners = new Set<(state: VmState) => void>();
  const waiting: { readonly state: VmState; readonly before: VmState }[] = [];
  let state = first;
  let isTelling = false;

  function guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      onFault(error);
    }
  }

  function tellUpdates(): void {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { state: after, before } = next;
      for (const listener of listeners) guarded(() => listener(after, before));
    }
  }

  function add<T>(set: Set<T>, entry: T, signal: AbortSignal | undefined): void {
    if (signal?.aborted === true) return;
    set.add(entry);
    signal?.addEventListener('abort', () => set.delete(entry), { once: true });
  }

  return {
    get: () => state,
    update(patch) {
      const before = state;
      state = { ...state, ...patch };
      waiting.push({ state, before });
      if (isTelling) return;
      isTelling = true;
      // A step listener may update the store as well: that is a step of its own.
      while (waiting.length > 0) {
        tellUpdates();
        for (const listener of stepListeners) guarded(() => listener(state));
      }
      isTelling = false;
    },
    subscribe: (listener, signal) => add(listeners, listener, signal),
    onStep: (listener, signal) => add(stepListeners, listener, signal),
  };
}
