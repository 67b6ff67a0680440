/**
 * One record of the runner of Windows Agent Arena or of OSWorld, which grew from one root → what it says. The runner is a script of any
 * name (`run.py`, `run_multienv.py`, `run_uitars.py`), so each dialect decides whose records count.
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
  /** `byProcess`: one process of several says so, which only OSWorld has. */
  | { readonly says: 'domain'; readonly domain: string; readonly byProcess: boolean }
  /** `domain`: undefined if the line before tells it. */
  | {
      readonly says: 'task';
      readonly taskId: string;
      readonly domain?: string | undefined;
      readonly byProcess: boolean;
    }
  | { readonly says: 'instruction'; readonly text: string; readonly byProcess: boolean }
  | { readonly says: 'step'; readonly step: number }
  /** `Agent: Running server agent ufo...`: in the guest, which writes nothing into this log */
  | { readonly says: 'handed_over' }
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
      readonly byProcess: boolean;
    }
  /** `Average score: 0.55`, or that there is none */
  | { readonly says: 'average'; readonly score: number | null }
  /** An error of a process that is not a task's own, though it ends the task that it is at */
  | { readonly says: 'failed'; readonly process: string; readonly message: string }
  /** `Started process EnvProcess-1 with PID 4211`; the line about the replacement of a dead process has other words. */
  | { readonly says: 'started'; readonly process: string }
  /** `Process EnvProcess-2 died, restarting...` */
  | { readonly says: 'died'; readonly process: string }
  | { readonly says: 'all_died' }
  /** The main process has failed: `Unexpected error in main process: …` */
  | { readonly says: 'crashed'; readonly message: string }
  /** A signal ends the process that says so; from the main process, the run. */
  | { readonly says: 'signal'; readonly ofRun: boolean };

/** OSWorld puts the name of the process in front: `[EnvProcess-1][Domain]: os`. Spider2-V writes `[Example id]`. */
const taskLine = /^(\[[^\]]*\])?\[(Domain|Example (?:ID|id)|Instruction)\]:\s*(.*)$/s;
/** A fork logs domain and task in one line: `[Domain]: chrome  [ID]: bb5e…`. */
const wholeName = /^(\S+)\s+\[(?:Example )?ID\]:\s*(\S+)$/;
/** Forks of OSWorld log this behind `Result: …`, or in its place: `[Result] part/bolt-1 = 1.000`; Spider2-V: `[Result]: Evaluation score for …: 1.0`. */
const namedResult = /^\[Result\]:? (?:\S+ =|Evaluation score for \S+:) (\S+)$/;
const actionMark = '[Action]: ';
const bracketedStep = `${actionMark}Step `;
const finishedLine = /^Finished ([^/\s]+)\/(\S+)(?:\s+score=(\S+))?/;
/** OSWorld: `Exception in EnvProcess-1 os/…: message`. A task without a readable file never starts. */
const exceptionLine =
  /^(?:Exception (?:in|while running)|Failed to load task) ([^\s/:]+ )?([^/\s]+)\/([^\s:]+):?\s*(.*)$/s;
/** OSWorld logs the first while it waits for its processes, and the second at its end, for the same error. */
const mainErrorLine =
  /^(?:\w+ )?(?:error|exception) (?:while waiting for (?:the )?processes|in (?:the )?main process):\s*(.*)$/is;
const failedLine = /^(?:Task|Process)-level error in ([^\s:]+)(?: for [^\s:]+)?:\s*(.*)$/s;
/** Some forks end a process that is silent for too long: `Watchdog: Process EnvProcess-2 (PID 71) has been idle for 901s …, killing…`. */
const diedLine =
  /^(?:Watchdog: )?Process (\S+) (?:died(?: \([^)]*\))?, restarting|\(PID \d+\) (?:has been )?idle for .*killing)/;
/** The end of a run without an average. Spider2-V logs the success rate of the whole result folder below the last of them. */
const endLine =
  /^(?:No examples finished\.|No scores (?:to report|recorded)|No tasks (?:completed|to run\.)|New result after running:)$/;
/** A script that is interrupted logs one of these lines. */
const stopLine =
  /^(?:Received signal \d+\b.*shutting down|(?:Main process received )?KeyboardInterrupt\.(?: |$))/i;
/** The number of the try, if each task is played several times. BenchTray counts attempts itself. */
const sampleMark = /\[k=\d+\]$/;
const maxMessageChars = 1000;

/** `run_multienv`, `run_multienv_claude`, …: only OSWorld has these. */
export function isManyProcessRunner(module: string): boolean {
  return module.startsWith('run_multienv');
}

/** Whether this is a usual script name of OSWorld. Its lines count even if the log has no start of a run. */
export function isRunnerName(module: string): boolean {
  return module === 'run' || isManyProcessRunner(module);
}

/** Whether another process started this one. Python gives the first one a name of its own; scripts name the others as they like. */
export function isOneOfSeveral(process: string): boolean {
  return process !== 'MainProcess';
}

/** `lib_run_single` plays one task; it never names it. In some forks it is `run_single`, which may be the name of a script, too. */
export function isTaskPlayer({ module, message }: LoggingRecord): boolean {
  return (
    module.startsWith('lib_run') || (module.startsWith('run_single') && /^(?:Step|Result:) /.test(message))
  );
}

/** Null: nothing that counts, which is what most records say. */
export function parseRunnerLine(record: LoggingRecord): RunnerLine | null {
  const { message, level } = record;
  if (isTaskPlayer(record)) return level === 'INFO' ? playerLine(message) : null;
  switch (level) {
    case 'INFO':
      if (message.startsWith('[')) return taskHead(record);
      return runnerLine(message) ?? playerLine(message);
    case 'WARNING':
      return warningLine(message);
    case 'ERROR':
      return errorLine(record);
    default:
      return null;
  }
}

/** Whether a script logs its arguments: `Args: Namespace(…)`, or a dictionary. */
export function isArguments(message: string): boolean {
  return message.startsWith('Args: Namespace(') || message.startsWith('Args: {');
}

/** More than any list of tasks has. */
const mostDomains = 500;

/** A domain of several words begins with a small letter. Scripts print `Total tasks: 6` below the list. */
const domainCount = /^([\w.-]{1,100}|[a-z][\w. -]{0,99}): (\d{1,6})$/;

/** A line `clock: 4` below `Left tasks:`. @param before those above it */
export function parseDomainCount(text: string, before: readonly unknown[]): DomainPlan | null {
  if (before.length >= mostDomains) return null;
  const [, domain, tasks] = domainCount.exec(text.trim()) ?? [];
  return domain === undefined ? null : { domain, tasks: Number(tasks) };
}

/** Called for every line of a player, so it decides by a few characters. */
function playerLine(logged: string): RunnerLine | null {
  const named = logged.startsWith('[Result]') ? namedResult.exec(logged)?.[1] : undefined;
  if (named !== undefined) return { says: 'result', score: parseScore(named) };
  const message = logged.startsWith(bracketedStep) ? logged.slice(actionMark.length) : logged;
  if (message.startsWith('Step ')) {
    // "Step 3: click()", "Step 3 Actions: [...]", "Step 3.1: click()"
    const step = /^Step (\d{1,6})(?:\.\d{1,3}(?=: )|(?![\w.]))/.exec(message)?.[1];
    return step === undefined ? null : { says: 'step', step: Number(step) };
  }
  if (message.startsWith('Agent: Running server agent')) return { says: 'handed_over' };
  if (message.startsWith('Result: ')) return { says: 'result', score: parseScore(message.slice(8)) };
  if (!message.startsWith('Agent reported ')) return null;
  const step = /^Agent reported \w+ at step (\d{1,6})(?!\w)/.exec(message)?.[1];
  return step === undefined ? null : { says: 'step', step: Number(step) };
}

function taskHead({ message, process }: LoggingRecord): RunnerLine | null {
  const [, bracket, kind, value] = taskLine.exec(message) ?? [];
  if (kind === undefined || value === undefined) {
    const played = playerLine(message);
    if (played !== null) return played;
    return /^\[Child \d+\] received signal \d+/.test(message) ? { says: 'signal', ofRun: false } : null;
  }
  const byProcess = bracket !== undefined || isOneOfSeveral(process);
  if (kind === 'Instruction') return { says: 'instruction', text: value, byProcess };
  const [, domain, id] = kind === 'Domain' ? (wholeName.exec(value) ?? []) : [];
  if (kind === 'Domain' && id === undefined)
    return value === '' ? null : { says: 'domain', domain: value, byProcess };
  const taskId = (id ?? value).replace(sampleMark, '');
  return taskId === '' ? null : { says: 'task', taskId, domain, byProcess };
}

function runnerLine(message: string): RunnerLine | null {
  if (/^TESTING ON TASK (?:JSON )?PATH:/.test(message)) return { says: 'begin' };
  if (message === 'Left tasks:') return { says: 'left' };
  if (isArguments(message)) {
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
  const average = /^Average score(?: over \d+ [a-z ]+(?:\(s\))?)?: (\S+)/.exec(message)?.[1];
  if (average !== undefined) return { says: 'average', score: parseScore(average) };
  const percent = /^Final score: (\d{1,3}(?:\.\d+)?)% \(\d+\/\d+\)$/.exec(message)?.[1];
  if (percent !== undefined) return { says: 'average', score: Number((Number(percent) / 100).toFixed(6)) };
  if (endLine.test(message)) return { says: 'average', score: null };
  const total = /^(?:Total tasks|Tasks to run): (\d{1,6})$/.exec(message)?.[1];
  if (total !== undefined) return { says: 'total', total: Number(total) };
  const started = /^Started process (\S+) with PID \d+$/.exec(message)?.[1];
  if (started !== undefined) return { says: 'started', process: started };
  if (/^Process \S+ received signal \d+/.test(message)) return { says: 'signal', ofRun: false };
  return stopLine.test(message) ? { says: 'signal', ofRun: true } : diedProcess(message);
}

function diedProcess(message: string): RunnerLine | null {
  const process = diedLine.exec(message)?.[1];
  return process === undefined ? null : { says: 'died', process };
}

function warningLine(message: string): RunnerLine | null {
  const died = diedProcess(message);
  if (died !== null) return died;
  // Newer OSWorld, where older ones say "Average score: 0".
  return message.startsWith('No valid scores were produced') ? { says: 'average', score: null } : null;
}

function errorLine({ message, process: writer }: LoggingRecord): RunnerLine | null {
  if (/^All processes died\b/.test(message)) return { says: 'all_died' };
  const [, mainError] = mainErrorLine.exec(message) ?? [];
  if (mainError !== undefined) return { says: 'crashed', message: mainError.slice(0, maxMessageChars) };
  const [, by, domain, taskId, text = ''] = exceptionLine.exec(message) ?? [];
  if (domain !== undefined && taskId !== undefined) {
    return {
      says: 'exception',
      domain,
      taskId: taskId.replace(sampleMark, ''),
      message: text.slice(0, maxMessageChars),
      byProcess: by !== undefined || isOneOfSeveral(writer),
    };
  }
  const [, process, reason = ''] = failedLine.exec(message) ?? [];
  return process === undefined
    ? null
    : { says: 'failed', process, message: reason.slice(0, maxMessageChars) };
}
