/** Adds signs to the record of a running task, and removes those that a later line disproves. Pure. */
import type { Quote, Relief, SignName, SignRecord } from './model.ts';

const nothingSeen: SignRecord = { signs: {} };
/** A count beyond this proves no more. */
const mostCounted = 1_000;
/** The signs that each relief makes void. */
const voidedBy: Readonly<Record<Relief | 'step', readonly SignName[]>> = {
  model_answered: ['model_retry', 'model_error'],
  acted: ['model_retry', 'model_error', 'no_observation', 'no_screenshot', 'machine_not_ready'],
  // An agent without an answer may log a step too: that it gives up.
  step: ['model_retry', 'no_observation', 'no_screenshot'],
};

/** Returns the record with one more sign. A model that is asked while the task is judged is the judge's. */
export function withSign(record: SignRecord = nothingSeen, name: SignName, quote: Quote): SignRecord {
  const isOfJudge = record.isJudging === true && (name === 'model_retry' || name === 'model_error');
  const sign = isOfJudge ? 'judge_error' : name;
  const { count, first } = record.signs[sign] ?? { count: 0, first: quote };
  if (count >= mostCounted) return record;
  return { ...record, signs: { ...record.signs, [sign]: { count: count + 1, first } } };
}

/** Returns the record without the signs that this makes void. */
export function withRelief(record: SignRecord | undefined, relief: Relief | 'step'): SignRecord | undefined {
  if (record === undefined) return record;
  const isOfJudge = record.isJudging === true && relief === 'model_answered';
  const voided: readonly SignName[] = isOfJudge ? ['judge_error'] : voidedBy[relief];
  if (!voided.some((name) => record.signs[name] !== undefined)) return record;
  const left = Object.entries(record.signs).filter(([name]) => !voided.some((one) => one === name));
  return { ...record, signs: Object.fromEntries(left) };
}

/** Returns the record of a task that is being judged from now on. */
export function asJudged(record: SignRecord = nothingSeen): SignRecord {
  return record.isJudging === true ? record : { ...record, isJudging: true };
}
