/** The charts of a report, as SVG that stretches with the page. What each shows is in its caption, in words. */
import { linear, roundTicks, timeTicks, type Span, type Tick } from '../../../shared/chart-scale.ts';
import {
  domainScores,
  fewerBars,
  fewerPoints,
  median,
  runningScore,
  taskBars,
  type TaskBar,
} from '../../../shared/run-series.ts';
import { percentText } from '../../../shared/score-text.ts';
import { kinds } from '../../../shared/strip-cells.ts';
import { durationText, plural, sentence } from '../../../shared/wording.ts';
import { html, ownMarkup, shownText, type Markup } from './html.ts';
import { shadedText } from './incidents.ts';
import type { Incident, ReportInput, ReportTask } from './input.ts';
import { isFilled, limits, taskText } from './words.ts';

/** Places in a chart go from 0 to this, in both directions. */
const full = 1000;

export function charts({ run, tasks, incidents }: ReportInput): Markup {
  if (tasks.length === 0) return html``;
  const durations = taskBars(tasks, (task) => task.duration_seconds);
  const isLong = durations.some(({ value }) => value > 180);
  return html`<section aria-labelledby="charts">
    <h2 id="charts">Charts</h2>
    ${domainTable(tasks)} ${scoreChart(tasks, incidents)}
    ${barChart({
      title: 'Duration of each task',
      bars: durations,
      attempts: tasks.length,
      textOf: durationText,
      unit: isLong ? 60 : 1,
      unitName: isLong ? ' min' : ' s',
      limit: null,
    })}
    ${barChart({
      title: 'Steps of each task',
      bars: taskBars(tasks, (task) => task.steps),
      attempts: tasks.length,
      textOf: (value) => plural(value, 'step'),
      unit: 1,
      unitName: '',
      limit: run.max_steps,
    })}
  </section>`;
}

/** A log may name any number of attempts and errors: more than this nobody sees in a chart. */
const mostMarks = 2000;

/** Domains beyond this many are left out: a log may name any number. */
const mostDomains = 100;

function domainTable(tasks: readonly ReportTask[]): Markup {
  const domains = domainScores(tasks);
  return html`<h3 id="by-domain">Score by domain</h3>
    <table class="domains" aria-labelledby="by-domain">
      <thead>
        <tr>
          <th scope="col">Domain</th>
          <th scope="col" class="wide"><span class="hidden">Bar</span></th>
          <th scope="col" class="number">Mean score</th>
          <th scope="col" class="number">Pass rate</th>
          <th scope="col" class="number">Scored</th>
        </tr>
      </thead>
      <tbody>
        ${domains.slice(0, mostDomains).map(
          ({ domain, tasks: ended, tasks_scored: scored, mean_score: mean, pass_rate: rate }) =>
            html`<tr>
              <th scope="row">${shownText(domain ?? 'no domain', limits.name)}</th>
              <td class="wide">
                <svg class="bar" width="100%" height="12" aria-hidden="true">
                  <rect class="track" width="100%" height="12"></rect>
                  <rect class="fill" width="${((mean ?? 0) * 100).toFixed(2)}%" height="12"></rect>
                </svg>
              </td>
              <td class="number">${percentText(mean)}</td>
              <td class="number">${percentText(rate)}</td>
              <td class="number">${scored}/${ended}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      domains.length > mostDomains
        ? html`<p class="muted">${domains.length - mostDomains} more domains are not listed.</p>`
        : null
    }`;
}

function scoreChart(tasks: readonly ReportTask[], incidents: readonly Incident[]): Markup | null {
  const { points, isTimed } = runningScore(tasks);
  const last = points.at(-1);
  if (last === undefined) return null;
  const xSpan: Span = [points[0]?.at ?? 0, last.at];
  const yTicks = roundTicks(
    points.reduce((most, { mean }) => Math.max(most, mean), 0),
    4,
  ).map((value) => ({
    value,
    label: `${Math.round(value * 100)} %`,
  }));
  const xTicks = isTimed ? timeTicks(xSpan, 6) : countTicks(xSpan, 6);
  const half = points[Math.floor(points.length / 2) - 1];
  const end = `After ${plural(points.length, 'task')} with a score: ${percentText(last.mean)}.`;
  const middle = half === undefined ? null : `Half way, after ${half.count}: ${percentText(half.mean)}.`;
  const shaded = isTimed
    ? incidents.filter(({ beganAt, endedAt }) => beganAt <= xSpan[1] && (endedAt ?? Infinity) >= xSpan[0])
    : [];
  return frame({
    title: 'Mean score so far',
    summary: [end, middle, shadedText(shaded.length)].filter(isFilled).join(' '),
    spans: { x: xSpan, y: [0, yTicks.at(-1)?.value ?? 1] },
    ticks: { x: xTicks, y: yTicks },
    marks: ({ x, y }) => {
      const line = fewerPoints(points, mostMarks).map(({ at, mean }) => `${place(x(at))},${place(y(mean))}`);
      // A line needs two points.
      const whole = line.length === 1 ? [`0,${place(y(last.mean))}`, `${full},${place(y(last.mean))}`] : line;
      const bands = shaded.slice(0, mostMarks).map(({ beganAt, endedAt }) => {
        const from = x(Math.max(xSpan[0], beganAt));
        const to = x(Math.min(xSpan[1], endedAt ?? xSpan[1]));
        return html`<rect
          class="incident"
          x="${place(from)}"
          y="0"
          width="${place(Math.max(2, to - from))}"
          height="${full}"
        ></rect>`;
      });
      return html`${bands}<polyline points="${ownMarkup(whole.join(' '))}"></polyline>`;
    },
  });
}

interface Bars {
  readonly title: string;
  readonly bars: readonly TaskBar[];
  readonly attempts: number;
  readonly textOf: (value: number) => string;
  /** Unit of the marks on the axis, seconds: 60 for minutes. */
  readonly unit: number;
  readonly unitName: string;
  /** A line across: no bar is meant to be higher. */
  readonly limit: number | null;
}

function barChart({ title, bars, attempts, textOf, unit, unitName, limit }: Bars): Markup | null {
  const values = bars.map(({ value }) => value);
  const middle = median(values);
  if (middle === null) return null;
  const longest = bars.reduce((most, bar) => (bar.value > most.value ? bar : most));
  const drawn = fewerBars(bars, mostMarks);
  const yTicks = roundTicks(Math.max(1e-9, longest.value, limit ?? 0) / unit, 4).map((value) => ({
    value: value * unit,
    label: `${value}${unitName}`,
  }));
  return frame({
    title,
    summary: [
      sentence(
        `Median ${textOf(middle)}; most ${textOf(longest.value)}: ${shownText(taskText(longest.task), 90)}`,
      ),
      drawn.each === 1 ? null : `Each bar is the highest of ${drawn.each} attempts.`,
      limit === null ? null : `The dashed line is the limit of ${textOf(limit)}.`,
    ]
      .filter(isFilled)
      .join(' '),
    spans: { x: [0.5, attempts + 0.5], y: [0, yTicks.at(-1)?.value ?? 1] },
    ticks: { x: countTicks([1, attempts], 8), y: yTicks },
    marks: ({ x, y }) => {
      const width = (x(2) - x(1)) * 0.75 * drawn.each;
      return html`${drawn.bars.map(({ kind, value, place: index }) => {
        const top = Math.min(y(value), full - 8);
        return html`<rect
          class="${kind}"
          x="${place(x(index) - width / 2)}"
          y="${place(top)}"
          width="${place(width)}"
          height="${place(full - top)}"
          ><title>${index}: ${textOf(value)}, ${kinds[kind].word}</title></rect
        >`;
      })}
      ${
        limit === null
          ? null
          : html`<line
              class="limit"
              x1="0"
              x2="${full}"
              y1="${place(y(limit))}"
              y2="${place(y(limit))}"
            ></line>`
      }`;
    },
  });
}

interface Frame {
  readonly title: string;
  readonly summary: string;
  readonly spans: { readonly x: Span; readonly y: Span };
  readonly ticks: { readonly x: readonly Tick[]; readonly y: readonly Tick[] };
  /** Draws into the area. @param scale from values to places */
  readonly marks: (scale: Record<'x' | 'y', (value: number) => number>) => Markup;
}

/** The area stretches to any width. The labels beside and below it keep their size, because they are drawings of their own. */
function frame({ title, summary, spans, ticks, marks }: Frame): Markup {
  const x = linear(spans.x, [0, full]);
  const y = linear(spans.y, [full, 0]);
  return html`<figure class="chart">
    <figcaption>
      <h3>${title}</h3>
      <p class="muted">${summary}</p>
    </figcaption>
    <div class="plot" aria-hidden="true">
      <svg class="y-axis">
        ${ticks.y.map(
          ({ value, label }) =>
            html`<text x="100%" y="${percent(y(value))}" text-anchor="end">${label}</text>`,
        )}
      </svg>
      <svg class="area" viewBox="0 0 ${full} ${full}" preserveAspectRatio="none">
        ${ticks.y.map(
          ({ value }) =>
            html`<line
              class="grid"
              x1="0"
              x2="${full}"
              y1="${place(y(value))}"
              y2="${place(y(value))}"
            ></line>`,
        )}
        ${marks({ x, y })}
      </svg>
      <svg class="x-axis">
        ${ticks.x.map(
          ({ value, label }) =>
            html`<text x="${percent(x(value))}" y="14" text-anchor="${anchorAt(x(value))}">${label}</text>`,
        )}
      </svg>
    </div>
  </figure>`;
}

/** Labels at the ends stay within the chart. */
function anchorAt(at: number): 'start' | 'middle' | 'end' {
  if (at < 0.03 * full) return 'start';
  return at > 0.97 * full ? 'end' : 'middle';
}

function countTicks([from, to]: Span, count: number): readonly Tick[] {
  return roundTicks(to, Math.max(1, Math.min(count, to - from + 1)))
    .filter((value) => value >= from && value <= to && Number.isInteger(value))
    .map((value) => ({ value, label: String(value) }));
}

/** A place without the digits that nobody sees. */
const place = (at: number): number => Math.round(at * 10) / 10;

const percent = (at: number): string => `${place((at / full) * 100)}%`;
