import type { ProgressPayload, RunOutcome, StatusPayload } from '../../../shared/stream.ts';
import type { StreamMessage } from '../../client/index.ts';

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost'; readonly reason: string };

export interface WatchedVm {
  readonly status: StatusPayload | null;
  readonly progress: ProgressPayload | null;
  /** When `progress` came, epoch milliseconds: its times go on from there. */
  readonly progressAtMs: number;
}

/**
 * `--until-end` waits for these runs: those that were on at first sight, or else the next one to start. No run joins once
 * one of them has ended, so that a machine which is never idle does not keep the command for ever.
 */
export interface AwaitedRun {
  readonly runId: string;
  readonly vm: string;
  /** `unknown`: it gave way to another run while nobody was connected, so that its end was not seen. */
  readonly outcome: 'on' | 'finished' | 'crashed' | 'interrupted' | 'unknown';
}

/** All that `watch` knows, as a value. */
export interface WatchState {
  readonly connection: Connection;
  /** In the order in which they were first seen. */
  readonly vms: ReadonlyMap<string, WatchedVm>;
  readonly awaited: readonly AwaitedRun[];
}

export const initialState: WatchState = { connection: { kind: 'connecting' }, vms: new Map(), awaited: [] };

const unseen: WatchedVm = { status: null, progress: null, progressAtMs: 0 };

/** What is known after a message that came at `nowMs`. */
export function afterMessage(state: WatchState, message: StreamMessage, nowMs: number): WatchState {
  switch (message.event) {
    case 'connected':
      return { ...state, connection: { kind: 'open' } };
    case 'status':
      return withVm(state, message.data.vm, { status: message.data });
    case 'progress': {
      const awaited = awaitedAfter(state, message.data);
      return { ...withVm(state, message.data.vm, { progress: message.data, progressAtMs: nowMs }), awaited };
    }
    case 'task_complete':
    case 'problem':
    case 'recovered':
      return state;
  }
}

function withVm(state: WatchState, name: string, change: Partial<WatchedVm>): WatchState {
  return { ...state, vms: new Map(state.vms).set(name, { ...unseen, ...state.vms.get(name), ...change }) };
}

export const isOn = (outcome: RunOutcome): boolean => outcome === 'running' || outcome === 'stalled';

function awaitedAfter(
  { vms, awaited }: WatchState,
  { vm, run_id: runId, state }: ProgressPayload,
): readonly AwaitedRun[] {
  const outcome = state === 'running' || state === 'stalled' ? 'on' : state;
  const known = awaited.some((run) => run.runId === runId);
  const updated = awaited.map((run): AwaitedRun => {
    if (run.runId === runId) return run.outcome === 'on' ? { ...run, outcome } : run;
    // A VM has one newest run: when another stands in its place, this one is over.
    return run.vm === vm && run.outcome === 'on' ? { ...run, outcome: 'unknown' } : run;
  });
  if (known || updated.some((run) => run.outcome !== 'on')) return updated;
  const before = vms.get(vm)?.progress ?? null;
  const endedBeforeWeCame = outcome !== 'on' && (before === null || before.run_id === runId);
  return endedBeforeWeCame ? updated : [...updated, { runId, vm, outcome }];
}

/** True when every awaited run has ended, and there was one. */
export function hasEnded({ awaited }: WatchState): boolean {
  return awaited.length > 0 && awaited.every((run) => run.outcome !== 'on');
}
