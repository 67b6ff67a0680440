/**
 * Looks for what run.py printed when a signal stopped it. That goes to its standard output, which is not the log that is followed where
 * run.py has a log of its own: it may be in another log that was found, or in what docker keeps of the container.
 */
import { stopPrintAtEnd } from '../../run/index.ts';
import { lastLinesCommand, lineTime, readLastLines, type LogFile } from '../../vm/index.ts';
import type { Shells } from './follow-files.ts';
import { isOwnLog } from './log-place.ts';
import type { Sight } from '../sight.ts';
import { clockSkewMs } from '../vm-clock.ts';

/** The last that was printed and the last that was logged are this close together. */
const togetherMs = 120_000;
const endBytes = 4096;
const askLimitSeconds = 8;

/** @param lastGrowthMs when the log that is followed last grew; epoch milliseconds of the run's timeline. @returns the print; null: there is none to be seen */
export async function findStopPrint(
  shells: Pick<Shells, 'host' | 'inside' | 'docker'>,
  sight: Sight,
  lastGrowthMs: number,
): Promise<string | null> {
  const sinceMs = lastGrowthMs + clockSkewMs(sight.machine) - togetherMs;
  const isRecent = ({ path, modifiedAt }: LogFile): boolean =>
    modifiedAt * 1000 >= sinceMs && !isOwnLog({ path });
  const within = (sight.inside?.logs ?? []).filter(isRecent).map((file) => endOf(shells.inside, file));
  const outside = (sight.host?.logs ?? []).filter(isRecent).map((file) => endOf(shells.host, file));
  const ends = await Promise.all([...within, ...outside, endOfContainer(shells, sight, sinceMs)]);
  return ends.map(stopPrintAtEnd).find((print) => print !== null) ?? null;
}

async function endOf(shell: Shells['inside'], { path, size }: LogFile): Promise<string> {
  const words = ['piece', path, String(Math.max(1, size - endBytes + 1)), String(endBytes)];
  return (await shell?.ask(askLimitSeconds, words)) ?? '';
}

async function endOfContainer(
  { host, docker }: Pick<Shells, 'host' | 'docker'>,
  { container }: Sight,
  sinceMs: number,
): Promise<string> {
  if (container.kind !== 'running' && container.kind !== 'stopped') return '';
  const words = lastLinesCommand(docker, container.name, new Date(sinceMs).toISOString());
  const lines = readLastLines((await host.ask(askLimitSeconds, words)) ?? '');
  return lines.map((line) => line.replace(lineTime, '')).join('\n');
}
