// Named here, because tests of its users run in Node, which has no types of a browser.
declare function reportError(error: unknown): void;

/** Lets a promise run by itself. Its rejection is reported as any other uncaught error of the page is. */
export function inBackground(promise: Promise<unknown>): void {
  promise.catch((error: unknown) => {
    reportError(error);
  });
}
