/** How often a VM is looked at, and its container engine asked. Pure. */
import type { Sight } from '../sight.ts';
import type { Tempo } from '../tempo.ts';

/** A container that is gone is told within 10 s to whoever listens, however rarely it wants a snapshot. */
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

/** When to look again after a container was missed for the first time. */
export const lookAgainMs = 5_000;
/** After this many looks without a container, it counts as missing. */
const settledLooks = 2;

export interface EnginePace {
  readonly tempo: Tempo;
  /** The newest question was answered. */
  readonly isAnswering: boolean;
  /** The engine reports all that happens to the containers that may be the benchmark's. */
  readonly isReporting: boolean;
  /** The first container may just be on its way, or another engine may start one. */
  readonly isLikely: boolean;
}

/** Returns the time until the engine is asked again if nothing happens. */
export function engineEveryMs(
  { container, docker, missing }: Pick<Sight, 'container' | 'docker' | 'missing'>,
  { tempo, isAnswering, isReporting, isLikely }: EnginePace,
): number {
  if (docker.kind === 'missing' || docker.kind === 'denied') return tempo.silentEngineEveryMs * 3;
  const isLongMissing = missing !== null && missing.looks > settledLooks && missing.forMs > lookAgainMs;
  if (docker.kind === 'failed' && isLongMissing) return tempo.silentEngineEveryMs;
  const isSettled =
    docker.kind === 'ok' &&
    isAnswering &&
    (container.kind === 'stopped' ? container.looks > settledLooks : container.kind !== 'unknown') &&
    (missing === null || isLongMissing);
  if (!isSettled) return Math.min(tempo.wholeLookEveryMs, tempo.silentEngineEveryMs);
  if (!isReporting) return tempo.silentEngineEveryMs;
  return container.kind === 'absent' && isLikely ? tempo.likelyContainerEveryMs : tempo.engineEveryMs;
}
