/** Writes the report of a run: one HTML file, in pieces. */
import { createHash } from 'node:crypto';
import type { Screen } from '../../../shared/screens.ts';
import { inTurns } from '../common/in-turns.ts';
import { charts } from './charts.ts';
import { counting, environment, type PictureTally } from './details.ts';
import {
  failureNames,
  failures,
  notPassed,
  pictureWords,
  type PictureSlot,
  type PictureWords,
} from './failures.ts';
import { headline, strip } from './headline.ts';
import { html, ownMarkup, shownText, type Markup } from './html.ts';
import { incidents } from './incidents.ts';
import type { ReportInput, ReportTask } from './input.ts';
import { signSheet } from './signs.ts';
import { style } from './style.ts';
import { taskTable } from './task-table.ts';
import { openPainter, type Painter } from './thumbnails/painter.ts';
import { allowance, fitting } from './thumbnails/share.ts';
import { limits, titleText } from './words.ts';

/** Limits of a report. */
export const mostBytes = 15_000_000;
/** For what comes behind the screenshots. */
const tailBytes = 20_000;
/** The thumbnails may take so long, milliseconds: the next report waits for this one. Some JPEGs are made to take hours. */
const mostPaintingMs = 120_000;

/** No scripts, no network, and no style but the one of the file. */
export const reportPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`;

/**
 * Yields the file in pieces, each as soon as it is made: screenshots take the time.
 * @param signal ends the work; what was yielded is no whole file then
 * @param painting makes the thumbnails, and is closed at the end
 */
export async function* writeReport(
  input: ReportInput,
  signal: AbortSignal,
  painting: Painter = openPainter(signal),
): AsyncGenerator<string, void> {
  await using painter = painting;
  const pieces = await inTurns(draw(input, signal));
  let used = 0;
  for (const piece of pieces) if (typeof piece === 'string') used += Buffer.byteLength(piece);
  const slots = pieces.filter((piece) => typeof piece !== 'string');
  const chosen = fitting(slots, mostBytes - tailBytes - used);
  const tally = { shown: 0, unreadable: 0, leftOut: slots.length - chosen.size, late: 0 };
  const paintUntilMs = performance.now() + mostPaintingMs;
  let toCome = chosen.size;
  let newest: { readonly task: ReportTask; readonly screens: readonly Screen[] } | null = null;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      yield piece;
      continue;
    }
    if (!chosen.has(piece)) continue;
    if (performance.now() > paintUntilMs) {
      tally.late += 1;
      continue;
    }
    const made = await thumbnail(piece, allowance(mostBytes - tailBytes - used, toCome));
    signal.throwIfAborted();
    tally[made.kind] += 1;
    toCome -= 1;
    used += Buffer.byteLength(made.text);
    yield made.text;
  }
  yield tail(input, tally);

  /** The screenshots of a task come one after the other, and its texts are read once. */
  async function wordsOf(slot: PictureSlot): Promise<PictureWords> {
    if (newest?.task !== slot.task)
      newest = { task: slot.task, screens: await input.pictures.screensOf(slot.task) };
    return pictureWords(slot, newest.screens);
  }

  async function thumbnail(
    slot: PictureSlot,
    bytes: number,
  ): Promise<{ readonly kind: Exclude<keyof PictureTally, 'late'>; readonly text: string }> {
    const { description, caption } = await wordsOf(slot);
    const copy = await input.pictures.read(slot.file);
    const made = copy === null ? null : await painter.paint(copy, bytes);
    if (made?.kind === 'too-big') return { kind: 'leftOut', text: '' };
    if (made?.kind !== 'made')
      return {
        kind: 'unreadable',
        text: String(
          html`<p class="muted small">${caption}: BenchTray cannot read its copy of this screenshot.</p>`,
        ),
      };
    const source = ownMarkup(`data:image/jpeg;base64,${Buffer.from(made.jpeg).toString('base64')}`);
    const image = html`<img
      src="${source}"
      width="${made.width}"
      height="${made.height}"
      alt="${description}"
    />`;
    return {
      kind: 'shown',
      text: String(
        html`<figure>
          ${image}
          <figcaption>${caption}</figcaption>
        </figure>`,
      ),
    };
  }
}

/** Draws everything but the screenshots, in short pieces of work. */
function* draw(
  input: ReportInput,
  signal: AbortSignal,
): Generator<undefined, readonly (string | PictureSlot)[]> {
  const pieces: (string | PictureSlot)[] = [];
  let text = '';
  for (const piece of parts(input)) {
    if ('kind' in piece) {
      pieces.push(text, piece);
      text = '';
    } else text += `${String(piece)}\n`;
    yield;
    signal.throwIfAborted();
  }
  return [...pieces, text];
}

function* parts(input: ReportInput): Generator<Markup | PictureSlot, void> {
  const { tasks, pictures } = input;
  yield head(input);
  yield headline(input);
  yield strip(input);
  yield charts(input);
  yield incidents(input);
  const failed = notPassed(tasks);
  yield* taskTable(tasks, failureNames(failed));
  yield* failures(failed, pictures);
}

function head({ run }: ReportInput): Markup {
  const policy = ownMarkup(reportPolicy);
  return html`${ownMarkup('<!doctype html><html lang="en"><head>')}
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${shownText(titleText(run), limits.name)} – BenchTray</title>
    ${ownMarkup(`<style>${style}</style></head><body>`)} ${signSheet()} ${ownMarkup('<main>')}`;
}

function tail(input: ReportInput, tally: PictureTally): string {
  return String(
    html`${environment(input)} ${counting(input, tally)} ${ownMarkup('</main></body></html>\n')}`,
  );
}
