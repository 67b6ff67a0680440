/** The owner of promises that nobody waits for. */

export interface BackgroundLog {
  error(details: object, message: string): void;
}

/**
 * Lets `promise` run by itself, and logs its rejection. An unowned rejection would end the process.
 *
 * @param what is done, for the log: "a look at the VM"
 */
export function inBackground(promise: Promise<unknown>, log: BackgroundLog, what: string): void {
  promise.catch((error: unknown) => log.error({ err: error }, `${what} has failed`));
}
