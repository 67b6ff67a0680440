import { createLogUpdate } from 'log-update';
import { terminalTexts } from '../../../shared/terminal-text.ts';
import { paintFor, say, sayPainted, type CliIo, type Output } from '../io.ts';
import type { Choice } from './choice.ts';
import { isRunNews, messageLines, timeText } from './format.ts';
import type { StreamMessage } from '../../engine/client/index.ts';
import { plainText } from '../../../shared/plain-text.ts';
import type { WatchState } from './state.ts';
import { renderView } from './view.ts';

/** One of the three ways in which `watch` shows things. */
export interface Screen {
  /** Whether keys of the terminal change what it shows. */
  readonly hasKeys: boolean;
  /** Shows a message; `before` is what was known until it came. */
  message(message: StreamMessage, before: WatchState, nowMs: number): void;
  /** Shows what is known now; called after every message and every second. */
  refresh(state: WatchState, nowMs: number, choice: Choice | null): void;
  /** The connection was lost, or could not be made. */
  lost(reason: string): void;
  close(): void;
}

const nothing = (): void => undefined;

/** Every event as one line of JSON, for programs. */
export function jsonScreen({ stdout, stderr }: CliIo): Screen {
  return {
    hasKeys: false,
    message: (message) => {
      say(stdout, messageJson(message));
    },
    refresh: nothing,
    lost: lostLines(stderr),
    close: nothing,
  };
}

/** One line for everything that is new, for files and pipes. */
export function lineScreen({ stdout, stderr, env }: CliIo): Screen {
  const paint = paintFor(env, stdout);
  return {
    hasKeys: false,
    message(message, before, nowMs) {
      for (const line of messageLines(before, terminalTexts(message), nowMs, paint)) sayPainted(stdout, line);
    },
    refresh: nothing,
    lost: lostLines(stderr),
    close: nothing,
  };
}

/** A view that is redrawn in place, with results, errors and ends of runs scrolling away above it. */
export function liveScreen({ stdout, env }: CliIo): Screen {
  const paint = paintFor(env, stdout);
  const live = createLogUpdate(stdout as NodeJS.WritableStream);
  let scrolling: readonly string[] = [];
  return {
    hasKeys: true,
    message(message, before, nowMs) {
      if (isWorthALine(message, before))
        scrolling = [...scrolling, ...messageLines(before, terminalTexts(message), nowMs, paint)];
    },
    refresh(state, nowMs, choice) {
      const size = { columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 };
      // Both at once: the view would vanish for a moment between a line and the next refresh.
      if (scrolling.length > 0) live.persist(scrolling.join('\n'));
      scrolling = [];
      live(renderView(state, nowMs, size, paint, choice));
    },
    // The view says it.
    lost: nothing,
    close: () => {
      live.done();
    },
  };
}

/** The view shows snapshots, but a run that began or ended while somebody watched is worth a line that stays. */
function isWorthALine(message: StreamMessage, before: WatchState): boolean {
  if (message.event === 'status') return false;
  if (message.event !== 'progress') return true;
  const known = before.vms.get(message.data.vm)?.progress ?? null;
  return known !== null && isRunNews(known, message.data);
}

/** The same reason is told once, not on every attempt. */
function lostLines(stderr: Output): (reason: string) => void {
  let told: string | null = null;
  return (reason) => {
    if (reason === told) return;
    told = reason;
    say(stderr, `${timeText(Date.now())} not connected: ${plainText(reason)}; trying again`);
  };
}

/** One line of JSON. Control characters that JSON lets through raw are escaped, since this may land on a terminal. */
export function messageJson({ event, id, data }: StreamMessage): string {
  return JSON.stringify({ event, id, data }).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
