/** The tasks that did not pass: what is known of why, and the last screenshots of each. */
import { countingAttempts } from '../../../shared/attempts.ts';
import { scoreText } from '../../../shared/score-text.ts';
import { screenPlaceText, stepOf, type Screen } from '../../../shared/screens.ts';
import { kindOf, kinds } from '../../../shared/strip-cells.ts';
import { durationText, plural } from '../../../shared/wording.ts';
import { whyText } from '../archive/index.ts';
import type { KeptFile, KeptTask } from '../feed/index.ts';
import { html, ownMarkup, shownText, type Markup } from './html.ts';
import type { KeptPictures, ReportTask } from './input.ts';
import { sign } from './signs.ts';
import { identity } from './task-table.ts';
import { isFilled, limits, taskText, timeMarkup } from './words.ts';

/** Screenshots of a task that a report shows. */
const picturesPerTask = 2;
/** Tasks beyond this many have no place of their own. */
const mostFailures = 500;

/** A place for a screenshot. */
export interface PictureSlot {
  readonly kind: 'picture';
  readonly task: ReportTask;
  readonly file: KeptFile;
  /** 0 for the last screenshot of its task, 1 for the one before. */
  readonly rank: number;
}

/** Returns the tasks that did not pass, in the order in which they first ended. */
export function notPassed(tasks: readonly ReportTask[]): readonly ReportTask[] {
  return countingAttempts(tasks).filter(({ success }) => !success);
}

/** Returns by what links the table leads to a task here. */
export function failureNames(failed: readonly ReportTask[]): ReadonlyMap<ReportTask, string> {
  return new Map(failed.slice(0, mostFailures).map((task, index) => [task, failureName(index)]));
}

const failureName = (index: number): string => `failed-${index + 1}`;

/** Yields the section in pieces: HTML, and places for screenshots. */
export function* failures(
  all: readonly ReportTask[],
  pictures: Pick<KeptPictures, 'of'>,
): Generator<Markup | PictureSlot, void> {
  if (all.length === 0) return;
  yield ownMarkup('<section aria-labelledby="failures">');
  yield html`<h2 id="failures">Not passed: ${plural(all.length, 'task')}</h2>`;
  for (const [index, task] of all.slice(0, mostFailures).entries())
    yield* failure(task, failureName(index), pictures.of(task));
  if (all.length > mostFailures)
    yield html`<p class="muted">
      ${all.length - mostFailures} more tasks that did not pass are not shown here.
    </p>`;
  yield ownMarkup('</section>');
}

function* failure(
  task: ReportTask,
  name: string,
  kept: KeptTask | null,
): Generator<Markup | PictureSlot, void> {
  const kind = kindOf(task);
  const facts = [
    task.score === null ? null : `score ${scoreText(task.score)}`,
    plural(task.steps, 'step'),
    task.duration_seconds === null ? null : durationText(task.duration_seconds),
  ];
  yield ownMarkup(`<article class="failure" id="${name}" aria-labelledby="${name}-title">`);
  yield html`<h3 id="${name}-title">${shownText(taskText(task), limits.instruction)}</h3>
    ${identity(task)}
    <p class="result">
      ${sign(kind)} <strong>${kinds[kind].word}</strong>
      <span class="muted">${facts.filter(isFilled).join(', ')}</span>
    </p>
    ${
      task.message === null
        ? null
        : html`<blockquote class="reason">${shownText(task.message, limits.message)}</blockquote>`
    }`;
  const last = lastPictures(kept?.files ?? []);
  if (last.length === 0) yield html`<p class="muted small">${whyNone(kept)}</p>`;
  else {
    yield ownMarkup('<div class="pictures">');
    for (const [index, file] of last.entries())
      yield { kind: 'picture', task, file, rank: last.length - 1 - index };
    yield ownMarkup('</div>');
    if (kept?.why != null) yield html`<p class="muted small">${whyText(kept.why, kept.since, null)}</p>`;
  }
  yield ownMarkup('</article>');
}

/** Returns the last screenshots in their order. One that is the same as the next shows nothing new. */
function lastPictures(files: readonly KeptFile[]): readonly KeptFile[] {
  const inOrder = files
    .filter(({ kind }) => kind === 'screen')
    .toSorted((a, b) => stepNumber(a) - stepNumber(b) || a.modifiedAt - b.modifiedAt);
  return inOrder.filter((file, index) => file.hash !== inOrder[index + 1]?.hash).slice(-picturesPerTask);
}

const stepNumber = ({ name }: KeptFile): number => stepOf(name) ?? Number.MAX_SAFE_INTEGER;

/** A screenshot in words. */
export interface PictureWords {
  /** Its alternative text. */
  readonly description: string;
  readonly caption: Markup;
}

/** @param screens the screenshots of the task, with their steps */
export function pictureWords({ task, file }: PictureSlot, screens: readonly Screen[]): PictureWords {
  const { step = null, moment = null } = screens.find(({ name }) => name === file.name) ?? {};
  const place = step === null ? shownText(file.name, limits.name) : screenPlaceText(step, moment);
  return {
    description: shownText(`Screen at the end of “${taskText(task)}”: ${place}`, limits.instruction),
    caption: html`${place} <span class="muted">${timeMarkup(file.modifiedAt)}</span>`,
  };
}

function whyNone(kept: KeptTask | null): string {
  if (kept === null) return 'BenchTray kept no screenshots of this task.';
  if (kept.why !== null) return whyText(kept.why, kept.since, null);
  return kept.state === 'wanted'
    ? 'BenchTray has not copied the screenshots of this task yet.'
    : 'The VM had no screenshots of this task when BenchTray copied it.';
}
