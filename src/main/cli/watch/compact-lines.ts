/** One line for each of many VMs. */
import type { ChalkInstance } from 'chalk';
import { plainText } from '../../../shared/plain-text.ts';
import { meanScoreText } from '../../../shared/score-text.ts';
import { doneText } from './format.ts';
import { markOf } from './marks.ts';
import { isOn, type NamedVm } from './state.ts';
import { timeFacts } from './vm-lines.ts';
import { fitText, padText, widthOf } from '../width.ts';

/** In a terminal that is narrower, an error takes the place of how far the run is. */
const roomyColumns = 60;
const longestName = 24;

/** Returns a line for each VM, with the columns of all lines below each other. @param chosen the VM that the cursor is on */
export function compactLines(
  vms: readonly NamedVm[],
  nowMs: number,
  columns: number,
  paint: ChalkInstance,
  chosen: string | null = null,
): readonly string[] {
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(widthOf));
  const nameWidth = Math.min(longestName, Math.floor(columns / 3), widest(vms.map(({ name }) => name)));
  const wordWidth = widest(vms.map(compactWord));
  const countWidth = widest(vms.map(compactCount));
  return vms.map((vm) => {
    const [problem] = vm.problems;
    const message = problem === undefined ? null : plainText(problem.message);
    const rest =
      message !== null && columns < roomyColumns
        ? message
        : `${padText(compactCount(vm), countWidth)}  ${message ?? runText(vm, nowMs)}`;
    const line = `${padText(vm.name, nameWidth)}  ${padText(compactWord(vm), wordWidth)}  ${rest}`;
    const isChosen = vm.name === chosen;
    const text = fitText(line.trimEnd(), columns - 2);
    return `${markOf(vm, paint)}${isChosen ? `›${paint.inverse(text)}` : ` ${text}`}`;
  });
}

/** On a VM that is ready the run matters, else the phase. */
export function compactWord({ status, progress }: NamedVm): string {
  if (status === null) return 'not known yet';
  return status.phase === 'ready' && progress !== null ? progress.state : plainText(status.phase);
}

function compactCount({ progress }: NamedVm): string {
  return progress === null ? '' : doneText(progress.tasks_completed, progress.total_tasks);
}

/** The time that is left of a run that is on, and its score. */
function runText(vm: NamedVm, nowMs: number): string {
  const { progress } = vm;
  if (progress === null) return '';
  const time = isOn(progress.state) ? (timeFacts(vm, progress, nowMs).at(-1) ?? null) : null;
  return [time, meanScoreText(progress)].filter((fact) => fact !== null).join(' · ');
}
