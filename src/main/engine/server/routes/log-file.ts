/** Sends a log as a file, one part after the other, as fast as the client takes it. */
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportName } from '../../../../shared/export-name.ts';
import type { Result } from '../../../../shared/result.ts';
import type { LogAnswer } from '../../archive/index.ts';

const usualStalledMs = 60_000;

export interface LogFile {
  readonly first: LogAnswer;
  /** Reads the part that begins at a place. */
  readonly next: (from: number) => Promise<Result<LogAnswer, string>>;
  readonly toText: (part: LogAnswer) => string;
  /** For tests: a client that takes nothing of what waits for it for so long is cut. */
  readonly stalledMs?: number;
}

export async function sendLogFile(
  { incoming, outgoing }: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse },
  runId: string,
  file: LogFile,
): Promise<Response> {
  outgoing.setHeader('Content-Type', 'text/plain; charset=utf-8');
  outgoing.setHeader('Content-Disposition', `attachment; filename="${exportName(runId, 'log')}"`);
  if (incoming.method === 'HEAD') {
    outgoing.end();
    return RESPONSE_ALREADY_SENT;
  }
  // The first hit of a search may be minutes away.
  outgoing.flushHeaders();
  outgoing.setTimeout(file.stalledMs ?? usualStalledMs, () => {
    if (outgoing.writableLength > 0) outgoing.destroy();
  });
  try {
    await pipeline(Readable.from(textsOf(file)), outgoing);
  } catch (error) {
    // The client hung up.
    const { code, name: kind } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_STREAM_PREMATURE_CLOSE' && kind !== 'AbortError') throw error;
  }
  return RESPONSE_ALREADY_SENT;
}

async function* textsOf({ first, next, toText }: LogFile): AsyncGenerator<string> {
  // A run that is on makes its log longer: what is there now is the file.
  const { size } = first;
  for (let part = first; ;) {
    yield toText(part);
    if (part.next >= size) return;
    const read = await next(part.next);
    // A file that ends early would look whole.
    if (!read.ok) throw new Error(read.problem);
    if (read.value.next <= part.next) return;
    part = read.value;
  }
}
