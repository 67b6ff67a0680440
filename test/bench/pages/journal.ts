/** A journal and an archive, as large as they are after a year of runs. */
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import type { Archive } from '../../../src/main/engine/archive/index.ts';
import type { Feed, TaskRecord } from '../../../src/main/engine/feed/index.ts';
import { newRun, oldRun, recordHistory, recordMissing, recordPair } from '../../e2e/support/run-scenes.ts';
import { setReady, startRun } from '../../e2e/support/scenes.ts';
import { keptLogOf } from '../../support/kept-log.ts';
import { waaLog } from '../../support/waa-log.ts';
import { linesOf } from '../../unit/run/steps/support.ts';

export interface JournalSize {
  readonly runs: number;
  readonly tasksEach: number;
  /** Number of lines in the kept log of one run. */
  readonly logLines: number;
  /** Number of steps in each task of that run. Each step has a screenshot. */
  readonly steps: number;
}

/** What there is to look at. */
export interface FilledJournal {
  readonly runs: number;
  readonly tasks: number;
  readonly logLines: number;
  readonly logMegabytes: number;
  readonly screenshots: number;
  /** The run whose log and screenshots are kept, and one of its tasks. */
  readonly runId: string;
  readonly taskId: string;
  readonly domain: string;
  /** A run of the same tasks. */
  readonly otherRunId: string;
}

/** Fills an empty journal: the history, two runs to compare, and a run that is on. */
export async function fillJournal(
  feed: Feed,
  archive: Archive,
  dataDir: string,
  { runs, tasksEach, logLines, steps }: JournalSize,
): Promise<FilledJournal> {
  recordHistory(feed, runs - 3, tasksEach);
  for (let index = 0; index < runs - 3; index += 1)
    recordMissing(feed, `run-${String(index).padStart(4, '0')}`, [{ from: 0, to: tasksEach, why: 'room' }]);
  recordPair(feed, tasksEach);
  setReady(feed);
  startRun(feed, Math.floor(tasksEach * 0.4), tasksEach, {
    run_id: 'run-on',
    started_at: new Date(Date.now() - 4_321_000).toISOString(),
    current_thought: 'The window of Notepad is in front. I type the second item below the first.',
    current_action: 'computer.keyboard.write("bread\\n")',
  });

  const tasks = feed.tasksOf(oldRun.runId);
  const text = longLog(tasks, logLines);
  const log = 'container:winarena:/client/results/logs/normal-0-20260128.log';
  keptLogOf(dataDir, { runId: oldRun.runId, vm: oldRun.vm ?? '', log }, text);
  await keepFilms(archive, tasks, steps);
  const task = tasks.find(({ outcome, domain }) => outcome === 'scored' && domain !== null) ?? tasks[0];
  return {
    runs,
    tasks: runs * tasksEach,
    logLines: text.split('\n').length - 1,
    logMegabytes: Buffer.byteLength(text) / 1e6,
    screenshots: tasks.length * steps,
    runId: oldRun.runId,
    taskId: task?.taskId ?? '',
    domain: task?.domain ?? '',
    otherRunId: newRun.runId,
  };
}

/** As many lines as wanted, or a few more: the agent talks until then. */
function longLog(tasks: readonly TaskRecord[], lines: number): string {
  const steps = tasks.reduce((sum, task) => sum + task.steps, 0);
  const plain = waaLog({ startedAt: oldRun.startedAt, tasks, talk: 0 }).split('\n').length - 1;
  return waaLog({
    startedAt: oldRun.startedAt,
    tasks,
    talk: Math.max(0, Math.ceil((lines - plain) / steps)),
  });
}

/** Keeps trajectory and screenshots of each task. */
async function keepFilms(archive: Archive, tasks: readonly TaskRecord[], steps: number): Promise<void> {
  const pictures = Array.from({ length: steps }, (_, index) =>
    stepPicture(index + 1, 40 + (index % 10) * 60),
  );
  for (const { runId, domain, taskId, attempt, startedAt } of tasks) {
    using keeping = archive.begin({ runId, domain, taskId, attempt });
    const atMs = (index: number): number => (startedAt ?? 0) + (index + 1) * 2000;
    const nameOf = (index: number): string => `step_${index + 1}_${stamp(atMs(index))}.png`;
    for (const [index, bytes] of pictures.entries())
      await keeping.add({ name: nameOf(index), kind: 'screen', bytes, modifiedAt: atMs(index) });
    const trajectory = linesOf(
      ...pictures.map((_, index) => ({
        step_num: index + 1,
        action_timestamp: stamp(atMs(index)),
        action: `computer.mouse.move(id=${index})\ncomputer.mouse.single_click()`,
        response: 'The window is in front, so I go on with the list. '.repeat(8),
        reward: 0,
        done: index === steps - 1,
        info: {},
        screenshot_file: nameOf(index),
      })),
    );
    await keeping.add({
      ...{ name: 'traj.jsonl', kind: 'text', modifiedAt: atMs(steps) },
      bytes: Buffer.from(trajectory),
    });
    if (!keeping.finish({ clockOffsetMs: 0, why: [] })) throw new Error('The journal cannot be written.');
  }
}

/** "20260128@220412" */
const stamp = (atMs: number): string =>
  new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '@');
