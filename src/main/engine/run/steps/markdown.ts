/**
 * Reads `traj.md`, which Windows Agent Arena V2 writes beside its trajectory. A plan may hold any Markdown, so a part begins only with
 * these three lines:
 *
 *   ### Step 3
 *   #### 2026-01-28 22:55:12
 *   #### Observation
 *   ![Screenshot](screenshot/screenshot-step_2_….png)
 *   #### Plan
 *   …
 *   #### Action
 *   ```
 *   …
 *   ```
 *
 * The recorder writes a part before its action: the screenshot shows the screen that the agent saw.
 * The first line is `### ` and the instruction; `### Score at step 5: 1.0` and `### Final Observation` come last. Source:
 * trajectory_recorder.py of GAIR-NLP/WindowsAgentArena-V2.
 */
import { allLinesOf } from './lines.ts';
import type { RawReading, RawStep, StepReader } from './model.ts';
import { mostRead } from './trajectory.ts';
import { localTimeOf, screenshotOf, textOf } from './values.ts';

const partLine = /^### Step (\d{1,5})\s*$/;
const timeLine = /^#### (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*$/;
/** What the recorder writes if it knows no instruction. */
const noInstruction = 'No instruction provided';

export const readMarkdown: StepReader = function* (file): Generator<undefined, RawReading> {
  const lines = yield* allLinesOf(file.bytes);
  const starts = lines.flatMap((_, index) => (beginsPart(lines, index) ? [index] : []));
  const head = lines.slice(0, starts[0] ?? lines.length).filter((line) => line.trim() !== '');
  const told = /^### (.+)$/.exec(head[0] ?? '')?.[1];
  let skippedLines = told === undefined ? head.length : head.length - 1;
  const steps: RawStep[] = [];
  for (const [index, start] of starts.slice(0, mostRead).entries()) {
    const end = starts[index + 1];
    const part = lines.slice(start, end);
    const step = stepIn(part);
    if (step !== null) steps.push(step);
    // The last part may be half-written.
    else if (end !== undefined) skippedLines += part.length;
    yield;
  }
  return {
    steps,
    instruction: told === undefined || told === noInstruction ? null : textOf(told),
    error: null,
    skippedLines,
    isCut: file.isCut || starts.length > mostRead,
    screenMoment: 'before',
  };
};

function beginsPart(lines: readonly string[], index: number): boolean {
  return (
    partLine.test(lines[index] ?? '') &&
    timeLine.test(lines[index + 1] ?? '') &&
    lines[index + 2]?.trimEnd() === '#### Observation'
  );
}

function stepIn(lines: readonly string[]): RawStep | null {
  const number = partLine.exec(lines[0] ?? '')?.[1];
  const planAt = lines.findIndex((line) => line.trimEnd() === '#### Plan');
  const actionAt = lines.findLastIndex((line) => line.trimEnd() === '#### Action');
  const code = lines.slice(actionAt + 1);
  const codeEnd = code.lastIndexOf('```');
  if (number === undefined || planAt === -1 || actionAt < planAt || code[0] !== '```' || codeEnd < 1)
    return null;
  const image = /^!\[Screenshot\]\((.+)\)\s*$/.exec(lines[3] ?? '')?.[1];
  const plan = lines.slice(planAt + 1, actionAt).join('\n');
  return {
    step: Number(number),
    time: localTimeOf(timeLine.exec(lines[1] ?? '')?.[1]),
    thought: plan.trim() === 'None' ? null : textOf(plan),
    action: textOf(code.slice(1, codeEnd).join('\n')),
    reward: null,
    done: null,
    screenshot: screenshotOf(image),
  };
}
