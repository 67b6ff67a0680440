/** The JSON that a request sends, held against the form that it should have. */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { Parsed } from '../routes/query.ts';

/** What is set up is a handful of words. */
const maxBytes = 16_384;

/**
 * A page of another origin can send `text/plain` and the like without asking; JSON it cannot.
 * Resolves with null where the request was broken off.
 */
export async function readJson<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
): Promise<Parsed<z.infer<Schema>> | null> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return refused(415, 'Send "Content-Type: application/json".');
  const text = await readText(request);
  if (text === null) return null;
  if (text === 'too-long') return refused(413, `At most ${maxBytes} bytes can be sent here.`);
  const value = parse(text.bytes);
  if (value === undefined) return refused(400, 'What was sent is no JSON.');
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  // The value itself may be what nobody should see again, such as a key that was pasted into the wrong field.
  return refused(400, `"${issue?.path.join('.') ?? ''}" does not fit: ${issue?.message ?? ''}.`);
}

async function readText(request: IncomingMessage): Promise<{ readonly bytes: Buffer } | 'too-long' | null> {
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
  return { bytes: Buffer.concat(parts) };
}

/** Undefined where it is none. */
function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function refused(status: number, detail: string): Parsed<never> {
  return { ok: false, problem: { status, detail, headers: { Connection: 'close' } } };
}
