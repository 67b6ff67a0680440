export interface OneAtATime<Arguments extends readonly unknown[]> {
  (...values: Arguments): Promise<void>;
  readonly isRunning: boolean;
}

/**
 * Runs one thing at a time: a call while it runs starts nothing, and resolves when what runs is over. A look that is slow must not be asked for
 * twice, nor be taken for over.
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
