/**
 * What goes over the event stream, as types. Tray, dashboard, `watch` and any other client read exactly this. What each field
 * means stands in payload-schemas.ts.
 */
import type {
  connectedSchema,
  costSchema,
  domainTallySchema,
  errorSchema,
  findingSchema,
  poolPartSchema,
  poolViewSchema,
  progressSchema,
  recoveredSchema,
  statusDetailSchema,
  statusSchema,
  taskCompleteSchema,
  vmsSchema,
} from './payload-schemas.ts';
import type { Shown } from './schema-parts.ts';

export * from './stream-words.ts';

export type ConnectedPayload = Shown<typeof connectedSchema>;
export type VmsPayload = Shown<typeof vmsSchema>;
export type Cost = Shown<typeof costSchema>;
export type Finding = Shown<typeof findingSchema>;
export type StatusDetail = Shown<typeof statusDetailSchema>;
export type StatusPayload = Shown<typeof statusSchema>;
/** A status as the watcher gives it: the journal knows which errors are open. */
export type VmStatus = Omit<StatusPayload, 'open_errors'>;
export type DomainTally = Shown<typeof domainTallySchema>;
export type PoolPart = Shown<typeof poolPartSchema>;
export type PoolView = Shown<typeof poolViewSchema>;
export type ProgressPayload = Shown<typeof progressSchema>;
export type TaskCompletePayload = Shown<typeof taskCompleteSchema>;
export type ErrorPayload = Shown<typeof errorSchema>;
export type RecoveredPayload = Shown<typeof recoveredSchema>;

/** Events that are kept in the journal, carry an id, and are replayed. */
export type JournalPayload =
  | { readonly type: 'task_complete'; readonly data: TaskCompletePayload }
  | { readonly type: 'error'; readonly data: ErrorPayload }
  | { readonly type: 'recovered'; readonly data: RecoveredPayload };

/** Snapshots: only the newest counts; no id, never replayed. */
export type SnapshotPayload =
  | { readonly type: 'vms'; readonly data: VmsPayload }
  | { readonly type: 'status'; readonly data: StatusPayload }
  | { readonly type: 'progress'; readonly data: ProgressPayload };

export type StreamEvent =
  { readonly type: 'connected'; readonly data: ConnectedPayload } | JournalPayload | SnapshotPayload;

/** Returns the errors that a status names as open; undefined where an older server names none. */
export function openErrorsIn({
  open_errors: errors,
}: Partial<StatusPayload>): readonly ErrorPayload[] | undefined {
  return errors;
}
