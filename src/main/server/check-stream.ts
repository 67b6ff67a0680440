/** The doctor at work, as events: `check` at each change, `summary` at the end, and then the answer is over. */
import type { ServerResponse } from 'node:http';
import type { CheckRun } from '../../shared/setup.ts';
import { eventFrame, keepAliveComment } from './wire.ts';

const keepAliveMs = 15_000;

/** Whoever hangs up cancels it. */
export async function sendChecks(response: ServerResponse, run: CheckRun): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  const keepAlive = setInterval(() => response.write(keepAliveComment), keepAliveMs);
  try {
    const summary = await run((check) => {
      if (!gone.signal.aborted) response.write(eventFrame('check', null, check));
    }, gone.signal);
    if (!gone.signal.aborted) response.end(eventFrame('summary', null, summary));
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    clearInterval(keepAlive);
  }
}
