/** Tells a BenchTray from any other server. Apart from the route that answers, so that a client needs no server for it. */
import { readAnswerJson } from '../../common/read-answer-json.ts';
import { healthSchema } from './answer-schemas.ts';

/** A busy machine answers late. Without an answer, BenchTray would take another BenchTray for a foreign program. */
const answerWithinMs = 5_000;
const mostBytes = 65_536;

/** Returns the version of the BenchTray at this address. Null: it is none, or does not answer in time. */
export async function askForBenchTray(url: string): Promise<string | null> {
  try {
    const answer = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(answerWithinMs) });
    return healthSchema.parse(await readAnswerJson(answer, mostBytes)).version;
  } catch {
    return null;
  }
}
