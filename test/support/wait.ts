/** Waits for what a test means. No test sleeps for a fixed time. */
import { setTimeout as pause } from 'node:timers/promises';
import { causeOfDeath } from './must-live.ts';

const lookEveryMs = 20;

/** Only a test that fails waits this long. A busy machine needs many times what a quiet one does. */
const patienceMs = 90_000;

/** Thrown by a condition that can never be met any more, such as output of a process that has exited: `until` fails at once. */
export class Hopeless extends Error {}

/**
 * Resolves to what `condition` gives, as soon as that is neither null, undefined nor false. Fails at once when a child process that the
 * test relies on has died (see must-live.ts).
 */
export async function until<T>(
  condition: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  what: string,
  timeoutMs = patienceMs,
): Promise<T> {
  const giveUpAtMs = performance.now() + timeoutMs;
  let lastError: unknown = null;
  do {
    const death = causeOfDeath();
    if (death !== null) throw new Hopeless(death);
    try {
      const value = await condition();
      if (value !== null && value !== undefined && value !== false) return value;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      lastError = error;
    }
    await pause(lookEveryMs);
  } while (performance.now() < giveUpAtMs);
  throw new Error(`Waited in vain: ${what}`, { cause: lastError });
}

/** Resolves to what `assertion` gives, as soon as it does not throw. */
export async function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  let failure: unknown = null;
  const met = await until(async () => {
    try {
      return { value: await assertion() };
    } catch (error) {
      failure = error;
      return null;
    }
  }, 'an assertion').catch(() => {
    throw failure;
  });
  return met.value;
}
