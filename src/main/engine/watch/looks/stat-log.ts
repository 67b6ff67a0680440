/** The state of one file that is named. */
import { readLogs, type LogFile, type ShellChannel } from '../../vm/index.ts';

/** @param shell one that can see it. Null: it is not there, or nothing answers. */
export async function statLog(shell: ShellChannel | null, path: string): Promise<LogFile | null> {
  // A channel's shell begins in the home folder; a quoted "~" would not be expanded.
  const answer = (await shell?.ask(8, ['logs', path.startsWith('~/') ? `./${path.slice(2)}` : path])) ?? null;
  return answer === null ? null : (readLogs(answer)[0] ?? null);
}
