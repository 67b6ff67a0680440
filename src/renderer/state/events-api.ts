/** Reads what happened in the time of a run. */
import type { ErrorCode, Severity } from '../../shared/stream.ts';
import type { Answer } from './answer.ts';
import { askJson } from './api.ts';

interface Lasting {
  readonly began_at: string | null;
  readonly ended_at: string | null;
  /** It has no end yet. */
  readonly lasts: boolean;
}

/** An error of the VM, until it recovered. */
export interface ErrorEvent extends Lasting {
  readonly kind: 'error';
  readonly code: ErrorCode;
  readonly severity: Severity;
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
  readonly recovered: string | null;
  readonly lasted_seconds: number | null;
}

/** BenchTray did not hear the VM. */
export interface SilenceEvent extends Lasting {
  readonly kind: 'silence';
  readonly why: 'not_running' | 'no_answer';
}

export interface RunMarkEvent extends Lasting {
  readonly kind: 'run';
  readonly what: 'started' | 'restarted' | 'ended';
  readonly state: string;
  readonly message: string | null;
}

export type RunEvent = ErrorEvent | SilenceEvent | RunMarkEvent;

/** All but the tasks, which are in the record of the run. */
export interface RunEvents {
  readonly from: string | null;
  readonly to: string | null;
  /** Errors that began before this time may be missing; null: all are known. */
  readonly errors_from: string | null;
  /** How many there are, also beyond those that are here. */
  readonly total: number;
  readonly events: readonly RunEvent[];
}

interface EventsPage extends RunEvents {
  /** Offset of the next page; null: this is the last one. Missing: a server of an early version has no pages. */
  readonly next?: number | null;
}

/** As many as one answer has. */
const eventsPerPage = 2000;
/** Twice what a journal keeps of a VM. */
const mostPages = 10;

/** Reads all pages, one after the other: events that come meanwhile are at the end. */
export async function readRunEvents(
  base: URL,
  runId: string,
  signal?: AbortSignal,
): Promise<Answer<RunEvents>> {
  const url = new URL(`/api/runs/${encodeURIComponent(runId)}/events`, base);
  url.searchParams.set('kind', 'run,error,silence');
  url.searchParams.set('limit', String(eventsPerPage));
  let events: readonly RunEvent[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await askJson<EventsPage>(url, signal);
    if (!answer.ok) return answer;
    events = [...events, ...answer.value.events];
    const { next = null } = answer.value;
    if (next === null || page === mostPages) return { ok: true, value: { ...answer.value, events } };
    url.searchParams.set('offset', String(next));
  }
}
