/** One run of the doctor after another: what it has found so far, and how it ended. */
import { createParser } from 'eventsource-parser';
import type { DoctorCheck, DoctorSummary } from '../../../shared/doctor.ts';
import type { Answer, AnswerProblem } from '../../state/answer.ts';

export type RunState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running' }
  | { readonly kind: 'ended'; readonly summary: DoctorSummary }
  | { readonly kind: 'cancelled' }
  /** It could not begin, or broke off. */
  | { readonly kind: 'failed'; readonly problem: AnswerProblem };

export interface CheckRun {
  readonly state: RunState;
  /** In the order in which they were first told. */
  readonly checks: readonly DoctorCheck[];
  /** Another one that goes on is given up. @param begin asks for the stream of events */
  readonly start: (begin: (signal: AbortSignal) => Promise<Answer<Response>>) => Promise<void>;
  readonly cancel: () => void;
  /** Forgets what was found: it was about something else. */
  readonly clear: () => void;
}

const brokenOff: AnswerProblem = {
  status: 0,
  detail: 'The connection broke off before the end.',
  hint: null,
  reason: null,
  fields: [],
};

export function createCheckRun(): CheckRun {
  let state = $state.raw<RunState>({ kind: 'idle' });
  let checks = $state.raw<readonly DoctorCheck[]>([]);
  let current: AbortController | null = null;

  function take(check: DoctorCheck): void {
    const index = checks.findIndex((known) => known.check === check.check && known.vm === check.vm);
    checks = index === -1 ? [...checks, check] : checks.with(index, check);
  }

  function breakOff(): void {
    state = { kind: 'failed', problem: brokenOff };
    dropUnfinished();
  }

  /** What was under way is not any more. */
  function dropUnfinished(): void {
    checks = checks.filter((check) => check.state !== 'running' && check.state !== 'waiting');
  }

  async function follow(
    begin: (signal: AbortSignal) => Promise<Answer<Response>>,
    controller: AbortController,
  ): Promise<void> {
    const answer = await begin(controller.signal);
    if (current !== controller) return;
    if (!answer.ok) {
      state = { kind: 'failed', problem: answer.problem };
      return;
    }
    const end: { summary: DoctorSummary | null } = { summary: null };
    await readEvents(answer.value, (event, data) => {
      if (current !== controller) return;
      if (event === 'check') take(data as DoctorCheck);
      if (event === 'summary') end.summary = data as DoctorSummary;
    });
    if (current !== controller) return;
    const { summary } = end;
    if (summary === null) breakOff();
    else state = { kind: 'ended', summary };
  }

  return {
    get state() {
      return state;
    },
    get checks() {
      return checks;
    },
    async start(begin) {
      current?.abort();
      const controller = new AbortController();
      current = controller;
      checks = [];
      state = { kind: 'running' };
      try {
        await follow(begin, controller);
      } catch {
        if (current === controller) breakOff();
      }
    },
    cancel() {
      if (state.kind !== 'running') return;
      current?.abort();
      current = null;
      state = { kind: 'cancelled' };
      dropUnfinished();
    },
    clear() {
      current?.abort();
      current = null;
      state = { kind: 'idle' };
      checks = [];
    },
  };
}

/** The events of a stream that ends, with their data as the JSON that it is. */
async function readEvents(
  response: Response,
  onEvent: (event: string, data: unknown) => void,
): Promise<void> {
  const parser = createParser({
    onEvent: ({ event = '', data }) => onEvent(event, JSON.parse(data) as unknown),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  for (let part = await reader.read(); !part.done; part = await reader.read()) parser.feed(part.value);
}
