/**
 * Reads `execution.json`, the trace that openadapt-evals writes when a task is over, and `task.json`, which it writes before:
 *
 *   {"task_id": …, "success": true, "score": 1.0, "error": null, "steps": [{"step_idx": 0, "screenshot_path": "screenshots/step_000.png",
 *     "action": {"type": "click", "x": 0.5, …}, "reasoning": "…", "timestamp": 1769641312.5, "agent_logs": {…}}, …], "logs": […]}
 *
 * Its screenshots show the state before the action, and it counts from 0. Source: openadapt_evals/benchmarks/data_collection.py.
 */
import type { TaskText } from '../../../../shared/screens.ts';
import { topLevelOf, type JsonObject } from '../trials/json-text.ts';
import type { RawReading, RawStep, StepReader, StepTime } from './model.ts';
import { mostRead } from './trajectory.ts';
import { actionOf, numberOf, screenshotOf, stepNumberOf, textOf, thoughtOf } from './values.ts';

/** To parse more at once would block the event loop. */
const mostBytes = 4 * 1024 * 1024;

export const readExecution: StepReader = function* (file): Generator<undefined, RawReading> {
  const trace = objectIn(file);
  const told = trace?.['steps'];
  const entries: readonly unknown[] = Array.isArray(told) ? told : [];
  const steps: RawStep[] = [];
  let skippedLines = trace === null || !Array.isArray(told) ? 1 : 0;
  for (const entry of entries.slice(0, mostRead)) {
    const step = stepIn(entry);
    if (step === null) skippedLines += 1;
    else steps.push(step);
    yield;
  }
  return {
    steps,
    instruction: null,
    error: textOf(trace?.['error']),
    skippedLines,
    isCut: file.isCut || entries.length > mostRead,
    screenMoment: 'before',
  };
};

/** Returns the instruction in a `task.json`; null: it has none. */
export function instructionIn(file: TaskText): string | null {
  return textOf(objectIn(file)?.['instruction']);
}

function objectIn({ bytes }: TaskText): JsonObject | null {
  return bytes.length > mostBytes ? null : topLevelOf([new TextDecoder().decode(bytes)]);
}

function stepIn(value: unknown): RawStep | null {
  if (typeof value !== 'object' || value === null) return null;
  const entry = value as JsonObject;
  const index = stepNumberOf(entry['step_idx']);
  if (index === null || !('action' in entry)) return null;
  return {
    step: index + 1,
    time: epochTimeOf(entry['timestamp']),
    thought: thoughtOf(entry['reasoning']),
    action: actionOf(withoutRaw(entry['action'])),
    reward: null,
    done: null,
    screenshot: screenshotOf(entry['screenshot_path']),
  };
}

/** The answer of the model stands under `raw_action` again, as a whole. */
function withoutRaw(action: unknown): unknown {
  if (typeof action !== 'object' || action === null || Array.isArray(action)) return action;
  const { raw_action: _raw, ...rest } = action as JsonObject;
  return rest;
}

/** Python's `timestamp()`: epoch seconds. */
function epochTimeOf(value: unknown): StepTime | null {
  const seconds = numberOf(value);
  return seconds === null || seconds < 1e9 || seconds > 1e10 ? null : { epochMs: Math.round(seconds * 1000) };
}
