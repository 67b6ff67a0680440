/** How often a VM is looked at. Pure. */

/** Deadlines of the contract ("container gone: 10 s") hold for whoever listens, however rarely it wants a snapshot. */
const atMostSeconds = 5;
/** When nobody listens and nothing runs, the machine is left in peace. */
const idleSeconds = 15;

export function lookEverySeconds(pace: {
  /** "interval" of the configuration. */
  readonly configured: number;
  /** Smallest interval that a client asks for; null: nobody listens. */
  readonly demanded: number | null;
  /** A run is on, or Windows is on its way, or something is wrong. */
  readonly isEventful: boolean;
}): number {
  const wanted = Math.min(pace.configured, pace.demanded ?? pace.configured);
  if (pace.demanded === null && !pace.isEventful) return Math.max(wanted, idleSeconds);
  return Math.min(wanted, atMostSeconds);
}
