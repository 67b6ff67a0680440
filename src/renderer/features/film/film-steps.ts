/** The steps of a film: their names in the address and in words, and the tasks before and after. Pure. */
import { plural } from '../../../shared/wording.ts';
import type { Step, TaskSteps } from '../../state/steps-api.ts';
import { kinds, type Cell } from '../../../shared/strip-cells.ts';

type Numbered = Pick<Step, 'step'>;

/** Returns the name of a step in the address: "3", or "3.2" for the second action of step 3. */
export function stepName(steps: readonly Numbered[], index: number): string {
  const number = steps[index]?.step ?? 0;
  const nth = steps.slice(0, index).filter(({ step }) => step === number).length;
  return nth === 0 ? String(number) : `${number}.${nth + 1}`;
}

/** Returns the place of a named step. If there is no such step, it is the last one before it. */
export function indexOfStep(steps: readonly Numbered[], name: string | null): number {
  if (name === null) return 0;
  const [number = 0, nth = 1] = name.split('.').map(Number);
  const ofStep = steps.flatMap(({ step }, index) => (step === number ? [index] : []));
  const found = ofStep[nth - 1] ?? ofStep[0];
  if (found !== undefined) return found;
  return Math.max(
    0,
    steps.findLastIndex(({ step }) => step <= number),
  );
}

/** Returns "Step 3 of 15", "Step 3 of 15, action 2", or "Before the first step". */
export function stepText(steps: readonly Numbered[], index: number): string {
  const [number = '', action] = stepName(steps, index).split('.');
  if (number === '0') return 'Before the first step';
  const last = Math.max(...steps.map(({ step }) => step));
  const isOneOfSeveral = action !== undefined || steps[index + 1]?.step === Number(number);
  return `Step ${number} of ${last}${isOneOfSeveral ? `, action ${action ?? '1'}` : ''}`;
}

const mostSpoken = 200;

/** Returns a screenshot in words, for those who do not see it. */
export function frameText(steps: readonly Step[], index: number): string {
  const step = steps[index];
  const told = step?.action ?? step?.thought;
  if (told == null) return stepText(steps, index);
  const line = told.replaceAll(/\s+/g, ' ').trim();
  return `${stepText(steps, index)}: ${line.length > mostSpoken ? `${line.slice(0, mostSpoken - 1)}…` : line}`;
}

/** Returns when the screenshot of a step was taken; null: it has none, or nothing tells. */
export function screenText(step: Step | undefined): string | null {
  const { moment = null } = step?.screenshot ?? {};
  if (moment === null || step?.step === 0) return null;
  return moment === 'before' ? 'The screen before this action' : 'The screen after this action';
}

/** Returns what a reader must know about the steps besides what they say. */
export function stepNotes(read: TaskSteps): readonly string[] {
  const { source, steps, skipped_lines: skipped, other_attempt_lines: others } = read;
  return [
    ...(read.missing == null ? [] : [read.missing]),
    ...(source === null && steps.length > 0
      ? ['The task left screenshots only: thoughts and actions are not known.']
      : []),
    ...(skipped > 0
      ? [
          `BenchTray left out ${plural(skipped, 'line')} of ${source ?? 'the files'}: their form is not known.`,
        ]
      : []),
    ...(others > 0 ? [`BenchTray left out ${plural(others, 'line')} of other attempts.`] : []),
    ...(read.truncated ? ['Not everything is shown: the task has more steps or longer texts.'] : []),
  ];
}

const mostInTitle = 140;

/** Returns what was to be done in one line, and whether there is more of it. */
export function filmTitle(instruction: string | null, taskId: string): { text: string; isCut: boolean } {
  const line = (instruction ?? taskId).replaceAll(/\s+/g, ' ');
  const text = line.length > mostInTitle ? `${line.slice(0, mostInTitle - 1)}…` : line;
  return { text, isCut: instruction !== null && text !== instruction };
}

export interface Neighbours {
  /** From 1; null if the run does not list the task. */
  readonly position: number | null;
  readonly count: number;
  readonly previous: Cell | null;
  readonly next: Cell | null;
}

/** Returns the tasks before and after in the order of the strip. */
export function neighboursOf(
  cells: readonly Cell[],
  { taskId, domain }: { readonly taskId: string; readonly domain: string | null },
): Neighbours {
  const known = cells.filter((cell) => cell.taskId !== null);
  const index = known.findIndex(
    (cell) => cell.taskId === taskId && (domain === null || cell.domain === domain),
  );
  return {
    position: index < 0 ? null : index + 1,
    count: known.length,
    previous: known[index - 1] ?? null,
    next: index < 0 ? null : (known[index + 1] ?? null),
  };
}

/** Returns a task in a few words: "Failed, notepad. Open Notepad and …" */
export const neighbourText = ({ kind, domain, instruction, taskId }: Cell): string =>
  [kinds[kind].word, ...(domain === null ? [] : [`, ${domain}`]), `. ${instruction ?? taskId ?? ''}`].join(
    '',
  );
