/** `GET /api/runs/{id}/log`: a slice of the log of a run, its lines that have a text in them, or all of it as a file. */
import { createRoute } from '@hono/zod-openapi';
import pLimit from 'p-limit';
import { z } from 'zod';
import { logLevels, type LogLevel } from '../../../../shared/log-line.ts';
import { logLimits, readRunLog, type LogAnswer, type LogReader } from '../../archive/index.ts';
import type { Feed } from '../../feed/index.ts';
import { goneWith } from '../stream/check-stream.ts';
import { runLogSchema, type RunLogView } from './answer-schemas.ts';
import { answerBody, answerJson, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, runId, unreadable } from './described.ts';
import { sendLogFile } from './log-file.ts';
import { acceptedQuality, numberParameter, textParameter } from './parameters.ts';
import { unknownRun } from './run-view.ts';

const { slice, search, hits } = logLimits;
const fromRule = 'must be a whole number';
const bytesRule = 'must be a whole number from 1 on';
const longestText = 400;
const textType = 'text/plain; charset=utf-8';

export const logQuerySchema = z.object({
  from: numberParameter(
    z
      .int(fromRule)
      .default(0)
      .describe('Where to begin: a place in the log, bytes. Negative: so many bytes before its end.'),
  ),
  bytes: numberParameter(
    z
      .int(bytesRule)
      .min(1, bytesRule)
      .optional()
      .describe(
        `How much of the log to look at. A slice has ${slice.usual} bytes and at most ${slice.most}, a search ${search.most}.`,
      ),
  ),
  q: textParameter(
    z
      .string()
      .min(1, 'must not be empty')
      .max(longestText, `must have at most ${longestText} characters`)
      .optional()
      .describe(
        `Only lines with this text in them, in upper or lower case; at most ${hits.toLocaleString('en')}.`,
      ),
  ),
  level: textParameter(
    z
      .enum(logLevels, 'must be "error" or "warning"')
      .optional()
      .describe('Only errors, or only warnings and errors: by the word of the level in the line.'),
  ),
  format: textParameter(
    z
      .enum(['json', 'text', 'file'], 'must be "json", "text" or "file"')
      .optional()
      .describe('Wins over the header `Accept`. `file`: text to the end of the log, to be saved.'),
  ),
});

const route = createRoute({
  method: 'get',
  path: '/api/runs/{id}/log',
  operationId: 'getLog',
  summary: 'The log of a run, as BenchTray read it',
  description:
    'Whole lines, without control characters and with `***` for secrets. Places are those in the log itself, so an answer may be longer or shorter than what it stands for: go on at `next`. Text, or JSON for `?format=json`, for a search, or where `Accept` likes it better. `?format=file` has no limit.',
  request: { params: z.object({ id: runId }), query: logQuerySchema },
  responses: answers({
    content: { 'text/plain': null, 'application/json': runLogSchema },
    headers: {
      'Log-From': 'Of text: where its first line begins.',
      'Log-Next': 'Of text: where to go on.',
      'Log-Size': 'Of text: behind the last byte that is kept.',
    },
    others: { ...unreadable, 404: 'There is no such run, or no log of it is kept.' },
  }),
});

/** Both unpack megabytes, and a search many of them. The next ones wait. */
const atOnce = { slices: 8, searches: 2 };

export function addLogRoute(app: App, feed: Feed, logs: LogReader | null): void {
  const slices = pLimit(atOnce.slices);
  const searches = pLimit(atOnce.searches);

  app.openapi(route, async (c) => {
    const { incoming, outgoing } = c.env;
    const { id } = c.req.valid('param');
    const { from, bytes, q, level, format } = c.req.valid('query');
    outgoing.appendHeader('Vary', 'Accept');
    const run = feed.run(id);
    if (run === null) return answerProblem(c, unknownRun(id));
    if (logs === null) return answerProblem(c, { status: 404, detail: 'No logs are kept here.' });
    const { signal } = goneWith(outgoing);
    const isSlice = q === undefined && level === undefined;
    const read = (begin: number, length: number | undefined) =>
      (isSlice ? slices : searches)(() =>
        readRunLog(logs, run, {
          ...{ from: begin, text: q, level, signal },
          ...(length === undefined ? {} : { bytes: length }),
        }),
      );
    const most = isSlice ? slice.most : search.most;
    const chosen = logFormat(format, incoming.headers.accept, isSlice);
    const found = await read(from, chosen === 'file' ? most : bytes);
    if (!found.ok) return answerProblem(c, { status: 404, detail: found.problem });
    const answer = found.value;
    if (chosen === 'json') return answerJson(c, logView(run.runId, { q, level }, answer));
    outgoing.setHeader('Cache-Control', 'no-store');
    const toText = (part: LogAnswer): string => logText(part, isSlice);
    if (chosen === 'file') {
      const next = (begin: number) => read(begin, most);
      return sendLogFile(c.env, run.runId, { first: answer, next, toText });
    }
    outgoing.setHeader('Log-From', answer.from);
    outgoing.setHeader('Log-Next', answer.next);
    outgoing.setHeader('Log-Size', answer.size);
    return answerBody(c, textType, toText(answer));
  });
}

/** @param wanted what was searched for */
export function logView(
  id: string,
  { q, level }: { readonly q?: string | undefined; readonly level?: LogLevel | undefined },
  { size, from, next, lines, missing }: LogAnswer,
): RunLogView {
  return {
    ...{ run_id: id, q: q ?? null, level: level ?? null },
    ...{ size_bytes: size, from, next, lines: [...lines], missing: [...missing] },
  };
}

/** Returns `?format=`, else what `Accept` prefers, else text for a slice and JSON for a search. */
function logFormat(
  asked: 'json' | 'text' | 'file' | undefined,
  accept: string | undefined,
  isSlice: boolean,
): 'json' | 'text' | 'file' {
  if (asked !== undefined) return asked;
  const lead = acceptedQuality(accept, 'text', 'plain') - acceptedQuality(accept, 'application', 'json');
  if (lead !== 0) return lead > 0 ? 'text' : 'json';
  return isSlice ? 'text' : 'json';
}

function logText({ lines, missing }: LogAnswer, isWhole: boolean): string {
  const notes = isWhole ? missing.map(({ from, to }) => ({ from, text: missingText(to - from) })) : [];
  return [...lines, ...notes]
    .sort((a, b) => a.from - b.from)
    .map(({ text }) => `${text}\n`)
    .join('');
}

function missingText(bytes: number): string {
  return `[BenchTray did not keep ${bytes.toLocaleString('en')} bytes of the log here]`;
}
