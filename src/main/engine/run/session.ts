/**
 * The one entry into this room: the bytes of a log go in, what happened in its runs comes out. Bytes become lines, lines become records,
 * records become run events in whatever dialect they are written, and run events fold into the state of the run.
 */
import { withoutTexts } from './attempts.ts';
import { createLogSplitter, type WideEncoding } from './encoding.ts';
import { createCollector, type CollectorState } from './faults/collect.ts';
import type { LogPoint } from './faults/model.ts';
import type { ReadContext, RunEffect, RunEvent, RunState } from './model.ts';
import { createLogReader, initialReader, parseReaderState, type ReaderState } from './reader.ts';
import { reconcile, type ResultFile } from './results.ts';
import { isBetweenTasks } from './resume.ts';
import { runsBesideItsLog } from './dialects/index.ts';
import { runIdFor } from './run-birth.ts';
import { endRun } from './run-end.ts';
import { reduceRun, type RunIdentity } from './run-state.ts';
import { beginStartLog, startLogOfOld, type StartLog } from './start-log.ts';
import { followJob } from './trials/follow-job.ts';
import type { TrialJob } from './trials/job.ts';

/** Where the reading of one log is. Plain JSON: stored with the effects that led to it, it lets a restart lose and repeat nothing. */
export interface RunSessionState {
  /** First byte that is in no line read so far, from the start of the file: the next session's bytes begin here. */
  readonly offset: number;
  /** Of the bytes up to there; missing: UTF-8. */
  readonly wide?: WideEncoding;
  readonly reader: ReaderState;
  /** The run that is on, or the last one; null before the first. */
  readonly run: RunState | null;
  /** The log of the start that this log is in the middle of, or of the last one; missing: none was in this log. */
  readonly startLog?: StartLog;
  /** Where the search for evidence is. Missing: at no line that needs another one. */
  readonly evidence?: CollectorState;
}

export interface RunSessionOptions {
  readonly vm: string;
  /** Hash of the log's first bytes. The ids of runs whose log tells no date are made from it. */
  readonly fingerprint: string;
  /** From which score on a task without a verdict counts as a success. */
  readonly successThreshold: number;
  /** Returns the id to use in place of a run's usual id. Without this function, each run keeps its usual id. */
  readonly nameRun?: (usualId: string) => string;
  /** Set if there is no log of the run: see `reconcile`. */
  readonly silentAfterMs?: number | undefined;
}

/** The process that prints a log. */
export interface RunProcess {
  /** "run_coact.py" */
  readonly script: string;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
}

/** The end of a run that its log does not contain. */
export interface SessionEnd {
  readonly state: 'crashed' | 'interrupted';
  readonly reason: string;
  /** Epoch milliseconds; null: when the last thing happened in the run. */
  readonly atMs: number | null;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** A process that ends between two tasks may be restarting: its run then stays on. */
  readonly mayRestart: boolean;
}

/** The result of one call. Store all of it or nothing. */
export interface SessionStep {
  /** What happened, in order. */
  readonly effects: readonly RunEffect[];
  /** Where the logs of new starts begin, in order. */
  readonly starts: readonly StartLog[];
  /** Where the session is now. */
  readonly state: RunSessionState;
}

export interface RunSession {
  /** Takes the next bytes of the log. However they are cut into chunks, the effects are the same. The chunk may be reused afterwards. */
  push(bytes: Uint8Array, context: ReadContext): SessionStep;
  /** Folds in what all known result files say. They are read again whenever something happens, until others are given. */
  takeResults(files: readonly ResultFile[], nowMs: number): SessionStep;
  /**
   * Notes the process that prints the log. Its start is the start of a run without times. Its script identifies a run whose first lines
   * are missing.
   */
  noteProcess(process: RunProcess): SessionStep;
  /** Folds in a job as its files show it now. A session of a job has no log. */
  takeJob(job: TrialJob, nowMs: number): SessionStep;
  /** Ends the run: its process is gone. */
  end(how: SessionEnd): SessionStep;
}

/** Returns the state at the start of a log. @param run the run to go on with, or behind which the next one begins */
export function newSessionState(run: RunState | null): RunSessionState {
  return { offset: 0, reader: initialReader(), run };
}

/** Returns a stored state; null when another version of BenchTray wrote it: the log is then read from its beginning. */
export function parseSessionState(
  stored: Omit<RunSessionState, 'reader'> & { readonly reader: unknown },
): RunSessionState | null {
  const { offset, wide, run, startLog, evidence } = stored;
  const reader = parseReaderState(stored.reader);
  if (reader === null) return null;
  return {
    ...{ offset, reader, run },
    ...(wide === undefined ? {} : { wide }),
    ...(startLog === undefined ? {} : { startLog }),
    ...(evidence === undefined ? {} : { evidence }),
  };
}

export function createRunSession(from: RunSessionState, options: RunSessionOptions): RunSession {
  const { vm, fingerprint, successThreshold, silentAfterMs, nameRun } = options;
  const identity: RunIdentity = {
    runIdFor(key) {
      const usualId = runIdFor(vm, fingerprint, key);
      return nameRun?.(usualId) ?? usualId;
    },
    successThreshold,
  };
  // What is carried over from a log before this one says nothing of how this one is written.
  const splitter = createLogSplitter(from.offset, from.offset > 0 ? from.wide : undefined);
  const reader = createLogReader(from.reader);
  const collector = createCollector(from.evidence ?? {});
  let { run } = from;
  const isInRun = from.run !== null && from.reader.counts.recognised;
  let startLog = from.startLog ?? (isInRun ? startLogOfOld(from.run, from.offset) : undefined);
  let starts: StartLog[] = [];
  let files: readonly ResultFile[] = [];

  /** Returns the effects, which carry the long texts of ended tasks out of the state. */
  function fold(events: readonly RunEvent[]): RunEffect[] {
    const effects: RunEffect[] = [];
    for (const event of events) {
      const step = reduceRun(run, event, identity);
      run = step.run === null || step.effects.length === 0 ? step.run : withoutTexts(step.run);
      effects.push(...step.effects);
    }
    return effects;
  }

  /** @param offset of the line that said this */
  function noteStarts(events: readonly RunEvent[], offset: number): void {
    for (const event of events) {
      if (event.type !== 'run_started') continue;
      startLog = beginStartLog(startLog, identity.runIdFor(event.key), offset);
      starts.push(startLog);
    }
  }

  /** Returns the events of the line that was just read, with what else it shows. @param offset of the line */
  function withEvidence(events: readonly RunEvent[], offset: number): readonly RunEvent[] {
    noteStarts(events, offset);
    const { record } = reader;
    if (record === null) return events;
    const point: LogPoint = { start: startLog?.start ?? null, offset: record.offset - (startLog?.from ?? 0) };
    const shown = collector.take(record, point);
    const told = events.length === 0 ? events : collector.note(events, record, point);
    // A line that ends a run may say why.
    return shown.length === 0 ? told : [...shown, ...told];
  }

  function foldResults(nowMs: number): readonly RunEffect[] {
    if (files.length === 0 && silentAfterMs === undefined) return [];
    return fold(reconcile(run, files, { nowMs, silentAfterMs }));
  }

  function stepOf(effects: readonly RunEffect[]): SessionStep {
    const { offset, wide } = splitter;
    const begun = starts;
    starts = [];
    const state: RunSessionState = {
      ...{ offset, reader: reader.state, run },
      ...(wide === undefined ? {} : { wide }),
      ...(startLog === undefined ? {} : { startLog }),
      ...(Object.keys(collector.state).length === 0 ? {} : { evidence: collector.state }),
    };
    return { effects, starts: begun, state };
  }

  return {
    push(bytes, context) {
      const effects: RunEffect[] = [];
      // Line by line, not chunk by chunk: the order of effects must not depend on how the bytes are cut. Result files come behind a
      // whole line: in the middle of it, the number of workers of a new run is unknown.
      for (const line of splitter.push(bytes)) {
        const events = withEvidence(reader.read(line, context), line.offset);
        if (events.length === 0) continue;
        const told = fold(events);
        if (told.length > 0) effects.push(...told, ...foldResults(context.referenceTimeMs));
      }
      return stepOf(effects);
    },
    takeResults(found, nowMs) {
      files = found;
      return stepOf(foldResults(nowMs));
    },
    noteProcess({ script, startedAtMs }) {
      const events = reader.readPlayer(script);
      noteStarts(events, splitter.offset);
      const effects = fold(events);
      if (run?.state !== 'running' || run.startedAt !== null || run.next !== null) return stepOf(effects);
      // Until a run was found in this log, the run is that of another one, and of another process.
      if (runsBesideItsLog(run) && reader.state.counts.recognised) run = { ...run, startedAt: startedAtMs };
      return stepOf(effects);
    },
    takeJob(job, nowMs) {
      const isSame = run?.runId === identity.runIdFor(job.key);
      return stepOf(fold(followJob(isSame ? run : null, job, nowMs)));
    },
    end({ state, reason, atMs, nowMs, mayRestart }) {
      const effects = fold(reader.close());
      if (effects.length > 0) effects.push(...foldResults(nowMs));
      if (run === null || (mayRestart && isBetweenTasks(run))) return stepOf(effects);
      const ended = endRun(run, state, atMs, reason);
      run = ended.effects.length === 0 ? ended.run : withoutTexts(ended.run);
      return stepOf([...effects, ...ended.effects]);
    },
  };
}

/** Returns whose log this is. @param text a piece of a log, which may begin and end anywhere */
export function recogniseLog(text: string): { readonly dialect: string | null; readonly lines: number } {
  const session = createRunSession(newSessionState(null), { vm: '', fingerprint: '', successThreshold: 1 });
  // A piece of UTF-16 was read as UTF-8.
  const bytes = new TextEncoder().encode(`${text.replaceAll('\0', '')}\n`);
  const context = { clockOffsetMs: 0, referenceTimeMs: 0 };
  const start = session.push(bytes, context).effects.find((effect) => effect.type === 'run_started');
  return {
    dialect: start?.run.dialect ?? null,
    lines: text.split(/[\r\n]+/).filter((line) => line.trim() !== '').length,
  };
}
