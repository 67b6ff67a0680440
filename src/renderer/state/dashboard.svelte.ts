/** The one store of the page: follows the stream, reads the recorded results of runs, and keeps the time. */
import type { StreamMessage } from '../../shared/stream-message.ts';
import type { ProgressPayload } from '../../shared/stream.ts';
import { fetchRun } from './api.ts';
import { applyMessage, applyRecord, dismissProblem } from './apply.ts';
import { announcementOf, type Announcement } from './announcement.ts';
import { bridge } from './bridge.ts';
import { isRecordStale } from './stale-record.ts';
import { initialState, type DashboardState, type Link, type ShownError } from './model.ts';
import { openSharedStream } from './shared-stream.ts';
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
  readonly dismiss: (problem: ShownError) => void;
  readonly start: () => void;
  readonly stop: () => void;
}

/** With a snapshot every second, this much silence means that nobody is there any more. */
const silentMs = 6000;
/** How often a connection that stays silent is given up and made anew. */
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

  async function loadRun({ vm, run_id: runId }: ProgressPayload): Promise<void> {
    // Not in one expression: `state` would be read before the wait, and what is heard meanwhile would be lost.
    const record = await fetchRun(base, runId);
    state = applyRecord(state, vm, record);
  }

  /** A failed request needs no words of its own: it is made again, and the loss of the connection is shown. */
  function inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      console.warn(error);
    });
  }

  function onMessages(messages: readonly StreamMessage[], heardAtMs: number): void {
    const before = state;
    let isNewConnection = false;
    for (const message of messages) {
      state = applyMessage(state, message, heardAtMs);
      announcement = announcementOf(message) ?? announcement;
      if (message.event === 'connected') isNewConnection = true;
    }
    if (link.kind === 'lost') announcement = { urgency: 'polite', text: 'Connected to BenchTray again' };
    link = { kind: 'open', heardAtMs };
    nowMs = Date.now();
    for (const { name, progress } of state.vms ?? []) {
      if (progress === null) continue;
      const known = before.vms?.find((vm) => vm.name === name)?.progress ?? null;
      if (isNewConnection || isRecordStale(known, progress, messages)) inBackground(loadRun(progress));
    }
  }

  function loseLink(): void {
    if (link.kind === 'open') announcement = { urgency: 'assertive', text: 'Connection to BenchTray lost' };
    link = { ...link, kind: 'lost' };
  }

  function tick(): void {
    nowMs = Date.now();
    const silentForMs = nowMs - Math.max(link.heardAtMs ?? 0, restartedAtMs);
    const expectsSnapshots = (state.vms?.length ?? 0) > 0;
    if (link.kind === 'open' && expectsSnapshots && silentForMs > silentMs) loseLink();
    if (link.kind === 'lost' && silentForMs > restartEveryMs) {
      restartedAtMs = nowMs;
      stream?.restartIfSilent();
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
      // The app has one window, whose own scheme is not where the server is.
      stream = (bridge === null ? openSharedStream : openStream)({
        base,
        onMessages,
        onLost: loseLink,
      });
    },
    stop() {
      clearInterval(clock);
      stream?.close();
      stream = null;
    },
  };
}
