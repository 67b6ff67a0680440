/** Bounds what requests can write into the log: a client that repeats a request must not rotate the log away. */

/** The part of pino that the server uses. */
export interface ServerLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface FaultLog {
  /** Logs an internal error of a request, or only counts it. Leaves out the query, which may hold a key. */
  note(error: unknown, url: string): void;
}

const windowMs = 60_000;
const mostPerWindow = 10;
const longestPath = 200;

/** @param now milliseconds of a monotonic clock */
export function createFaultLog(
  log: Pick<ServerLog, 'error'>,
  now: () => number = () => performance.now(),
): FaultLog {
  let windowBeganAtMs = Number.NEGATIVE_INFINITY;
  let count = 0;

  return {
    note(error, url) {
      const nowMs = now();
      if (nowMs - windowBeganAtMs >= windowMs) {
        const unlogged = count - mostPerWindow;
        if (unlogged > 0) log.error({ unlogged }, 'More requests failed; only their number was kept');
        windowBeganAtMs = nowMs;
        count = 0;
      }
      count += 1;
      if (count <= mostPerWindow)
        log.error(
          { err: error, path: url.replace(/\?.*$/s, '').slice(0, longestPath) },
          'A request could not be answered',
        );
    },
  };
}
