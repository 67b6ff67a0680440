/** Every attempt of a run in a table, in the order in which they ended. */
import { scoreText } from '../../../shared/score-text.ts';
import { kindOf, kinds } from '../../../shared/strip-cells.ts';
import { durationText } from '../../../shared/wording.ts';
import { html, ownMarkup, shownText, type Markup } from './html.ts';
import type { ReportTask } from './input.ts';
import { sign } from './signs.ts';
import { limits, parseTime, taskText, timeMarkup } from './words.ts';

/** Rows beyond this many are left out: a log may have any number. */
const mostRows = 1000;

/** Yields the table in pieces, a row each. @param names of the places that say more about a task */
export function* taskTable(
  tasks: readonly ReportTask[],
  names: ReadonlyMap<ReportTask, string>,
): Generator<Markup, void> {
  yield ownMarkup('<section aria-labelledby="tasks">');
  yield html`<h2 id="tasks">Tasks</h2>`;
  if (tasks.length === 0) yield html`<p class="muted">No task has ended.</p>`;
  else {
    yield ownMarkup('<table class="tasks" aria-labelledby="tasks">');
    yield heads;
    yield ownMarkup('<tbody>');
    for (const [index, task] of tasks.slice(0, mostRows).entries())
      yield taskRow(task, index + 1, names.get(task) ?? null);
    yield ownMarkup('</tbody></table>');
    if (tasks.length > mostRows)
      yield html`<p class="muted">${tasks.length - mostRows} more attempts are not listed.</p>`;
  }
  yield ownMarkup('</section>');
}

const heads = html`<thead>
  <tr>
    <th scope="col" class="number">#</th>
    <th scope="col">Result</th>
    <th scope="col">Task</th>
    <th scope="col" class="number">Score</th>
    <th scope="col" class="number side">Steps</th>
    <th scope="col" class="number side">Time</th>
    <th scope="col" class="side">Finished</th>
  </tr>
</thead>`;

function taskRow(task: ReportTask, number: number, details: string | null): Markup {
  const kind = kindOf(task);
  const text = shownText(taskText(task), limits.instruction);
  return html`<tr>
    <td class="number muted">${number}</td>
    <td class="result">${sign(kind)} ${kinds[kind].word}</td>
    <td>
      ${details === null ? text : html`<a href="#${details}">${text}</a>`} ${identity(task)}
      ${task.message === null ? null : html`<p class="reason">${shownText(task.message, limits.message)}</p>`}
    </td>
    <td class="number">${scoreText(task.score)}</td>
    <td class="number side">${task.steps}</td>
    <td class="number side">${durationText(task.duration_seconds)}</td>
    <td class="side time">${timeMarkup(parseTime(task.finished_at))}</td>
  </tr>`;
}

/** Domain and id, and the attempt if it was not the only one. */
export function identity({ domain, task_id: id, attempt }: ReportTask): Markup {
  return html`<p class="identity">
    ${domain === null ? null : html`<span>${shownText(domain, limits.name)}</span>`}
    <span class="mono">${shownText(id, limits.id)}</span>
    ${attempt === 1 ? null : html`<span>attempt ${attempt}</span>`}
  </p>`;
}
