/** Incidents of a run: errors of its VM, and times in which BenchTray did not hear it. */
import { dash, formatDuration, plural, sentence } from '../../../shared/wording.ts';
import type { SilenceReason } from '../feed/index.ts';
import { html, shownText, type Markup } from './html.ts';
import type { Incident, ReportInput, ReportTask } from './input.ts';
import { limits, momentText, parseTime, timeMarkup } from './words.ts';

/** Incidents beyond this many are left out: a VM may lose its connection every minute. */
const mostIncidents = 300;

export function incidents({ incidents: all, incidentsFrom, tasks }: ReportInput): Markup {
  return html`<section aria-labelledby="incidents">
    <h2 id="incidents">Incidents</h2>
    ${all.length === 0 ? html`<p class="muted">BenchTray recorded no error of the VM during the run.</p>` : table(all, tasks)}
    ${
      all.length > mostIncidents
        ? html`<p class="muted">${all.length - mostIncidents} more incidents are not listed.</p>`
        : null
    }
    ${
      incidentsFrom === null
        ? null
        : html`<p class="muted">
            Errors before ${momentText(incidentsFrom)} may be missing: BenchTray has no record of that time.
          </p>`
    }
  </section>`;
}

/** When an attempt was on, epoch milliseconds. */
type Times = readonly [from: number, to: number];

function table(all: readonly Incident[], tasks: readonly ReportTask[]): Markup {
  // Once for all incidents: to read a time takes longer than to compare two.
  const times = tasks.flatMap((task): readonly Times[] => {
    const finishedAt = parseTime(task.finished_at);
    return finishedAt === null ? [] : [[parseTime(task.started_at) ?? finishedAt, finishedAt]];
  });
  return html`<table aria-labelledby="incidents">
    <thead>
      <tr>
        <th scope="col">Began</th>
        <th scope="col">What</th>
        <th scope="col">Lasted</th>
        <th scope="col" class="number side">Tasks meanwhile</th>
      </tr>
    </thead>
    <tbody>
      ${all.slice(0, mostIncidents).map((incident) => row(incident, times))}
    </tbody>
  </table>`;
}

const silences: Readonly<Record<SilenceReason, string>> = {
  not_running: 'BenchTray was not running.',
  no_answer: 'BenchTray had no answer of the VM, or this computer slept.',
};

function row(incident: Incident, times: readonly Times[]): Markup {
  return html`<tr>
    <td class="time">${timeMarkup(incident.beganAt)}</td>
    <td>
      ${
        incident.kind === 'silence'
          ? silences[incident.why]
          : html`${sentence(shownText(incident.error.message, limits.message))}
              <p class="identity">
                <span>${incident.error.severity}</span> <span class="mono">${incident.error.code}</span>
              </p>`
      }
    </td>
    <td class="time">${lastedText(incident)}</td>
    <td class="number side">${meanwhile(incident, times)}</td>
  </tr>`;
}

function lastedText(incident: Incident): string {
  const { beganAt, endedAt } = incident;
  if (endedAt === null) return 'not over';
  const lastedMs = (incident.kind === 'error' ? incident.lastedMs : null) ?? endedAt - beganAt;
  return lastedMs === 0 ? dash : formatDuration(lastedMs / 1000);
}

/** How many attempts were on at any moment of an incident. Whether it harmed them, it does not say. */
function meanwhile({ beganAt, endedAt }: Incident, times: readonly Times[]): number {
  return times.filter(([from, to]) => from <= (endedAt ?? Infinity) && to >= beganAt).length;
}

/** "Shaded: 3 incidents."; null if there is none */
export function shadedText(count: number): string | null {
  return count === 0 ? null : `Shaded: ${plural(count, 'incident')}.`;
}
