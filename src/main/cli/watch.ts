import { withOptionalLog, type CommonOptions } from './common-options.ts';
import { terminalTexts } from '../../shared/terminal-text.ts';
import type { CliIo } from './io.ts';
import { followStream } from '../engine/client/index.ts';
import { readAnswerJson } from '../engine/common/read-answer-json.ts';
import { afterKey, noChoice, type Choice } from './watch/choice.ts';
import { completed } from './watch/completed.ts';
import { jsonScreen, lineScreen, liveScreen, type Screen } from './watch/screen.ts';
import {
  afterLoss,
  afterMessage,
  hasEnded,
  initialState,
  type AwaitedRun,
  type WatchState,
} from './watch/state.ts';
import { namedVms } from './watch/view.ts';
import { streamUrl } from './watch/stream-url.ts';

export interface WatchOptions extends CommonOptions {
  readonly url: string;
  readonly json?: boolean;
  readonly untilEnd?: boolean;
}

const refreshEveryMs = 1000;
/** Many messages may come at once, as after a reconnect: one picture is enough for them. */
const refreshWithinMs = 50;

/**
 * Shows the stream of a running BenchTray until a signal or, with `untilEnd`, the end of the run. Gives the exit code:
 * with `untilEnd` 1 where a run ended badly, or where a signal came before its end.
 */
export async function runWatch(options: WatchOptions, io: CliIo): Promise<number> {
  const url = streamUrl(options.url);
  return withOptionalLog(options, async (log) => {
    const screen = chooseScreen(options, io);
    let state: WatchState = initialState;
    const listenToKeys = screen.hasKeys ? io.keys : null;
    let choice: Choice | null = listenToKeys === null ? null : noChoice;
    let due: NodeJS.Timeout | null = null;
    const refresh = () => {
      if (due !== null) clearTimeout(due);
      due = null;
      screen.refresh(state, Date.now(), choice);
    };
    const refreshSoon = () => {
      due ??= setTimeout(refresh, refreshWithinMs);
    };
    const timer = setInterval(refreshSoon, refreshEveryMs);
    const end = Promise.withResolvers<'stopped' | 'run ended'>();
    const onStop = () => {
      end.resolve('stopped');
    };
    io.stop.addEventListener('abort', onStop, { once: true });
    if (io.stop.aborted) onStop();

    const stopListening = listenToKeys?.((key) => {
      const next = afterKey(
        choice ?? noChoice,
        key,
        namedVms(state).map(({ name }) => name),
      );
      if (next === 'quit') onStop();
      else {
        choice = next;
        refresh();
      }
    });

    const following = followStream({
      url,
      onMessage(message) {
        // The read that ended the run may hold later events. They happened after the end.
        if (options.untilEnd === true && hasEnded(state)) return;
        const nowMs = Date.now();
        const before = state;
        const whole = completed(message);
        if (whole === null) {
          log.warn({ event: message.event }, 'an event does not say what it is about');
          return;
        }
        state = afterMessage(state, terminalTexts(whole), nowMs);
        // For a program, nothing is added to what came.
        screen.message(options.json === true ? message : whole, before, nowMs);
        refreshSoon();
        if (options.untilEnd === true && hasEnded(state)) end.resolve('run ended');
      },
      onLost(reason) {
        log.warn({ reason }, 'not connected');
        state = afterLoss(state, reason, Date.now());
        screen.lost(reason);
        refreshSoon();
      },
    });
    refresh();
    try {
      const why = await end.promise;
      if (options.untilEnd !== true) return 0;
      if (why === 'stopped') return 1;
      const outcomes = await Promise.all(state.awaited.map((run) => runOutcome(run, url)));
      return outcomes.every((outcome) => outcome === 'finished') ? 0 : 1;
    } finally {
      clearInterval(timer);
      io.stop.removeEventListener('abort', onStop);
      stopListening?.();
      following.close();
      refresh();
      screen.close();
    }
  });
}

function chooseScreen({ json }: WatchOptions, io: CliIo): Screen {
  if (json === true) return jsonScreen(io);
  return io.stdout.isTTY === true ? liveScreen(io) : lineScreen(io);
}

/** Returns how a run ended. If its end was missed, this asks the server's history. Null: it is not known. */
async function runOutcome({ runId, outcome }: AwaitedRun, url: URL): Promise<string | null> {
  if (outcome !== 'unknown') return outcome;
  const address = new URL(`/api/runs/${encodeURIComponent(runId)}`, url);
  const key = url.searchParams.get('api_key');
  if (key !== null) address.searchParams.set('api_key', key);
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(5000) });
    if (!response.ok) return null;
    const run = (await readAnswerJson(response)) as { readonly state?: unknown };
    return typeof run.state === 'string' ? run.state : null;
  } catch {
    return null;
  }
}
