import { vi } from 'vitest';

/** Waits until `condition` gives something (not null, undefined or false), looking again and again, and gives it back. */
export async function until<T>(
  condition: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  what: string,
  timeoutMs = 20_000,
): Promise<T> {
  return vi.waitFor(
    async () => {
      const value = await condition();
      if (value === null || value === undefined || value === false)
        throw new Error(`Waited in vain: ${what}`);
      return value;
    },
    { timeout: timeoutMs, interval: 20 },
  );
}
