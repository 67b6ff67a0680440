/**
 * Reads `traj.jsonl` of Windows Agent Arena (WAA), its second version and OSWorld: a line of JSON for each action. WAA-V2 writes it
 * before the action, the others after it.
 *
 *   {"step_num": 0, "action_timestamp": "20260128@225512", "action": null, "screenshot": "screenshot-step_reset_….png", …}
 *   {"step_num": 1, …, "action": "computer.…", "reward": 0.0, "done": false, "screenshot": "…", "plan_result": "plan_result-step_0_….txt"}
 *   {"step_num": 1, …, "action": "pyautogui.…" or an object, "response": "…", "screenshot_file": "step_1_….png"}
 *   {"Error": "Exception in chrome/…", "Exception": "…", "Traceback": "…"}
 *
 * Sources: WAA's trajectory_recorder.py and run.py, OSWorld's lib_run_single.py and run.py.
 */
import type { ScreenMoment, TaskText } from '../../../../shared/screens.ts';
import { topLevelOf, type JsonObject } from '../trials/json-text.ts';
import { linesOf } from './lines.ts';
import type { RawReading, RawStep, StepReader } from './model.ts';
import {
  actionOf,
  flagOf,
  localTimeOf,
  numberOf,
  screenshotOf,
  stepNumberOf,
  textOf,
  thoughtOf,
} from './values.ts';

/** Steps that are read of one file. A task has at most some hundred; several attempts may be in one file. */
export const mostRead = 10_000;

/** WAA writes what the agent planned into a file of its own, and the name of the file into the trajectory. */
const planFile = /^plan_result[\w@.-]*\.txt$/;

export const readTrajectory: StepReader = function* (file, files): Generator<undefined, RawReading> {
  const steps: RawStep[] = [];
  let instruction: string | null = null;
  let error: string | null = null;
  let skippedLines = 0;
  let isCut = file.isCut;
  let screenMoment: ScreenMoment | null = null;
  for (const line of linesOf(file.bytes)) {
    if (line === undefined) yield;
    if (line === undefined || line.text?.trim() === '') continue;
    const entry = line.text === null ? null : topLevelOf([line.text]);
    // The last line is written in pieces.
    if (entry === null && !line.isWhole && line.text !== null) continue;
    const step = entry === null ? null : stepIn(entry, files);
    const raised = entry === null ? null : (textOf(entry['Exception']) ?? textOf(entry['Error']));
    const told = entry === null ? null : textOf(entry['instruction']);
    instruction ??= told;
    error = raised ?? error;
    if (step !== null && step.step > 0) screenMoment ??= momentIn(entry);
    if (step !== null && steps.length < mostRead) steps.push(step);
    else if (step !== null) isCut = true;
    else if (raised === null && told === null) skippedLines += 1;
    yield;
  }
  return { steps, instruction, error, skippedLines, isCut, screenMoment };
};

/** WAA-V2 writes a line before its action: there is no reward yet, and the screenshots are in a folder of their own. */
function momentIn(entry: JsonObject | null): ScreenMoment | null {
  if (entry === null) return null;
  if ('reward' in entry || 'done' in entry) return 'after';
  const { screenshot } = entry;
  return typeof screenshot === 'string' && screenshot.startsWith('screenshot/') ? 'before' : null;
}

function stepIn(entry: JsonObject, files: readonly TaskText[]): RawStep | null {
  const step = stepNumberOf(entry['step_num']);
  if (step === null || !('action' in entry)) return null;
  return {
    step,
    time: localTimeOf(entry['action_timestamp']),
    thought:
      thoughtOf(entry['thought']) ??
      planIn(entry['plan_result'], files) ??
      thoughtOf(entry['response']) ??
      textOf(entry['natural_language_action']),
    action: actionOf(entry['action']),
    reward: numberOf(entry['reward']),
    done: flagOf(entry['done']),
    screenshot: screenshotOf(entry['screenshot_file']) ?? screenshotOf(entry['screenshot']),
  };
}

/** Returns the name of the file that holds the plan behind the last of these lines; null: they name none. */
export function planFileIn(lines: Uint8Array): string | null {
  const last = new TextDecoder().decode(lines).trimEnd().split('\n').at(-1) ?? '';
  const name = topLevelOf([last])?.['plan_result'];
  return typeof name === 'string' && planFile.test(name) ? name : null;
}

function planIn(value: unknown, files: readonly TaskText[]): string | null {
  if (typeof value !== 'string' || !planFile.test(value)) return thoughtOf(value);
  const plan = files.find(({ name }) => name === value);
  if (plan === undefined) return null;
  const text = new TextDecoder().decode(plan.bytes);
  // What WAA writes in place of an empty plan.
  return text.trim() === 'No data available' ? null : textOf(text);
}
