/** The doctor at work, as events: `check` at each change, `summary` at the end, and then the answer is over. */
import type { ServerResponse } from 'node:http';
import type { CheckRun } from '../../../../shared/setup.ts';
import { eventFrame, keepAliveComment, streamOpening } from './wire.ts';

/**
 * Id of the last event. EventSource comes back after every end of a stream; with this id it is told to stay away, or it would start the
 * doctor again and again (https://html.spec.whatwg.org/multipage/server-sent-events.html, 204).
 */
export const endId = 'end';

export const checkStreamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

const keepAliveMs = 15_000;

/** Aborted when nobody waits for the answer any more. */
export function goneWith(response: ServerResponse): AbortController {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone;
}

/** @param gone of this answer: whoever hangs up cancels the run */
export async function sendChecks(
  response: ServerResponse,
  run: CheckRun,
  gone: AbortController = goneWith(response),
): Promise<void> {
  response.writeHead(200, checkStreamHeaders);
  response.write(streamOpening);
  const alive = setInterval(() => response.write(keepAliveComment), keepAliveMs);
  try {
    const summary = await run((check) => response.write(eventFrame('check', null, check)), gone.signal);
    response.end(gone.signal.aborted ? undefined : eventFrame('summary', endId, summary));
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    clearInterval(alive);
  }
}
