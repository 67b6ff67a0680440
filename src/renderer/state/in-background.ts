/** Lets a promise run by itself. Its rejection is reported as any other uncaught error of the page is. */
export function inBackground(promise: Promise<unknown>): void {
  promise.catch((error: unknown) => {
    reportError(error);
  });
}
