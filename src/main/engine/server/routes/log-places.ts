/** Finds the bytes of each task, and of its steps, in the kept log of a run. */
import pLimit from 'p-limit';
import type { Result } from '../../../../shared/result.ts';
import type { ScreenTask } from '../../../../shared/screens.ts';
import type { KeptLog, LogReader } from '../../archive/index.ts';
import { inTurns } from '../../common/in-turns.ts';
import type { StoredRun, TaskRecord } from '../../feed/index.ts';
import { createLogPlaces, type AttemptPlace, type LogPlace, type LogPlaces } from '../../run/index.ts';

export type StepPlaces = ReadonlyMap<number, LogPlace>;

const mostLogMegabytes = 64;

/** Logs that are remembered. A page asks for one or two runs in turn. */
const mostLogs = 4;

/** A log as far as it was read. While its run is on, the next request reads only what is new. */
interface ReadLog {
  readonly generation: string;
  readonly places: LogPlaces;
  readTo: number;
  /** Resolves when what is being read now is read; null: nothing is. */
  reading: Promise<void> | null;
}

const nowhere: StepPlaces = new Map();

export interface PlacesInLogs {
  /** Returns where the steps of an attempt are; an empty map: that is not known. */
  steps(run: StoredRun, task: ScreenTask, record: TaskRecord | null): Promise<StepPlaces>;
  /** Returns where the attempts of a run are; else why that is not known, a sentence. */
  attempts(run: StoredRun): Promise<Result<readonly AttemptPlace[], string>>;
}

/** @param logs null: no logs are kept */
export function createPlacesInLogs(logs: LogReader | null): PlacesInLogs {
  const inTurn = pLimit(1);
  /** By run, the one that was asked for last at the end. */
  const logsRead = new Map<string, ReadLog>();

  function remembered(runId: string, { generation, size }: KeptLog): ReadLog {
    const known = logsRead.get(runId);
    const log =
      known?.generation === generation && known.readTo <= size
        ? known
        : { generation, places: createLogPlaces(), readTo: 0, reading: null };
    logsRead.delete(runId);
    logsRead.set(runId, log);
    for (const oldest of logsRead.keys()) if (logsRead.size > mostLogs) logsRead.delete(oldest);
    return log;
  }

  /** Reads on, up to the end or to a hole. */
  async function readOn(log: ReadLog, kept: KeptLog): Promise<void> {
    for await (const { from, bytes } of kept.read(log.readTo, kept.size)) {
      if (from !== log.readTo) break;
      await inTurns(log.places.push(bytes));
      log.readTo += bytes.length;
    }
  }

  async function read(run: StoredRun): Promise<Result<LogPlaces, string>> {
    const kept = logs?.open(run) ?? null;
    if (kept === null) return { ok: false, problem: 'The log is not kept.' };
    if (kept.size > mostLogMegabytes * 1024 * 1024) return { ok: false, problem: tooLong };
    const log = remembered(run.runId, kept);
    try {
      // Others may be reading it. What has come since they began is read behind them.
      for (let hasRead = false; log.readTo < kept.size && !hasRead;) {
        hasRead = log.reading === null;
        log.reading ??= inTurn(() => readOn(log, kept)).finally(() => {
          log.reading = null;
        });
        await log.reading;
      }
    } catch (error) {
      // Half a piece was taken.
      logsRead.delete(run.runId);
      throw error;
    }
    return log.readTo < kept.size ? { ok: false, problem: hasHole } : { ok: true, value: log.places };
  }

  async function steps(run: StoredRun, task: ScreenTask, record: TaskRecord | null): Promise<StepPlaces> {
    const places = await read(run);
    const found = places.ok ? places.value.stepsOf(task) : null;
    const last = found === null ? 0 : [...found.keys()].reduce((most, step) => Math.max(most, step), 0);
    // An attempt that has other steps than the journal knows is another one.
    return found === null || (record !== null && record.steps !== last) ? nowhere : found;
  }

  return {
    steps,
    async attempts(run) {
      const places = await read(run);
      return places.ok ? { ok: true, value: places.value.attempts() } : places;
    },
  };
}

const tooLong = `The log has more than ${mostLogMegabytes} MB, so BenchTray does not look for the tasks in it.`;
const hasHole = 'A part of the log is not kept, so the tasks in it cannot be told apart.';
