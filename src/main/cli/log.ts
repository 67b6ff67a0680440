/** `benchtray log RUN`: the log of a run, as BenchTray kept it. */
import { setTimeout as pause } from 'node:timers/promises';
import { terminalText } from '../../shared/terminal-text.ts';
import type { RunLogView } from '../engine/server/index.ts';
import { findRun } from './history/run-name.ts';
import type { HistorySource } from './history/history-source.ts';
import { withHistory, type HistoryOptions } from './history/source.ts';
import { paintFor, say, sayPainted, type CliIo } from './io.ts';

export interface LogOptions extends HistoryOptions {
  readonly follow?: boolean;
  readonly grep?: string;
}

/** As much as one answer has. */
const sliceBytes = 1_048_576;
const followEveryMs = 1_000;

/** Prints the log of the run with this name. Gives the exit code: 1 if no line has the text of `--grep`. */
export async function runLog(name: string, options: LogOptions, io: CliIo): Promise<number> {
  return withHistory(options, io, async (source) => {
    const { run_id: runId } = await findRun(source, name);
    const print = printerFor(options, io);
    let printed = 0;
    try {
      for await (const answer of answers(source, runId, options, io)) {
        print(answer);
        printed += answer.lines.length;
      }
    } catch (error) {
      // Ctrl-C ends `--follow`, whether or not a request is under way.
      if (!io.stop.aborted) throw error;
    }
    return options.grep === undefined || printed > 0 ? 0 : 1;
  });
}

/** Asks for one part of the log after the other; with `--follow`, until the run is over. */
async function* answers(
  source: HistorySource,
  runId: string,
  { follow = false, grep }: LogOptions,
  io: CliIo,
): AsyncGenerator<RunLogView> {
  const query = grep === undefined ? { bytes: sliceBytes } : { q: grep };
  const isFollowed = follow && source.origin.kind === 'server';
  let wasOver = false;
  for (let from = 0; !io.stop.aborted;) {
    const answer = await source.log(runId, { ...query, from });
    yield answer;
    const { next, size_bytes: size } = answer;
    const isAtEnd = next >= size || next <= from;
    from = next;
    if (!isAtEnd) continue;
    // The last lines may be read after the end of the run.
    if (!isFollowed || wasOver) return;
    await pause(followEveryMs, undefined, { signal: io.stop }).catch(() => undefined);
    wasOver = (await source.run(runId))?.state !== 'running';
  }
}

/** Returns what prints the lines on stdout, and on stderr what is missing. */
function printerFor({ json = false, grep }: LogOptions, io: CliIo): (answer: RunLogView) => void {
  const paint = paintFor(io.env, io.stdout);
  const mark = (text: string): string => (grep === undefined ? text : marked(text, grep, paint.red.bold));
  return ({ lines, missing }) => {
    for (const { from, to } of missing)
      say(
        io.stderr,
        `BenchTray did not keep ${(to - from).toLocaleString('en')} bytes of the log, from ${from} on.`,
      );
    const printed = json
      ? lines.map((line) => terminalText(JSON.stringify(line)))
      : lines.map(({ text }) => mark(terminalText(text.replaceAll('\n', ' '))));
    if (printed.length > 0) sayPainted(io.stdout, printed.join('\n'));
  };
}

/** Shows where the text is in a line. */
function marked(line: string, wanted: string, paint: (text: string) => string): string {
  const at = line.toLowerCase().indexOf(wanted.toLowerCase());
  const end = at + wanted.length;
  return at < 0 ? line : line.slice(0, at) + paint(line.slice(at, end)) + line.slice(end);
}
