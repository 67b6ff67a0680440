/** Runs with as many tasks as a measurement needs, cut from the recorded one: header, blocks and line ends are the real ones. */
import { randomUUID } from 'node:crypto';
import { sampleRunByTask } from '../support/sample-run.ts';

export interface LongTask {
  readonly id: string;
  /** Everything that the log says of it before its end. */
  body(): readonly string[];
  /** The same in seven lines, for a reader that sees only the last hundred. */
  brief(): string;
  /** The line that ends it. */
  lastLine(): string;
}

export interface LongRun {
  /** What stands before the first task. */
  header(): string;
  readonly tasks: readonly LongTask[];
  footer(): string;
}

const domain = 'settings';
const recordedId = 'e8f68f22-1f6a-4cba-a97a-ac611bb4c67b-wos';
const lines = (text: string) => text.split(/(?<=\n)/);

const pieces = sampleRunByTask(0);
const headerLines = lines(pieces[0]?.split('Windows Agent Arena: Starting')[0] ?? '').slice(0, -1);
const block = lines(pieces.find((piece) => piece.endsWith(`${recordedId}\n`)) ?? '');
const footer = pieces.at(-1) ?? '';

/** A run that begins when its header is written: all times in the log are those of writing. */
export function longRun(taskCount: number): LongRun {
  const ids = Array.from({ length: taskCount }, () => `${randomUUID()}-WOS`);
  const list = ids.map((id) => `('${domain}', '${id}')`).join(', ');
  return {
    header: () =>
      stamped(
        headerLines
          .join('')
          .replace(/is doing tasks: .*/, `is doing tasks: [${list}]`)
          .replace(/Left tasks:\n[^]*?\n\n/, `Left tasks:\n${domain}: ${taskCount}\n\n`),
      ),
    tasks: ids.map((id): LongTask => {
      const named = block.map((line) => line.replaceAll(recordedId, id));
      const brief = named.filter((line) =>
        /Starting on|\[(Domain|Example ID|Instruction)\]|Step |Result: /.test(line),
      );
      return {
        id,
        body: () => named.slice(0, -1).map(stamped),
        brief: () => stamped(brief.join('')),
        lastLine: () => stamped(named.at(-1) ?? ''),
      };
    }),
    footer: () => stamped(footer),
  };
}

/** Puts the present time, as run.py's logging does (local, without a zone), in place of every time. */
function stamped(text: string): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  return text.replaceAll(
    /\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/g,
    `[${local.slice(0, 10)} ${local.slice(11, 19)},${local.slice(20, 23)}`,
  );
}
