/** Reads the body of a request, within limits, before Hono parses and validates it. */
import type { MiddlewareHandler } from 'hono';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { answerProblem } from './answer.ts';
import type { AppEnv } from './app.ts';

/** A draft of a VM is a handful of words. */
const maxBytes = 16_384;
const json = 'application/json';

export const readBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { incoming } = c.env;
  const refuse = (status: number, detail: string) =>
    answerProblem(c, { status, detail, headers: { Connection: 'close' } });
  // A page of another origin can send `text/plain` and the like without a preflight, but not JSON.
  const type = incoming.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== json) return refuse(415, 'Send "Content-Type: application/json".');
  const body = await readBytes(incoming);
  // The client disconnected.
  if (body === null) return RESPONSE_ALREADY_SENT;
  if (body === 'too-long') return refuse(413, `At most ${maxBytes} bytes can be sent here.`);
  if (!isUtf8(body)) return refuse(400, 'What was sent is not UTF-8.');
  // @hono/node-server takes a body that was already read from this property.
  Object.assign(incoming, { rawBody: body });
  // Hono refuses some valid parameters, such as those in "application/json ; charset=utf-8".
  c.req.raw.headers.set('Content-Type', json);
  return next();
};

async function readBytes(request: IncomingMessage): Promise<Buffer | 'too-long' | null> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > maxBytes) return 'too-long';
      parts.push(part);
    }
  } catch {
    return null;
  }
  return Buffer.concat(parts);
}
