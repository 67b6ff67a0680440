/** One line of the `openadapt` dialect → what it says. Lines are matched from their beginning: an instruction may quote them. */
import { parseScore } from '../python-repr.ts';

export type OpenAdaptLine =
  /** `=== Running WAA Benchmark ===` */
  | { readonly says: 'header' }
  /** `model=gpt-4o`, and in the lines under the header `Agent: navi`, `Tasks: 30`. */
  | {
      readonly says: 'setting';
      readonly name: 'model' | 'agent' | 'tasks';
      readonly value: string;
      readonly assigned: boolean;
    }
  /** `Task 5/30`: task 5 begins. Some scripts name it on the same line. */
  | { readonly says: 'task'; readonly number: number; readonly total: number; readonly taskId: string | null }
  /** `Task: Open the View menu`: a report written by hand, in which tasks have a text and no id */
  | { readonly says: 'text'; readonly text: string }
  /** `Action: CLICK View menu`: what such a report has in the place of steps */
  | { readonly says: 'action' }
  /** `Running task: x`, `Processing task: x`, `Starting task: x` */
  | { readonly says: 'id'; readonly taskId: string }
  | { readonly says: 'step'; readonly step: number }
  | { readonly says: 'score'; readonly score: number | null }
  /** `Result: FAIL - Agent error` */
  | { readonly says: 'result'; readonly verdict: boolean; readonly reason: string | null }
  /** `Task x completed successfully`, `Task x failed`, `Task x: PASS`, `Task x: SUCCESS` */
  | { readonly says: 'ended'; readonly taskId: string; readonly verdict: boolean };

const maxReasonChars = 1000;

/** Null: nothing that counts. `text` is without the time in front. */
export function parseOpenAdaptLine(text: string): OpenAdaptLine | null {
  switch (text.charAt(0).toLowerCase()) {
    case '=':
      return /^=+ Running WAA Benchmark =+$/.test(text) ? { says: 'header' } : null;
    case 't':
      return taskLine(text) ?? result(text) ?? setting(text);
    case 'r':
    case 'p':
      return idLine(text) ?? result(text);
    case 's':
      return step(text) ?? score(text) ?? idLine(text);
    case 'a':
      return text.startsWith('Action: ') ? { says: 'action' } : setting(text);
    case 'm':
      return setting(text);
    default:
      return null;
  }
}

function taskLine(text: string): OpenAdaptLine | null {
  const [, endedId, how] = /^Task (\S+) (completed successfully|failed)(?!\w)/.exec(text) ?? [];
  if (endedId !== undefined) return { says: 'ended', taskId: endedId, verdict: how !== 'failed' };
  const [, namedId, word] = /^Task (\S+):\s+(PASS|SUCCESS|FAIL)$/.exec(text) ?? [];
  if (namedId !== undefined) return { says: 'ended', taskId: namedId, verdict: word !== 'FAIL' };
  const words = /^Task:\s+(\S.*)$/s.exec(text)?.[1];
  if (words !== undefined) return { says: 'text', text: words };
  const [, number, total, taskId] =
    /^Task\s+([1-9]\d{0,5})\/(\d{1,6})(?![\w/])(?::\s+(\S+)$)?/.exec(text) ?? [];
  if (number === undefined) return null;
  return { says: 'task', number: Number(number), total: Number(total), taskId: taskId ?? null };
}

function idLine(text: string): OpenAdaptLine | null {
  const taskId = /^(?:Running|Processing|Starting) task:\s*(\S+)/.exec(text)?.[1];
  return taskId === undefined ? null : { says: 'id', taskId };
}

function step(text: string): OpenAdaptLine | null {
  const number = /^Step\s+(\d{1,6})(?![\w.])/.exec(text)?.[1];
  return number === undefined ? null : { says: 'step', step: Number(number) };
}

function score(text: string): OpenAdaptLine | null {
  const number = /^Score:\s*(-?\d[\d.]*(?:e-?\d+)?%?|-?nan|-?inf)(?!\w)/i.exec(text)?.[1];
  return number === undefined ? null : { says: 'score', score: parseScore(number) };
}

function result(text: string): OpenAdaptLine | null {
  const [, word, reason] = /^(?:R|Task r)esult:\s*(PASS|FAIL)(?!\w)(?:\s*-\s*(.*))?/s.exec(text) ?? [];
  if (word === undefined) return null;
  return { says: 'result', verdict: word === 'PASS', reason: reason?.slice(0, maxReasonChars) ?? null };
}

function setting(text: string): OpenAdaptLine | null {
  const [, name, sign, value] = /^(model|agent|tasks)\s*([=:])\s*(\S+)$/i.exec(text) ?? [];
  if (name === undefined || value === undefined) return null;
  return {
    says: 'setting',
    name: name.toLowerCase() as 'model' | 'agent' | 'tasks',
    value,
    assigned: sign === '=',
  };
}
