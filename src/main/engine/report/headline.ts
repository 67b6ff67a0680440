/** The top of a report: which run it is, what came of it, and its tasks at a glance. */
import { dollarsText } from '../../../shared/cost-text.ts';
import { meanScorePart, passRatePart, rangeText } from '../../../shared/score-text.ts';
import { cellText, countedWord, stripCells, tallyCells } from '../../../shared/strip-cells.ts';
import { dash, sentence } from '../../../shared/wording.ts';
import { html, shownText, type Markup, type Part } from './html.ts';
import type { ReportInput, ReportRun } from './input.ts';
import { sign } from './signs.ts';
import {
  isFilled,
  isOn,
  lengthText,
  limits,
  momentText,
  parseTime,
  stateWord,
  timeMarkup,
  titleText,
} from './words.ts';

export function headline({ run, facts, madeAtMs }: ReportInput): Markup {
  const startedAtMs = parseTime(run.started_at);
  const place = [run.benchmark, startedAtMs === null ? null : `started ${momentText(startedAtMs)}`];
  return html`<header>
    <p class="state">
      ${stateWord(run.state)} ${isOn(run) ? `when this was made, ${momentText(madeAtMs)}` : null}
    </p>
    <h1>${shownText(titleText(run), limits.name)}</h1>
    <p class="muted">
      ${shownText(place.filter(isFilled).join(', '), limits.name)}
      <br /><span class="mono">${shownText(run.run_id, limits.id)}</span>
    </p>
    ${
      facts.endMessage === null
        ? null
        : html`<p class="reason">${sentence(shownText(facts.endMessage, limits.message))}</p>`
    }
    ${figures(run, madeAtMs)}
  </header>`;
}

function figures(run: ReportRun, madeAtMs: number): Markup {
  const { tasks_scored: scored, mean_score: mean, pass_rate: rate } = run;
  const planned = run.total_tasks === 0 ? '' : ` of ${run.total_tasks}`;
  const meanPart = meanScorePart(run);
  const passPart = passRatePart(run);
  return html`<dl class="figures">
    ${figure(meanPart.label, meanPart.value, [meanPart.basis, rangeText(mean, scored)])}
    ${figure(passPart.label, passPart.value, [passPart.basis, rangeText(rate, scored)])}
    ${figure('Tasks done', `${run.tasks_completed}${planned}`, [])}
    ${figure(isOn(run) ? 'Duration so far' : 'Duration', lengthText(run, madeAtMs), [])}
    ${figure('Ended', timeMarkup(parseTime(run.ended_at)), [])}
    ${figure(isOn(run) ? 'Cost so far' : 'Cost', run.cost_usd === null ? dash : dollarsText(run.cost_usd), [])}
  </dl>`;
}

function figure(label: string, value: Part, small: readonly (string | null)[]): Markup {
  return html`<div>
    <dt>${label}</dt>
    <dd>
      <strong>${value}</strong>
      ${small.filter(isFilled).map((text) => html`<small>${text}</small> `)}
    </dd>
  </div>`;
}

/** Every task as a shape, in order, with the counts in words. */
export function strip({ run, tasks }: Pick<ReportInput, 'run' | 'tasks'>): Markup {
  const { cells, hidden } = stripCells({ ...run, tasks }, null);
  const counts = tallyCells(cells);
  const total = cells.length + hidden;
  const inWords = counts.map(({ kind, count }) => `${count} ${countedWord(kind, count)}`).join(', ');
  return html`<section aria-labelledby="tasks-in-order">
    <h2 id="tasks-in-order">Tasks in order</h2>
    <ul class="legend">
      ${counts.map(
        ({ kind, count }) =>
          html`<li>${sign(kind)} <strong>${count}</strong> ${countedWord(kind, count)}</li> `,
      )}
      ${hidden > 0 ? html`<li class="muted">${hidden} more are not drawn</li>` : null}
    </ul>
    <div class="strip" role="img" aria-label="${inWords === '' ? 'No task yet' : inWords}">
      ${cells.map((cell, index) => sign(cell.kind, shownText(cellText(cell, index, total), limits.hint)))}
    </div>
  </section>`;
}
