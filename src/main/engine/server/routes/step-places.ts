/** Finds the bytes of each step in the kept log of its run. */
import pLimit from 'p-limit';
import type { ScreenTask } from '../../../../shared/screens.ts';
import type { LogReader } from '../../archive/index.ts';
import { inTurns } from '../../common/in-turns.ts';
import type { StoredRun, TaskRecord } from '../../feed/index.ts';
import { createLogPlaces, type LogPlace, type LogPlaces } from '../../run/index.ts';

export type StepPlaces = ReadonlyMap<number, LogPlace>;

/** A longer log takes too long to read: steps in it have no places. */
const mostLogBytes = 64 * 1024 * 1024;

/** The log that was read last. While its run is on, the next request reads only what is new. */
interface ReadLog {
  readonly runId: string;
  readonly places: LogPlaces;
  readTo: number;
}

const nowhere: StepPlaces = new Map();

/** Returns a function that finds the steps of an attempt; an empty map: they are not known. @param logs null: no logs are kept */
export function createStepPlaces(logs: LogReader | null) {
  const inTurn = pLimit(1);
  let newest: ReadLog | null = null;

  async function find(run: StoredRun, task: ScreenTask, record: TaskRecord | null): Promise<StepPlaces> {
    const kept = logs?.open(run) ?? null;
    if (kept === null || kept.size > mostLogBytes) return nowhere;
    const read: ReadLog =
      newest?.runId === run.runId && newest.readTo <= kept.size
        ? newest
        : { runId: run.runId, places: createLogPlaces(), readTo: 0 };
    newest = null;
    for await (const { from, bytes } of kept.read(read.readTo, kept.size)) {
      // Without these bytes, attempts cannot be counted.
      if (from !== read.readTo) return nowhere;
      await inTurns(read.places.push(bytes));
      read.readTo += bytes.length;
    }
    if (read.readTo < kept.size) return nowhere;
    newest = read;
    const steps = read.places.stepsOf(task);
    const last = steps === null ? 0 : [...steps.keys()].reduce((most, step) => Math.max(most, step), 0);
    // An attempt that has other steps than the journal knows is another one.
    return steps === null || (record !== null && record.steps !== last) ? nowhere : steps;
  }

  return (run: StoredRun, task: ScreenTask, record: TaskRecord | null): Promise<StepPlaces> =>
    inTurn(() => find(run, task, record));
}
