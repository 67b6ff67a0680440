export interface OneAtATime<Arguments extends readonly unknown[]> {
  (...values: Arguments): Promise<void>;
  readonly isRunning: boolean;
}

/** Runs one thing at a time: while it runs, further calls are dropped. A look that is slow must not be asked for twice. */
export function oneAtATime<Arguments extends readonly unknown[]>(
  run: (...values: Arguments) => Promise<void>,
): OneAtATime<Arguments> {
  let isRunning = false;
  const once = async (...values: Arguments): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      await run(...values);
    } finally {
      isRunning = false;
    }
  };
  return Object.defineProperty(once, 'isRunning', { get: () => isRunning }) as OneAtATime<Arguments>;
}
