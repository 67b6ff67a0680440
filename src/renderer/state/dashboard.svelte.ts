/** The one store of the page: follows the stream, asks for what the stream does not tell, and keeps the time. */
import type { ProgressPayload } from '../../shared/stream.ts';
import { fetchRun, fetchVms } from './api.ts';
import {
  applyMessage,
  applyOpenErrors,
  applyRecord,
  applyVmNames,
  dismissProblem,
} from './apply.ts';
import { announcementOf, type Announcement } from './announcement.ts';
import { initialState, type DashboardState, type Link, type Problem, type StreamMessage } from './model.ts';
import { openStream, type StreamClient } from './stream-client.ts';

export interface Dashboard {
  readonly state: DashboardState;
  readonly link: Link;
  /** Epoch milliseconds by this browser's clock; moves every second. */
  readonly nowMs: number;
  /** The same by the server's clock, which is what the times of the stream are to be compared with. */
  readonly serverNowMs: number;
  /** What a screen reader is told. */
  readonly announcement: Announcement | null;
  readonly dismiss: (problem: Problem) => void;
  readonly start: () => void;
  readonly stop: () => void;
}

/** With a snapshot every second, this much silence means that nobody is there any more. */
const silentMs = 6000;
/** A silent connection is given up and made anew this often. */
const restartEveryMs = 10_000;

/** @param base where the server is */
export function createDashboard(base: URL): Dashboard {
  let state = $state.raw(initialState);
  let link = $state.raw<Link>({ kind: 'connecting', heardAtMs: null });
  let nowMs = $state(Date.now());
  let announcement = $state.raw<Announcement | null>(null);
  let stream: StreamClient | null = null;
  let clock: ReturnType<typeof setInterval> | undefined;
  let restartedAtMs = 0;
  /** VM and code of what was heard since the list of VMs was asked for. */
  let decided = new Set<string>();

  const decisionKey = (vm: string, code: string): string => JSON.stringify([vm, code]);

  async function loadVms(): Promise<void> {
    const decidedSince = new Set<string>();
    decided = decidedSince;
    const listings = await fetchVms(base);
    state = applyVmNames(
      state,
      listings.map((listing) => listing.name),
    );
    for (const { name, openErrors } of listings) {
      if (openErrors === null) continue;
      state = applyOpenErrors(state, name, openErrors, (code) => decidedSince.has(decisionKey(name, code)));
    }
  }

  async function loadRun({ vm, run_id: runId }: ProgressPayload): Promise<void> {
    state = applyRecord(state, vm, await fetchRun(base, runId));
  }

  /** A failed request needs no words of its own: it is made again with the next connection, whose loss is shown. */
  function inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      console.warn(error);
    });
  }

  function onMessages(messages: readonly StreamMessage[]): void {
    const heardAtMs = Date.now();
    const before = state;
    let isNewConnection = false;
    for (const message of messages) {
      state = applyMessage(state, message, heardAtMs);
      announcement = announcementOf(message) ?? announcement;
      if (message.event === 'problem' || message.event === 'recovered')
        decided.add(decisionKey(message.data.vm, message.data.code));
      if (message.event === 'connected') isNewConnection = true;
    }
    link = { kind: 'open', heardAtMs };
    nowMs = heardAtMs;
    if (isNewConnection) inBackground(loadVms());
    for (const { name, progress } of state.vms ?? []) {
      if (progress === null) continue;
      const known = before.vms?.find((vm) => vm.name === name)?.progress ?? null;
      if (isNewConnection || recordTag(known) !== recordTag(progress)) inBackground(loadRun(progress));
    }
  }

  function tick(): void {
    nowMs = Date.now();
    if (link.kind === 'open' && (state.vms?.length ?? 0) > 0 && nowMs - (link.heardAtMs ?? 0) > silentMs)
      link = { ...link, kind: 'lost' };
    const isSilent = nowMs - Math.max(link.heardAtMs ?? 0, restartedAtMs) > restartEveryMs;
    if (link.kind === 'lost' && isSilent) {
      restartedAtMs = nowMs;
      stream?.restart();
    }
  }

  return {
    get state() {
      return state;
    },
    get link() {
      return link;
    },
    get nowMs() {
      return nowMs;
    },
    get serverNowMs() {
      return nowMs + state.clockOffsetMs;
    },
    get announcement() {
      return announcement;
    },
    dismiss(problem) {
      state = dismissProblem(state, problem);
    },
    start() {
      if (stream !== null) return;
      clock = setInterval(tick, 1000);
      stream = openStream({
        base,
        onMessages,
        // Told by the first message, which follows at once.
        onOpen: () => undefined,
        onLost() {
          link = { ...link, kind: 'lost' };
        },
      });
    },
    stop() {
      clearInterval(clock);
      stream?.close();
      stream = null;
    },
  };
}

/** When this changes, the record of the run says more than before: its arguments and plan are known, or how it ended. */
function recordTag(progress: ProgressPayload | null): string {
  if (progress === null) return '';
  return JSON.stringify([progress.run_id, progress.state, progress.max_steps, progress.total_tasks]);
}
