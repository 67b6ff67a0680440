/** An attempt's steps as they are shown outside: snake_case, ISO 8601 in UTC, seconds. Pure. */
import type { Screen, ScreenTask } from '../../../../shared/screens.ts';
import type { AttemptKey, Feed, TaskRecord } from '../../feed/index.ts';
import { screenNamed, type LogPlace, type Step } from '../../run/index.ts';
import { screenUrl } from './screen-task.ts';
import type { AttemptsView, StepsView } from './steps-schema.ts';
import { taskView } from './run-view.ts';

type StepView = StepsView['steps'][number];

/** An attempt, and when it began: epoch milliseconds, null if that is not known. */
export interface ViewedAttempt {
  readonly task: ScreenTask;
  readonly startedAt: number | null;
}

/**
 * Joins steps and screenshots. The texts name the screenshot of each step; if they name none, the numbers in the names of the files tell.
 * The screen before the first step comes first, even if the texts leave it out.
 */
export function stepViews(
  steps: readonly Step[],
  screens: readonly Screen[],
  attempt: ViewedAttempt,
): readonly StepView[] {
  const named = steps.some(({ screenshot }) => screenshot !== null);
  const used = new Set<Screen>();
  const views = steps.map((step, index) => {
    const nth = steps.slice(0, index).filter((other) => other.step === step.step).length;
    const screen = named ? screenNamed(step.screenshot, screens) : screenOfStep(step.step, nth, screens);
    if (screen !== undefined) used.add(screen);
    return stepView(step, screen, attempt.task);
  });
  const begin = steps.some(({ step }) => step === 0)
    ? undefined
    : screens.find((screen) => screen.step === 0 && !used.has(screen));
  return begin === undefined ? views : [...viewsOfScreens([begin], attempt), ...views];
}

/** Returns a step for each screenshot whose step is known, for an attempt that left no text. */
export function viewsOfScreens(
  screens: readonly Screen[],
  { task, startedAt }: ViewedAttempt,
): readonly StepView[] {
  return screens.flatMap((screen) => {
    const { step, takenAt: at } = screen;
    const elapsedSeconds = startedAt === null ? null : Math.max(0, at - startedAt) / 1000;
    return step === null ? [] : [stepView({ ...untold, step, at, elapsedSeconds }, screen, task)];
  });
}

/** Facts of a step that a screenshot alone does not tell. */
const untold = { thought: null, action: null, reward: null, done: null, screenshot: null };

/** @param nth of the actions of this step */
function screenOfStep(step: number, nth: number, screens: readonly Screen[]): Screen | undefined {
  const ofStep = screens.filter((screen) => screen.step === step);
  return ofStep[nth] ?? ofStep.at(-1);
}

function stepView(step: Step, screen: Screen | undefined, task: ScreenTask): StepView {
  return {
    step: step.step,
    at: step.at === null ? null : new Date(step.at).toISOString(),
    elapsed_seconds: step.elapsedSeconds,
    thought: step.thought,
    action: step.action,
    reward: step.reward,
    done: step.done,
    screenshot:
      screen === undefined
        ? null
        : {
            url: screenUrl(screen.name, task),
            moment: screen.moment ?? null,
            width: screen.size?.width ?? null,
            height: screen.size?.height ?? null,
            size_bytes: screen.sizeBytes,
            kept: screen.isKept ?? false,
          },
    log: null,
  };
}

/** Adds where each step is in the log of the run. */
export function withPlaces(
  steps: StepsView['steps'],
  places: ReadonlyMap<number, LogPlace>,
): StepsView['steps'] {
  return steps.map((step) => ({ ...step, log: places.get(step.step) ?? null }));
}

function resultView(record: TaskRecord | null): AttemptsView['result'] {
  if (record === null) return null;
  const { duration_seconds, message } = taskView(record);
  return { ...attemptView(record), duration_seconds, message };
}

type History = Pick<Feed, 'run' | 'tasksOf' | 'attemptsAt'>;

/** Returns what the journal knows of an attempt and of the others at its task. @param record null: it runs */
export function attemptsView(feed: History, key: AttemptKey, record: TaskRecord | null): AttemptsView {
  const { runId, taskId, domain, attempt } = key;
  return {
    ...{ run_id: runId, task_id: taskId, domain, attempt },
    result: resultView(record),
    other_attempts: otherAttempts(feed, key),
    same_task_in_other_runs: inOtherRuns(feed, key),
  };
}

function otherAttempts(
  feed: History,
  { runId, taskId, domain, attempt }: AttemptKey,
): AttemptsView['other_attempts'] {
  return feed
    .tasksOf(runId)
    .filter((other) => other.taskId === taskId && other.domain === domain && other.attempt !== attempt)
    .map(attemptView);
}

const mostOtherRuns = 50;

/** Returns attempts of other runs at the task, newest first. */
function inOtherRuns(feed: History, task: AttemptKey): AttemptsView['same_task_in_other_runs'] {
  const others = feed
    .attemptsAt(null, task.domain, task.taskId)
    .filter(({ runId }) => runId !== task.runId)
    .slice(-mostOtherRuns)
    .reverse();
  const runs = new Map(others.map(({ runId }) => [runId, feed.run(runId)]));
  return others.map((record) => ({
    run_id: record.runId,
    vm: record.vm,
    agent: runs.get(record.runId)?.arguments.agent ?? null,
    model: runs.get(record.runId)?.arguments.model ?? null,
    ...attemptView(record),
  }));
}

function attemptView(record: TaskRecord): AttemptsView['other_attempts'][number] {
  const { attempt, outcome, success, score, steps, started_at, finished_at } = taskView(record);
  return { attempt, outcome, success, score, steps, started_at, finished_at };
}
