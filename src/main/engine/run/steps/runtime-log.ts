/**
 * Reads `runtime.log`, in which OSWorld's agents log what they do, for a task whose trajectory is missing. It has neither times nor
 * numbers of steps: each answer of the model is a step. Three kinds of agents are known:
 *
 *   RESPONSE: …         PromptAgent
 *   Qwen3VL Output:     Qwen: then `Low level instruction: …` and `Pyautogui actions: ['…', '…']`
 *   Model Output:       OpenCUA: then `Parsed Low-level Action: …` and `Parsed pyautogui Action: ['…']`
 *
 * Sources: mm_agents/agent.py, mm_agents/qwen3vl_agent.py and mm_agents/opencua/opencua_agent.py of OSWorld.
 */
import { allLinesOf } from './lines.ts';
import type { RawReading, RawStep, StepReader } from './model.ts';
import { mostRead } from './trajectory.ts';
import { textOf } from './values.ts';

/** What begins a record of one of these agents. Every other line belongs to the record above it. */
const records = [
  { kind: 'answer', start: /^(?:RESPONSE: |(?:Model|Qwen\w{0,20}) Output: ?$)/ },
  { kind: 'actions', start: /^(?:Pyautogui actions: |Parsed pyautogui Action: ?)/ },
  { kind: 'instruction', start: /^Instruction: ?$/ },
  {
    kind: 'other',
    start:
      /^(?:={10,}|Low level instruction: |Parsed Low-level Action: ?|New step cot: |Generating content with |Failed to call|PROMPT: |LINEAR AT: |CLAUDE MESSAGE: |Context length exceeded|call_llm )/,
  },
] as const;

interface LogRecord {
  readonly kind: (typeof records)[number]['kind'];
  readonly text: string;
}

export const readRuntimeLog: StepReader = function* (file): Generator<undefined, RawReading> {
  const lines = yield* allLinesOf(file.bytes);
  const { found, skippedLines } = yield* recordsIn(lines);
  let instruction: string | null = null;
  const steps: RawStep[] = [];
  let number = 0;
  for (const [index, { kind, text }] of found.entries()) {
    if (kind === 'instruction') instruction ??= textOf(text);
    if (kind !== 'answer') continue;
    number += 1;
    if (steps.length >= mostRead) continue;
    const next = found.slice(index + 1, index + 5).findIndex((record) => record.kind === 'answer');
    const behind = found.slice(index + 1, next === -1 ? index + 5 : index + 1 + next);
    const actions = actionsIn(behind.find((record) => record.kind === 'actions')?.text ?? null);
    const thought = textOf(text);
    for (const action of actions)
      steps.push({ step: number, time: null, thought, action, reward: null, done: null, screenshot: null });
    yield;
  }
  const isCut = file.isCut || steps.length >= mostRead;
  return { steps, instruction, error: null, skippedLines, isCut, screenMoment: 'after' };
};

const linesBetweenPauses = 1_000;

function* recordsIn(
  lines: readonly string[],
): Generator<undefined, { readonly found: readonly LogRecord[]; readonly skippedLines: number }> {
  const found: { readonly kind: LogRecord['kind']; readonly lines: string[] }[] = [];
  let skippedLines = 0;
  for (const [index, line] of lines.entries()) {
    const record = records.find(({ start }) => start.test(line));
    if (record !== undefined) found.push({ kind: record.kind, lines: [line.replace(record.start, '')] });
    else if (found.length > 0) found.at(-1)?.lines.push(line);
    else if (line.trim() !== '') skippedLines += 1;
    if (index % linesBetweenPauses === 0) yield;
  }
  return { found: found.map(({ kind, lines: all }) => ({ kind, text: all.join('\n') })), skippedLines };
}

/** Returns each action of a list as Python prints it; one that is null if the log tells none. */
function actionsIn(text: string | null): readonly (string | null)[] {
  if (text === null) return [null];
  const list = text.trim();
  const item = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(?:,|$)/gsy;
  if (!list.startsWith('[') || !list.endsWith(']')) return [textOf(list)];
  const inner = list.slice(1, -1);
  const actions: (string | null)[] = [];
  let end = 0;
  for (const match of inner.slice(0, 100_000).matchAll(item)) {
    actions.push(textOf(unescaped(match[1] ?? match[2] ?? '')));
    end = match.index + match[0].length;
  }
  return actions.length === 0 || end < inner.trimEnd().length ? [textOf(list)] : actions;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, letter: string) =>
    letter === 'n' ? '\n' : letter === 't' ? '\t' : letter,
  );
}
