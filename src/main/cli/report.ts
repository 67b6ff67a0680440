/** `benchtray report RUN`: a run as one HTML file. */
import { randomUUID } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { exportName } from '../../shared/export-name.ts';
import { messageOf } from '../../shared/message-of.ts';
import { UserError } from '../../shared/user-error.ts';
import { findRun } from './history/run-name.ts';
import { withHistory, type HistoryOptions } from './history/source.ts';
import { say, sayJson, type CliIo } from './io.ts';

export interface ReportOptions extends HistoryOptions {
  /** Missing: named after the run, in the current folder. "-": standard output. */
  readonly output?: string;
  /** Replaces the file if there is one. */
  readonly force?: boolean;
}

/** Writes the report of the run with this name into a file. Gives the exit code. */
export async function runReport(name: string, options: ReportOptions, io: CliIo): Promise<number> {
  return withHistory(options, io, async (source) => {
    const { run_id: runId } = await findRun(source, name);
    const { output = exportName(runId, 'report'), force = false, json = false } = options;
    if (output === '-') {
      if (io.stdout.isTTY === true)
        throw new UserError('-o -: standard output is a terminal, and a report is a file for a browser.', {
          hint: 'Redirect it, or leave out -o.',
        });
      for await (const piece of source.report(runId)) io.stdout.write(piece);
      return 0;
    }
    const file = resolve(output);
    await checkPlace(file, force);
    if (io.stderr.isTTY === true) say(io.stderr, 'With many screenshots, this takes a minute.');
    const bytes = await writeWhole(file, source.report(runId), force);
    if (json) sayJson(io, { run_id: runId, file, size_bytes: bytes });
    else say(io.stdout, `${file} (${sizeText(bytes)})`);
    return 0;
  });
}

/** The work of minutes would be lost if a mistake in the name was found at its end. */
async function checkPlace(file: string, force: boolean): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found === null) {
    const folder = await stat(dirname(file)).catch(() => null);
    if (folder?.isDirectory() !== true)
      throw new UserError(`-o: there is no folder ${dirname(file)}.`, { hint: 'Create it first.' });
    return;
  }
  if (found.isDirectory())
    throw new UserError(`-o: ${file} is a folder, expected a file.`, {
      hint: 'Name a file in it, such as report.html.',
    });
  if (!found.isFile())
    throw new UserError(`-o: ${file} is not a regular file.`, { hint: 'For standard output, use "-o -".' });
  if (!force) throw exists(file);
}

function exists(file: string): UserError {
  return new UserError(`The file ${file} exists.`, {
    hint: 'Use --force to replace it, or name another one by -o.',
  });
}

/** Writes beside the place and gives the file its name at the end, so that nobody finds half a report. @returns its size */
async function writeWhole(file: string, pieces: AsyncIterable<string>, force: boolean): Promise<number> {
  const beside = join(dirname(file), `.${basename(file).slice(0, 100)}.${randomUUID()}.tmp`);
  let bytes = 0;
  try {
    const opened = await open(beside, 'wx');
    try {
      for await (const piece of pieces) {
        await opened.writeFile(piece);
        bytes += Buffer.byteLength(piece);
      }
      await opened.datasync();
    } finally {
      await opened.close();
    }
    await (force ? rename(beside, file) : nameNew(beside, file));
    return bytes;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The report cannot be written to ${file}: ${messageOf(error)}.`, { cause: error });
  } finally {
    await rm(beside, { force: true });
  }
}

/** A file that was made meanwhile stays. */
async function nameNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw exists(to);
    // Some file systems have no second names, such as FAT.
    if ((await stat(to).catch(() => null)) !== null) throw exists(to);
    await rename(from, to);
  }
}

/** "812 kB", "3.2 MB" */
function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
