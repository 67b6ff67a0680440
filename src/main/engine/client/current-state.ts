import { z } from 'zod';
import { readAnswerJson } from '../common/read-answer-json.ts';
import type { ErrorPayload } from '../../../shared/stream.ts';

export interface CurrentState {
  /** The configured VMs, in order. */
  readonly vmNames: readonly string[];
  /** Conditions that hold; null where the server does not tell. */
  readonly openErrors: readonly ErrorPayload[] | null;
}

const answerSchema = z.object({
  vms: z.array(
    z.object({ name: z.string(), open_errors: z.array(z.custom<ErrorPayload>(isObject)).optional() }),
  ),
});

const answerWithinMs = 5000;

/**
 * What holds now. The stream tells only what is new: which errors are open is not to be learned from it.
 * @param serverUrl "http://127.0.0.1:8765"
 * @throws when the server does not answer properly
 */
export async function fetchCurrentState(serverUrl: string): Promise<CurrentState> {
  const answer = await fetch(new URL('/api/status', serverUrl), {
    signal: AbortSignal.timeout(answerWithinMs),
  });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  const { vms } = answerSchema.parse(await readAnswerJson(answer));
  const isTold = vms.every((vm) => vm.open_errors !== undefined);
  return {
    vmNames: vms.map((vm) => vm.name),
    openErrors: isTold ? vms.flatMap((vm) => vm.open_errors ?? []) : null,
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
