/**
 * The one entry into this room: the texts of a task's folder go in, the steps of an attempt come out. Pure. Nobody else knows what
 * benchmarks write; a form that is not known is left out and counted.
 */
import type { TaskText } from '../../../../shared/screens.ts';
import { topLevelOf } from '../trials/json-text.ts';
import { instructionIn, readExecution } from './execution.ts';
import { readMarkdown } from './markdown.ts';
import type { RawReading, RawStep, Step, StepReader, StepsContext, StepsReading } from './model.ts';
import { readRuntimeLog } from './runtime-log.ts';
import { readTrajectory } from './trajectory.ts';
import { numberOf, stepNumberOf, stepText, textOf } from './values.ts';

/** Readers by the name of their file, best first: the first file with steps counts. */
const readers: readonly (readonly [name: string, read: StepReader])[] = [
  ['traj.jsonl', readTrajectory],
  ['traj.md', readMarkdown],
  ['execution.json', readExecution],
  ['runtime.log', readRuntimeLog],
];

/** Steps that are shown. A task has at most some hundred. */
const mostShown = 1_000;

const emptyReading: RawReading = {
  ...{ steps: [], instruction: null, error: null, skippedLines: 0, isCut: false },
  screenMoment: null,
};

/** Reads the steps of one attempt. A generator that pauses after each short piece of work; see `inTurns`. */
export function* readSteps(
  files: readonly TaskText[],
  context: StepsContext,
): Generator<undefined, StepsReading> {
  let all = emptyReading;
  let source: TaskText | null = null;
  for (const [name, read] of readers) {
    const file = files.find((one) => one.name === name);
    if (file === undefined || source !== null) continue;
    const found = yield* read(file, files);
    if (found.steps.length > 0) source = file;
    all = {
      steps: found.steps,
      instruction: all.instruction ?? found.instruction,
      // A file that was written to later may hold the exception of another attempt.
      error: all.error ?? (context.isOfAttempt(file.modifiedAt) ? found.error : null),
      skippedLines: all.skippedLines + found.skippedLines,
      isCut: all.isCut || found.isCut,
      screenMoment: found.screenMoment,
    };
  }
  const { ours, others } = chooseOurs(all.steps, source, context);
  const shown = yield* withShownTexts(timed(ours.slice(0, mostShown), context));
  const { steps, isShort } = withinBudget(withScores(shown, scoresIn(files)));
  return {
    steps,
    instruction: shownText(all.instruction ?? instructionBeside(files)),
    // Of a file with several attempts, nothing tells whose the exception is.
    error: others === 0 ? shownText(all.error) : null,
    skippedLines: all.skippedLines,
    otherAttemptLines: others,
    isCut: all.isCut || isShort || ours.length > mostShown,
    source: ours.length === 0 ? null : (source?.name ?? null),
    screenMoment: ours.length === 0 ? null : all.screenMoment,
  };
}

/** A step, and its time on our clock. */
interface TimedStep {
  readonly raw: RawStep;
  readonly at: number | null;
}

/**
 * Benchmarks add to a trajectory that is there already, so it may hold several attempts. Times in the attempt tell its steps. If no
 * step has such a time, they are those of another attempt, or the writer's clock is not known. Only a file that was last written to in
 * this attempt, at whose task there is no other, is then believed, without its times.
 */
function chooseOurs(
  steps: readonly RawStep[],
  source: TaskText | null,
  { clockOffsetMs, isOfAttempt, hasOthers }: StepsContext,
): { readonly ours: readonly TimedStep[]; readonly others: number } {
  const all = steps.map((raw) => ({ raw, at: timeOf(raw, clockOffsetMs) }));
  const inTime = all.filter(({ at }) => at !== null && isOfAttempt(at));
  const isOurFile = source !== null && isOfAttempt(source.modifiedAt);
  if (inTime.length > 0) {
    const ours = isOurFile ? all.filter(({ at }) => at === null || isOfAttempt(at)) : inTime;
    return { ours, others: all.length - ours.length };
  }
  const hasTimes = all.some(({ at }) => at !== null);
  if (!isOurFile || (hasTimes && hasOthers)) return { ours: [], others: all.length };
  return { ours: all.map(({ raw }) => ({ raw, at: null })), others: 0 };
}

function timeOf({ time }: RawStep, clockOffsetMs: number): number | null {
  if (time === null) return null;
  return 'epochMs' in time ? time.epochMs : time.localMs + clockOffsetMs;
}

function timed(steps: readonly TimedStep[], { startedAt }: StepsContext): readonly Step[] {
  const begin = startedAt ?? steps.find(({ at }) => at !== null)?.at ?? null;
  return steps.map(({ raw: { time: _time, ...step }, at }) => ({
    ...step,
    at,
    elapsedSeconds: at === null || begin === null ? null : Math.max(0, at - begin) / 1000,
  }));
}

function shownText(text: string | null): string | null {
  return text === null ? null : stepText(text);
}

function* withShownTexts(steps: readonly Step[]): Generator<undefined, readonly Step[]> {
  const shown: Step[] = [];
  for (const step of steps) {
    shown.push({ ...step, thought: shownText(step.thought), action: shownText(step.action) });
    yield;
  }
  return shown;
}

/** Returns the scores by step that WAA-V2 writes into `results.json`: `[{"step": 5, "score": 1.0}]`. */
function scoresIn(files: readonly TaskText[]): ReadonlyMap<number, number> {
  const file = files.find(({ name }) => name === 'results.json');
  const scores = new Map<number, number>();
  if (file === undefined || file.isCut) return scores;
  const list = topLevelOf([`{"scores":${new TextDecoder().decode(file.bytes)}}`])?.['scores'];
  if (!Array.isArray(list)) return scores;
  for (const entry of list as readonly unknown[]) {
    if (typeof entry !== 'object' || entry === null) continue;
    const { step, score } = entry as { readonly step?: unknown; readonly score?: unknown };
    const [number, value] = [stepNumberOf(step), numberOf(score)];
    if (number !== null && value !== null) scores.set(number, value);
  }
  return scores;
}

/** A score is that of the last action of its step. */
function withScores(steps: readonly Step[], scores: ReadonlyMap<number, number>): readonly Step[] {
  if (scores.size === 0) return steps;
  return steps.map((step, index) => {
    const score = steps[index + 1]?.step === step.step ? undefined : scores.get(step.step);
    return score === undefined ? step : { ...step, reward: score };
  });
}

/** Characters of all steps together: what goes into one answer. */
const mostCharacters = 2_000_000;

/** Leaves the texts out from the step on that would exceed the limit. */
function withinBudget(steps: readonly Step[]): {
  readonly steps: readonly Step[];
  readonly isShort: boolean;
} {
  let used = 0;
  const within = steps.map((step) => {
    used += (step.thought?.length ?? 0) + (step.action?.length ?? 0);
    return used > mostCharacters ? { ...step, thought: null, action: null } : step;
  });
  return { steps: within, isShort: used > mostCharacters };
}

function instructionBeside(files: readonly TaskText[]): string | null {
  const task = files.find(({ name }) => name === 'task.json');
  const text = files.find(({ name }) => name === 'instruction.txt');
  const told = text === undefined ? null : textOf(new TextDecoder().decode(text.bytes));
  return told ?? (task === undefined ? null : instructionIn(task));
}
