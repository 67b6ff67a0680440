/** Reads an answer of a server that may not be BenchTray, or may be hostile. */
import { createBoundedBytes } from './bounded-bytes.ts';

/** Many times the size of any answer of BenchTray. */
const usualMostBytes = 16 * 1024 * 1024;

/**
 * Returns the JSON of an answer, unchecked.
 * @throws if it is longer than `mostBytes`, breaks off, or is no JSON
 */
export async function readAnswerJson(answer: Response, mostBytes = usualMostBytes): Promise<unknown> {
  const received = createBoundedBytes(mostBytes);
  for await (const part of answer.body ?? [])
    if (!received.push(part as Uint8Array)) throw new Error(`The answer is longer than ${mostBytes} bytes.`);
  return JSON.parse(received.bytes.toString('utf8'));
}
