/** A client that keeps everything it was sent. */
import { EventSource } from 'eventsource';
import type {
  ErrorPayload,
  ProgressPayload,
  RecoveredPayload,
  StatusPayload,
  TaskCompletePayload,
} from '../../src/shared/stream.ts';

export interface Received {
  readonly event: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface StreamClient {
  readonly received: readonly Received[];
  statuses(): StatusPayload[];
  progress(): ProgressPayload | undefined;
  tasks(): TaskCompletePayload[];
  errors(): ErrorPayload[];
  recoveries(): RecoveredPayload[];
  close(): void;
}

const names = ['connected', 'vms', 'status', 'progress', 'task_complete', 'problem', 'recovered'];

export function openStream(url: string, query: Record<string, string> = {}): StreamClient {
  const parameters = new URLSearchParams({ interval: '1', vm: '*', error_event: 'problem', ...query });
  const source = new EventSource(`${url}/api/benchmark-sse?${parameters.toString()}`);
  const received: Received[] = [];
  for (const event of names) {
    source.addEventListener(event, (message) => {
      const data = JSON.parse(String(message.data)) as Record<string, unknown>;
      received.push({ event, id: message.lastEventId, data, at: Date.now() });
    });
  }
  const all = <T>(event: string): T[] =>
    received.filter((one) => one.event === event).map((one) => one.data as T);
  return {
    received,
    statuses: () => all<StatusPayload>('status'),
    progress: () => all<ProgressPayload>('progress').at(-1),
    tasks: () => all<TaskCompletePayload>('task_complete'),
    errors: () => all<ErrorPayload>('problem'),
    recoveries: () => all<RecoveredPayload>('recovered'),
    close: () => source.close(),
  };
}
