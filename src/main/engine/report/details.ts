/** The end of a report: where the run comes from, and how its figures are counted. */
import { countingAttempts, taskKey } from '../../../shared/attempts.ts';
import { machineFacts, passRuleText } from '../../../shared/run-conditions.ts';
import { percentText, scoreText } from '../../../shared/score-text.ts';
import { dash, plural } from '../../../shared/wording.ts';
import { html, shownText, type Markup, type Part } from './html.ts';
import type { ReportInput, ReportTask } from './input.ts';
import { isFilled, limits, momentText, parseTime, timeMarkup, zoneText } from './words.ts';

export function environment({ run, facts, version }: ReportInput): Markup {
  const rows: readonly (readonly [name: string, value: Part] | null)[] = [
    ['VM', shownText(run.vm, limits.name)],
    ...machineFacts(run.machine).map(([name, value]) => [name, shownText(value, limits.name)] as const),
    ['Benchmark', shownText(run.benchmark ?? dash, limits.name)],
    ['Agent', shownText(run.agent ?? dash, limits.name)],
    ['Model', shownText(run.model ?? dash, limits.name)],
    ['Step limit', run.max_steps ?? dash],
    run.worker_id === null || run.workers === null
      ? null
      : ['Worker', `${run.worker_id} (part ${run.worker_id + 1} of ${run.workers})`],
    ['Started', timeMarkup(parseTime(run.started_at))],
    ['Ended', timeMarkup(parseTime(run.ended_at))],
    ['Log', html`<span class="mono">${shownText(run.log, limits.place)}</span>`],
    ['Kind of log', shownText(run.dialect, limits.name)],
    facts.resultDir === null
      ? null
      : ['Results', html`<span class="mono">${shownText(facts.resultDir, limits.place)}</span>`],
    ['Recorded by', `BenchTray ${version}`],
  ];
  return html`<section aria-labelledby="environment">
    <h2 id="environment">Environment</h2>
    <dl class="facts">
      ${rows.filter(isFilled).map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  </section>`;
}

/** Counts of the screenshots that a report shows and leaves out. */
export interface PictureTally {
  readonly shown: number;
  readonly unreadable: number;
  /** They did not fit. */
  readonly leftOut: number;
  /** The others took too long. */
  readonly late: number;
}

export function counting(input: ReportInput, pictures: PictureTally): Markup {
  const { run, tasks, madeAtMs } = input;
  return html`<section aria-labelledby="counting">
    <h2 id="counting">How it is counted</h2>
    <ul class="notes">
      ${[...scoreNotes(input), ...taskNotes(tasks), ...pictureNotes(pictures)].map(
        (note) => html`<li>${note}</li> `,
      )}
      <li>
        BenchTray read these results from the log named above, and from the result files of the benchmark. If
        a file says something else than the log, the file counts.
      </li>
      ${
        run.average_score === null
          ? null
          : html`<li>The benchmark itself logged an average score of ${scoreText(run.average_score)}.</li>`
      }
      <li>
        This report was made on ${momentText(madeAtMs)}. Its times are in the time zone of the computer that
        made it (${zoneText(madeAtMs)}).
      </li>
    </ul>
  </section>`;
}

function scoreNotes({ run }: ReportInput): readonly Part[] {
  const {
    tasks_scored: scored,
    tasks_completed: done,
    total_tasks: planned,
    success_rate_planned: rate,
  } = run;
  const unscored = done - scored;
  return [
    html`<strong>Mean score</strong> is the sum of the scores, divided by the ${plural(scored, 'task')} with a
      score. Partial scores count.`,
    html`<strong>Pass rate</strong> is how many of these tasks passed. ${passRuleText(run.success_threshold)}`,
    `${plural(unscored, 'task')} ended without a score and ${unscored === 1 ? 'is' : 'are'} in neither figure.`,
    ...(rate === null
      ? []
      : [
          `Over all ${plural(planned, 'planned task')}, with 0 for each task without a score, the mean score is ${percentText(rate)}.`,
        ]),
    'The ranges are 95 % Wilson intervals.',
  ];
}

function taskNotes(tasks: readonly ReportTask[]): readonly Part[] {
  const again = new Set(tasks.filter(({ attempt }) => attempt > 1).map(taskKey)).size;
  const caughtUp = countingAttempts(tasks).filter((task) => task.catch_up).length;
  return [
    ...(again === 0
      ? []
      : [`${plural(again, 'task')} ran more than once. The newest attempt that came to an end counts.`]),
    ...(caughtUp === 0
      ? []
      : [
          `${plural(caughtUp, 'task')} ended before BenchTray watched; BenchTray read the results from the log later.`,
        ]),
  ];
}

function pictureNotes({ shown, unreadable, leftOut, late }: PictureTally): readonly Part[] {
  return [
    ...(shown === 0 ? [] : [`The report shows ${plural(shown, 'screenshot')}, smaller than they were.`]),
    ...(leftOut === 0
      ? []
      : [
          `${plural(leftOut, 'screenshot')} did not fit into the 15 MB of a report and ${leftOut === 1 ? 'is' : 'are'} left out.`,
        ]),
    ...(late === 0
      ? []
      : [
          `${plural(late, 'screenshot')} ${late === 1 ? 'is' : 'are'} left out, because the others took more than two minutes to make smaller.`,
        ]),
    ...(unreadable === 0 ? [] : [`${plural(unreadable, 'screenshot')} could not be read.`]),
  ];
}
