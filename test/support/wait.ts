import { setTimeout as pause } from 'node:timers/promises';

const lookEveryMs = 20;

/** Waits until `condition` gives something (not null, undefined or false), looking again and again, and gives it back. */
export async function until<T>(
  condition: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  what: string,
  timeoutMs = 20_000,
): Promise<T> {
  const giveUpAtMs = Date.now() + timeoutMs;
  let lastError: unknown = null;
  do {
    try {
      const value = await condition();
      if (value !== null && value !== undefined && value !== false) return value;
    } catch (error) {
      lastError = error;
    }
    await pause(lookEveryMs);
  } while (Date.now() < giveUpAtMs);
  throw new Error(`Waited in vain: ${what}`, { cause: lastError });
}
