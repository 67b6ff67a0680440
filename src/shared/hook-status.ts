/** How one hook of the configuration fares, as `GET /api/status` tells it. Nothing in it is secret. */
export interface HookStatus {
  /** Place in `hooks` of the configuration, from 0. */
  readonly index: number;
  readonly kind: 'command' | 'url';
  /** The program's name, or the address without what may be secret in it. */
  readonly target: string;
  /** Whether the newest attempt went well; null before the first. */
  readonly ok: boolean | null;
  /** Why the newest attempt that failed did. Stays when a later one goes well. */
  readonly last_error: string | null;
  /** When the newest attempt ended. */
  readonly last_at: string | null;
  /** Events that arrived. */
  readonly delivered: number;
  /** Events that were given up after their last attempt. */
  readonly failures: number;
  /** Events that were never tried, because too many waited. */
  readonly dropped: number;
  /** Events that wait, with the one that is being delivered. */
  readonly pending: number;
}
