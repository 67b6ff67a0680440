/** Plays the log of one task through a whole session, from its bytes to its verdict. */
import type { RunEffect } from '../../../../src/main/engine/run/index.ts';
import type { FaultEvidence } from '../../../../src/main/engine/run/faults/model.ts';
import type { TaskFault } from '../../../../src/shared/stream-words.ts';
import { context, openSession, waaLog } from '../support.ts';

/** One task, as a benchmark logs it, and whose fault its end is. */
export interface Example {
  readonly name: string;
  /** The file and function that writes the line that matters, or where its format is described. */
  readonly source: string;
  readonly fault: TaskFault;
  readonly log: string;
  /** Which of the tasks in the log it is about. Missing: {@link taskName}. */
  readonly task?: string;
}

export interface PlayedVerdict {
  readonly fault: TaskFault | undefined;
  readonly evidence: FaultEvidence | null | undefined;
}

export const taskName = 'bb5e4c0d-f964-439c-97b6-bdb9747de3f4';
export const otherTask = '7b6c7e24-c58a-49fc-a5bb-d57b80e5b4c3';

/** Returns the verdict on the newest attempt at a task, as its last effect has it. */
export function verdictOn(effects: readonly RunEffect[], task = taskName): PlayedVerdict {
  const last = effects.findLast(
    (effect) =>
      (effect.type === 'task_ended' || effect.type === 'task_corrected') &&
      effect.task.taskId.startsWith(task),
  );
  if (last === undefined || !('task' in last)) return { fault: undefined, evidence: undefined };
  return { fault: last.task.fault, evidence: last.task.faultEvidence };
}

export function play(log: string): readonly RunEffect[] {
  return openSession().push(new TextEncoder().encode(log), context).effects;
}

type WaaLog = ReturnType<typeof waaLog>;
type Body = (log: WaaLog) => WaaLog;

/** A task of WAA's `run.py`, with another one before and behind it. */
export const inWaa =
  (source: string) =>
  (name: string, fault: TaskFault, body: Body, around: Body = (log) => log): Example => ({
    name: `waa: ${name}`,
    source,
    fault,
    log: around(
      body(
        around(
          waaLog({ coloured: true })
            .begin(otherTask, taskName, 'last')
            .task(otherTask)
            .step(1)
            .result('1.00')
            .finished(otherTask),
        ).task(taskName),
      ),
    )
      .task('last')
      .step(1)
      .result('1.00')
      .finished('last')
      .average('0.5')
      .text(),
  });

export const scored =
  (score = '0.00'): Body =>
  (log) =>
    log.record('lib_run_single', 'Running evaluator(s)...').result(score).finished(taskName);

/** The end of a task by an exception, with its traceback: frames as `file:function`. */
export const raised =
  (message: string, type: string, ...frames: readonly string[]): Body =>
  (log) => {
    const lines = frames.map((one) => {
      const [path = '', name = 'f'] = one.split(':');
      return `  File "${path}", line 12, in ${name}\n    call()`;
    });
    return log
      .record('run', `Exception in clock/${taskName}: ${message}`, 'ERROR')
      .record(
        'run',
        ['Traceback (most recent call last):', ...lines, `${type}: ${message}`, ''].join('\n'),
        'ERROR',
      );
  };

/** A task of OSWorld in one of two processes; the other one plays meanwhile. */
export const inOsWorld =
  (source: string) =>
  (name: string, fault: TaskFault, body: Body): Example => {
    const own = 'EnvProcess-1';
    const log = waaLog({ coloured: true })
      .record('run_multienv', "Args: Namespace(max_steps=15, model='gpt-4o', num_envs=2)")
      .record('run_multienv', 'Total tasks: 2')
      .record('run_multienv', 'Started process EnvProcess-1 with PID 901')
      .record('run_multienv', 'Started process EnvProcess-2 with PID 902')
      .record('run_multienv', `[${own}][Domain]: chrome`, 'INFO', own)
      .record('run_multienv', `[${own}][Example ID]: ${taskName}`, 'INFO', own)
      .record('run_multienv', `[${own}][Instruction]: Do it.`, 'INFO', own)
      .record('run_multienv', '[EnvProcess-2][Domain]: os', 'INFO', 'EnvProcess-2')
      .record('run_multienv', `[EnvProcess-2][Example ID]: ${otherTask}`, 'INFO', 'EnvProcess-2');
    return { name: `osworld: ${name}`, source, fault, log: body(log).text() };
  };

/** A line of the process that plays the task. */
export const says =
  (module: string, message: string, level = 'INFO'): Body =>
  (log) =>
    log.record(module, message, level, 'EnvProcess-1');

export const osScored = says('lib_run_single', 'Result: 0.00');
export const osRaised =
  (message: string, type: string, ...frames: readonly string[]): Body =>
  (log) => {
    const lines = frames.map((path) => `  File "${path}", line 9, in f\n    call()`);
    const trace = ['Traceback (most recent call last):', ...lines, `${type}: ${message}`, ''].join('\n');
    return [
      says('run_multienv', `Exception in EnvProcess-1 chrome/${taskName}: ${message}`, 'ERROR'),
      says('run_multienv', trace, 'ERROR'),
    ].reduce((all, one) => one(all), log);
  };

/** One piece of a log behind the other. */
export const all =
  (...parts: readonly Body[]): Body =>
  (log) =>
    parts.reduce((before, part) => part(before), log);
/** One line of WAA's only process. */
export const line =
  (module: string, message: string, level = 'INFO'): Body =>
  (log) =>
    log.record(module, message, level);
/** A print, without a prefix. */
export const print =
  (text: string): Body =>
  (log) =>
    log.bare(text);
export const repeated = (times: number, body: Body): Body =>
  all(...Array.from({ length: times }, () => body));
