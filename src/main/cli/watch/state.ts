import {
  openErrorsIn,
  stateCodes,
  type ErrorPayload,
  type ProgressPayload,
  type RunOutcome,
  type StatusPayload,
} from '../../../shared/stream.ts';
import type { StreamMessage } from '../../engine/client/index.ts';

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** Epoch milliseconds. */
  | { readonly kind: 'lost'; readonly reason: string; readonly sinceMs: number };

export interface WatchedVm {
  readonly status: StatusPayload | null;
  readonly progress: ProgressPayload | null;
  /** When `progress` came, epoch milliseconds: its times go on from there. */
  readonly progressAtMs: number;
  /** Errors that have not recovered. */
  readonly problems: readonly ErrorPayload[];
}

export interface NamedVm extends WatchedVm {
  readonly name: string;
  /** The connection to BenchTray is lost, so everything here may be old. */
  readonly isLost: boolean;
}

/**
 * `--until-end` waits for these runs: those that were on at first sight, or else the next one to start. No run joins once
 * one of them has ended, so that a machine which is never idle does not keep the command for ever.
 */
export interface AwaitedRun {
  readonly runId: string;
  readonly vm: string;
  /** `unknown`: its end was not seen, because another run took its place meanwhile or its VM is not watched any more. */
  readonly outcome: 'on' | 'finished' | 'crashed' | 'interrupted' | 'unknown';
}

/** All that `watch` knows, as a value. */
export interface WatchState {
  readonly connection: Connection;
  /** When the server was last heard, epoch milliseconds; null before the first time. */
  readonly heardAtMs: number | null;
  /** The VMs that the server watches; null before it named them. An older server never does. */
  readonly vmNames: readonly string[] | null;
  /** The VMs that were seen and are still watched, in the order of the first sight. */
  readonly vms: ReadonlyMap<string, WatchedVm>;
  readonly awaited: readonly AwaitedRun[];
}

export const initialState: WatchState = {
  connection: { kind: 'connecting' },
  heardAtMs: null,
  vmNames: null,
  vms: new Map(),
  awaited: [],
};

const unseen: WatchedVm = { status: null, progress: null, progressAtMs: 0, problems: [] };
const lasting: ReadonlySet<string> = new Set(stateCodes);

/** Returns what is known after a message that came at `nowMs`. */
export function afterMessage(state: WatchState, message: StreamMessage, nowMs: number): WatchState {
  return { ...afterNews(state, message, nowMs), heardAtMs: nowMs };
}

/** Returns what is known after the connection failed. The time of the first failure stays. */
export function afterLoss(state: WatchState, reason: string, nowMs: number): WatchState {
  const { connection } = state;
  const sinceMs = connection.kind === 'lost' ? connection.sinceMs : nowMs;
  return { ...state, connection: { kind: 'lost', reason, sinceMs } };
}

function afterNews(state: WatchState, message: StreamMessage, nowMs: number): WatchState {
  switch (message.event) {
    case 'connected': {
      const open: WatchState = { ...state, connection: { kind: 'open' } };
      // The server may have a new journal. It sends snapshots only of runs that it knows, and they follow at once.
      return message.data.gap === true ? withoutRuns(open) : open;
    }
    case 'vms':
      return withVms(
        state,
        message.data.vms.map(({ name }) => name),
      );
    case 'status':
      return withVm(state, message.data.vm, {
        status: message.data,
        problems: openErrorsIn(message.data) ?? problemsOf(state, message.data.vm),
      });
    case 'progress': {
      const awaited = awaitedAfter(state, message.data);
      return { ...withVm(state, message.data.vm, { progress: message.data, progressAtMs: nowMs }), awaited };
    }
    case 'problem': {
      const { data } = message;
      // The journal also has VMs that nobody watches any more.
      if (!lasting.has(data.code) || !state.vms.has(data.vm)) return state;
      const others = problemsOf(state, data.vm).filter(({ code }) => code !== data.code);
      return withVm(state, data.vm, { problems: [...others, data] });
    }
    case 'recovered': {
      const { vm, code } = message.data;
      if (!state.vms.has(vm)) return state;
      return withVm(state, vm, { problems: problemsOf(state, vm).filter((known) => known.code !== code) });
    }
    case 'task_complete':
      return state;
  }
}

export function problemsOf({ vms }: WatchState, vm: string): readonly ErrorPayload[] {
  return vms.get(vm)?.problems ?? [];
}

function withoutRuns(state: WatchState): WatchState {
  const vms = Array.from(state.vms, ([name, { status }]) => [name, { ...unseen, status }] as const);
  return { ...state, vms: new Map(vms) };
}

/** Forgets VMs that are not watched any more. The end of a run on one of them will not be seen. */
function withVms(state: WatchState, vmNames: readonly string[]): WatchState {
  const awaited = state.awaited.map((run): AwaitedRun =>
    run.outcome === 'on' && !vmNames.includes(run.vm) ? { ...run, outcome: 'unknown' } : run,
  );
  return {
    ...state,
    vmNames,
    vms: new Map([...state.vms].filter(([name]) => vmNames.includes(name))),
    awaited,
  };
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
