/** Reads one line that macOSWorld prints (showlab/macosworld, `utils/log.py`): ` 2026-06-02 15:49:58  [title] content`. */
import { withoutTornCodes } from '../log-prefix.ts';

export type MacOsWorldLine =
  /** `[run.py] Running testbench: …`: a pass over all tasks, which `run.py` repeats until each has a result */
  | { readonly says: 'pass'; readonly command: PassCommand }
  /** `[run.py] Testbench terminated after timeout 43200s. …` */
  | { readonly says: 'timeout' }
  /** `[run.py] All tasks completed. …` */
  | { readonly says: 'end' }
  /** `[Task (3/202)] <uuid>, Task language en, Env language zh, Attempt 1` */
  | { readonly says: 'task'; readonly place: TaskPlace; readonly taskId: string; readonly attempt: number }
  /** `[Task (3/202), task language en, env language zh] 'eval_result.txt' found in <folder>. Skipping task.` */
  | { readonly says: 'done_before'; readonly place: TaskPlace }
  /** The same title, and `Task not provided in language en. …`: this task is never played */
  | { readonly says: 'not_provided'; readonly place: TaskPlace }
  /** `[Task (3/202)/zh/en Step 4/15] …`; the language of the environment comes first here */
  | { readonly says: 'step'; readonly place: TaskPlace; readonly step: number; readonly maxSteps: number }
  /** `[Evaluation result] 100`; null: the evaluation failed */
  | { readonly says: 'result'; readonly score: number | null }
  /** `[Task (3/202) Error] <message>` ends an attempt */
  | { readonly says: 'error'; readonly index: number; readonly message: string }
  /** `[Task (3/202) Error] Task failed after max attempts: <uuid>` */
  | { readonly says: 'failed'; readonly index: number };

/** The place of a task in the list, which is played once for each pair of languages. */
export interface TaskPlace {
  /** From 1 on. */
  readonly index: number;
  readonly total: number;
  /** As in the names of result folders: `en_zh`, the language of the task first. */
  readonly languages: string;
}

/** The harmless arguments of a pass. */
export interface PassCommand {
  readonly agent: string | null;
  readonly maxSteps: number | null;
  readonly resultDir: string | null;
  /** `task_en_env_en` and so on. */
  readonly languages: readonly string[];
}

const prefix = /^ ?(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) {1,2}\[([^\]]{1,200})\] ?(.*)$/s;
/** The code of inverse video, in which the time is written. A byte of it may have been lost, or be written as a few characters. */
const tornCode = '[7m';
const tornCodeWithin = 10;
const maxMessageChars = 1000;
/** The message of an attempt that could not be judged. */
export const evaluationFailed = 'The evaluation failed.';

/** Returns the line with its time, read as UTC (epoch milliseconds); null: it means nothing. */
export function parseMacOsWorldLine(
  whole: string,
): { readonly timestampMs: number; readonly line: MacOsWorldLine } | null {
  const isTorn = whole.slice(0, tornCodeWithin).includes(tornCode);
  const text = isTorn ? withoutTornCodes(whole) : whole;
  const start = text.startsWith(' ') ? 1 : 0;
  if (text[start + 4] !== '-' || text[start + 13] !== ':') return null;
  const [, year, month, day, hours, minutes, seconds, title = '', content = ''] = prefix.exec(text) ?? [];
  if (year === undefined) return null;
  const line = titled(title, content.trimEnd());
  if (line === null) return null;
  const [y, mo, d, h, mi, s] = [year, month, day, hours, minutes, seconds].map(Number);
  return { timestampMs: Date.UTC(y ?? 0, (mo ?? 1) - 1, d, h, mi, s), line };
}

function titled(title: string, content: string): MacOsWorldLine | null {
  if (title.startsWith('Task (')) return ofTask(title, content);
  if (title === 'run.py') return ofRunPy(content);
  return title === 'Evaluation result' ? result(content) : null;
}

function ofTask(title: string, content: string): MacOsWorldLine | null {
  const [, index, total, rest = ''] = /^Task \(([1-9]\d{0,5})\/(\d{1,6})\)(.*)$/.exec(title) ?? [];
  if (index === undefined) return null;
  const place = (languages: string): TaskPlace => ({
    index: Number(index),
    total: Number(total),
    languages,
  });
  if (rest === '') {
    const [, taskId, task, env, attempt] =
      /^(\S+), Task language (\w+), Env language (\w+), Attempt (\d{1,4})$/.exec(content) ?? [];
    if (taskId === undefined || task === undefined || env === undefined) return null;
    const languages = `${task}_${env}`;
    return {
      says: 'task',
      place: place(languages),
      taskId: `${taskId}_${languages}`,
      attempt: Number(attempt),
    };
  }
  if (rest.endsWith(' Error')) {
    return content.startsWith('Task failed after max attempts: ')
      ? { says: 'failed', index: Number(index) }
      : { says: 'error', index: Number(index), message: content.slice(0, maxMessageChars) };
  }
  const [, task, env] = /^, task language (\w+), env language (\w+)$/.exec(rest) ?? [];
  if (task !== undefined && env !== undefined) return skipped(content, place(`${task}_${env}`));
  const [, envOfStep, taskOfStep, step, most] = /^\/(\w+)\/(\w+) Step (\d{1,6})\/(\d{1,6})$/.exec(rest) ?? [];
  if (envOfStep === undefined || taskOfStep === undefined) return null;
  const languages = `${taskOfStep}_${envOfStep}`;
  return { says: 'step', place: place(languages), step: Number(step), maxSteps: Number(most) };
}

function skipped(content: string, place: TaskPlace): MacOsWorldLine | null {
  if (content.startsWith("'eval_result.txt' found in ")) return { says: 'done_before', place };
  const isMissing = /^(?:Task|Environment) not provided in language /.test(content);
  return isMissing ? { says: 'not_provided', place } : null;
}

function ofRunPy(content: string): MacOsWorldLine | null {
  if (content.startsWith('Running testbench: ')) return { says: 'pass', command: commandIn(content) };
  if (content.startsWith('Testbench terminated after timeout ')) return { says: 'timeout' };
  return content.startsWith('All tasks completed.') ? { says: 'end' } : null;
}

/** The command line holds the password of the guest, so only these arguments are taken from it. */
function commandIn(content: string): PassCommand {
  const words = content.split(' ');
  const after = (name: string): string | null => {
    const at = words.indexOf(name);
    return at === -1 ? null : (words[at + 1] ?? null);
  };
  const maxSteps = Number(after('--max-steps') ?? NaN);
  const languages = words.slice(words.indexOf('--languages') + 1);
  const end = languages.findIndex((word) => word.startsWith('--'));
  return {
    agent: after('--gui_agent_name'),
    maxSteps: Number.isInteger(maxSteps) && maxSteps > 0 ? maxSteps : null,
    resultDir: after('--base_save_dir'),
    languages: words.includes('--languages') ? languages.slice(0, end === -1 ? undefined : end) : [],
  };
}

/** A whole number of percent; negative, or a list with the command that failed, where the evaluation did. */
function result(content: string): MacOsWorldLine | null {
  if (content.startsWith('[')) return { says: 'result', score: null };
  if (!/^-?\d{1,9}$/.test(content)) return null;
  const percent = Number(content);
  return { says: 'result', score: percent >= 0 && percent <= 100 ? percent / 100 : null };
}
