/**
 * One record of the runner of Windows Agent Arena (`run.py`) or of OSWorld (`run.py`, `run_multienv*.py`), which grew
 * from one root → what it says. Other modules log much, and nothing that counts.
 */
import type { DomainPlan, PlannedTask, RunArguments } from '../model.ts';
import { parseArguments, parseScore, parseTaskList } from '../python-repr.ts';
import type { LoggingRecord } from '../record.ts';

export type RunnerLine =
  /** `TESTING ON TASK JSON PATH: …`; first release of WAA: `TESTING ON TASK PATH: …` */
  | { readonly says: 'begin' }
  /** `Left tasks:`, of which the lines below give one domain each */
  | { readonly says: 'left' }
  /** `Worker 0 is doing tasks: [('clock', '…'), …]` */
  | { readonly says: 'plan'; readonly tasks: readonly PlannedTask[] }
  /** `Total tasks: 12` */
  | { readonly says: 'total'; readonly total: number }
  | { readonly says: 'arguments'; readonly arguments: Partial<RunArguments> }
  | { readonly says: 'domain'; readonly domain: string }
  | { readonly says: 'task'; readonly taskId: string }
  | { readonly says: 'instruction'; readonly text: string }
  | { readonly says: 'step'; readonly step: number }
  /** `Result: 0.50` */
  | { readonly says: 'result'; readonly score: number | null }
  /** `Finished clock/…`; a fork writes ` score=0.5` behind it. Undefined: no such thing stands there. */
  | {
      readonly says: 'finished';
      readonly domain: string;
      readonly taskId: string;
      readonly score: number | null | undefined;
    }
  | {
      readonly says: 'exception';
      readonly domain: string;
      readonly taskId: string;
      readonly message: string;
    }
  /** `Average score: 0.55`, or that there is none */
  | { readonly says: 'average'; readonly score: number | null }
  /** An error of a process that is not a task's own, though it ends the task that it is at */
  | { readonly says: 'failed'; readonly process: string; readonly message: string }
  /** `Process EnvProcess-2 died, restarting...` */
  | { readonly says: 'died'; readonly process: string }
  | { readonly says: 'all_died' }
  /** A signal ends the process that says so; from the main process, the run. */
  | { readonly says: 'signal'; readonly ofRun: boolean };

/** OSWorld puts the name of the process in front: `[EnvProcess-1][Domain]: os`. */
const taskLine = /^(?:\[[^\]]*\])?\[(Domain|Example ID|Instruction)\]:\s*(.*)$/s;
const finishedLine = /^Finished ([^/\s]+)\/(\S+)(?:\s+score=(\S+))?/;
/** OSWorld: `Exception in EnvProcess-1 os/…: message`. */
const exceptionLine = /^Exception in (?:[^\s/:]+ )?([^/\s]+)\/([^\s:]+):?\s*(.*)$/s;
const failedLine = /^(?:Task|Process)-level error in ([^\s:]+):\s*(.*)$/s;
const maxMessageChars = 1000;

/** `run_multienv`, `run_multienv_claude`, …: only OSWorld has these. */
export function isManyProcessRunner({ module }: LoggingRecord): boolean {
  return module.startsWith('run_multienv');
}

export function isRunner(record: LoggingRecord): boolean {
  return record.module === 'run' || isManyProcessRunner(record);
}

/** `lib_run_single` plays one task; it never names it. */
export function isTaskPlayer({ module }: LoggingRecord): boolean {
  return module.startsWith('lib_run_single');
}

/** Null: nothing that counts, which is what most records say. */
export function parseRunnerLine(record: LoggingRecord): RunnerLine | null {
  if (isTaskPlayer(record)) return record.level === 'INFO' ? playerLine(record.message) : null;
  if (!isRunner(record)) return null;
  switch (record.level) {
    case 'INFO':
      return record.message.startsWith('[') ? taskHead(record.message) : runnerLine(record.message);
    case 'WARNING':
      return warningLine(record.message);
    case 'ERROR':
      return errorLine(record.message);
    default:
      return null;
  }
}

/** More than any list of tasks has. */
const mostDomains = 500;

/** A line `clock: 4` below `Left tasks:`. @param before those above it */
export function parseDomainCount(text: string, before: readonly unknown[]): DomainPlan | null {
  if (before.length >= mostDomains) return null;
  const [, domain, tasks] = /^([\w.-]+): (\d{1,6})$/.exec(text.trim()) ?? [];
  return domain === undefined ? null : { domain, tasks: Number(tasks) };
}

function playerLine(message: string): RunnerLine | null {
  if (message.startsWith('Step ')) {
    // "Step 3: click()", "Step 3 Actions: [...]"
    const step = /^Step (\d{1,6})(?![\w.])/.exec(message)?.[1];
    return step === undefined ? null : { says: 'step', step: Number(step) };
  }
  if (message.startsWith('Result: ')) return { says: 'result', score: parseScore(message.slice(8)) };
  const step = /^Agent reported \w+ at step (\d{1,6})(?!\w)/.exec(message)?.[1];
  return step === undefined ? null : { says: 'step', step: Number(step) };
}

function taskHead(message: string): RunnerLine | null {
  const [, kind, value] = taskLine.exec(message) ?? [];
  if (kind === undefined || value === undefined) return null;
  if (kind === 'Instruction') return { says: 'instruction', text: value };
  if (value === '') return null;
  return kind === 'Domain' ? { says: 'domain', domain: value } : { says: 'task', taskId: value };
}

function runnerLine(message: string): RunnerLine | null {
  if (/^TESTING ON TASK (?:JSON )?PATH:/.test(message)) return { says: 'begin' };
  if (message === 'Left tasks:') return { says: 'left' };
  if (message.startsWith('Args: Namespace(')) {
    return { says: 'arguments', arguments: parseArguments(message) };
  }
  if (message.startsWith('Worker ')) {
    const list = /^Worker \d+ is doing tasks: (.*)$/s.exec(message)?.[1];
    const tasks = list === undefined ? null : parseTaskList(list);
    return tasks === null ? null : { says: 'plan', tasks };
  }
  if (message.startsWith('Finished ')) {
    const [, domain, taskId, score] = finishedLine.exec(message) ?? [];
    if (domain === undefined || taskId === undefined) return null;
    return {
      says: 'finished',
      domain,
      taskId,
      score: score === undefined ? undefined : parseScore(score),
    };
  }
  const average = /^Average score: (\S+)/.exec(message)?.[1];
  if (average !== undefined) return { says: 'average', score: parseScore(average) };
  if (message === 'No examples finished.') return { says: 'average', score: null };
  const total = /^Total tasks: (\d{1,6})$/.exec(message)?.[1];
  if (total !== undefined) return { says: 'total', total: Number(total) };
  if (/^Process \S+ received signal \d+/.test(message)) return { says: 'signal', ofRun: false };
  return /^Received signal \d+\. Gracefully shutting down/.test(message)
    ? { says: 'signal', ofRun: true }
    : null;
}

function warningLine(message: string): RunnerLine | null {
  const process = /^Process (\S+) died, restarting/.exec(message)?.[1];
  if (process !== undefined) return { says: 'died', process };
  // Newer OSWorld, where older ones say "Average score: 0".
  return message.startsWith('No valid scores were produced') ? { says: 'average', score: null } : null;
}

function errorLine(message: string): RunnerLine | null {
  if (message === 'All processes died, exiting.') return { says: 'all_died' };
  const [, domain, taskId, text = ''] = exceptionLine.exec(message) ?? [];
  if (domain !== undefined && taskId !== undefined) {
    return { says: 'exception', domain, taskId, message: text.slice(0, maxMessageChars) };
  }
  const [, process, reason = ''] = failedLine.exec(message) ?? [];
  return process === undefined
    ? null
    : { says: 'failed', process, message: reason.slice(0, maxMessageChars) };
}
