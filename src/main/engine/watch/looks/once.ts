export interface OneAtATime<Arguments extends readonly unknown[]> {
  (...values: Arguments): Promise<void>;
  readonly isRunning: boolean;
}

/**
 * Runs one call at a time. A call during a run starts nothing and resolves with that run, so a slow look is neither repeated nor
 * counted as done.
 */
export function oneAtATime<Arguments extends readonly unknown[]>(
  run: (...values: Arguments) => Promise<void>,
): OneAtATime<Arguments> {
  let running: Promise<void> | null = null;
  const once = (...values: Arguments): Promise<void> => {
    running ??= run(...values).finally(() => (running = null));
    return running;
  };
  return Object.defineProperty(once, 'isRunning', { get: () => running !== null }) as OneAtATime<Arguments>;
}
