/** The source of the history commands: a running BenchTray or, if none runs, its data folder. */
import type { Command } from 'commander';
import { messageOf } from '../../../shared/message-of.ts';
import { UserError } from '../../../shared/user-error.ts';
import { readConfig, resolveDataDir } from '../../engine/config/index.ts';
import { askForBenchTray } from '../../engine/server/routes/ask-for-benchtray.ts';
import { withOptionalLog, type CommonOptions } from '../common-options.ts';
import { configSources } from '../config-sources.ts';
import { apiAddress, givenUrl } from '../given-url.ts';
import { say, type CliIo } from '../io.ts';
import { createServerClient } from './server-client.ts';
import type { HistorySource } from './history-source.ts';
import { serverSource } from './server-source.ts';

/** Options of all commands that ask a `HistorySource`. */
export interface HistoryOptions extends CommonOptions {
  readonly url?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** Adds the options that all these commands have. */
export function withHistoryOptions(command: Command): Command {
  return command
    .option('--url <url>', 'where BenchTray is (default: the one of this machine, else its data folder)')
    .option('--config <file>', 'configuration to use, which says where port and data folder are')
    .option('--json', 'print the answer as JSON');
}

/**
 * Opens the source for as long as `work` needs it, and says on stderr if nobody is running.
 * @returns the exit code of `work`
 * @throws UserError with exit code 2 if the question cannot be asked or answered: 1 is an answer
 */
export async function withHistory(
  options: HistoryOptions,
  io: CliIo,
  work: (source: HistorySource) => Promise<number>,
): Promise<number> {
  return withOptionalLog(options, async (log) => {
    let source: HistorySource | null = null;
    try {
      source = await openHistory(options, io);
      const { origin } = source;
      log.info({ from: origin.kind === 'server' ? origin.client.shown : origin.dataDir }, 'asking');
      if (origin.kind === 'folder')
        say(io.stderr, `BenchTray is not running. This is what it last recorded in ${origin.dataDir}.`);
      return await work(source);
    } catch (error) {
      // After a Ctrl-C, the requests that it ended are no news.
      if (io.stop.aborted) return 1;
      if (!(error instanceof UserError))
        throw new UserError(`Unexpected error: ${messageOf(error)}`, { exitCode: 2, cause: error });
      throw new UserError(error.message, { exitCode: 2, hint: error.hint ?? undefined, cause: error });
    } finally {
      source?.close();
    }
  });
}

async function openHistory({ url, config: configFlag }: HistoryOptions, io: CliIo): Promise<HistorySource> {
  const clientAt = (address: string) => createServerClient(apiAddress(givenUrl(address)), io.stop);
  if (url !== undefined) return serverSource(clientAt(url));
  const sources = configSources(configFlag, io);
  const read = await readConfig(sources);
  if (!read.ok)
    throw new UserError(read.problems.map(({ message }) => message).join('\n'), {
      hint: 'Correct it, or name a running BenchTray by --url.',
    });
  const dataDir = resolveDataDir(read.config, sources);
  // SQLite and the rooms of the server are slow to load, and most commands find a BenchTray that runs.
  const { announcedUrl, openJournalReader } = await import('../../engine/feed/index.ts');
  for (const address of localAddresses(announcedUrl(dataDir), read.config.server.port))
    if ((await askForBenchTray(address)) !== null) return serverSource(clientAt(address));
  const journal = openJournalReader(dataDir, (notice) => say(io.stderr, notice));
  if (journal === null)
    throw new UserError(`BenchTray is not running, and there is no journal in ${dataDir}.`, {
      hint: 'Start it by "benchtray serve", or name a running one by --url.',
    });
  const { folderSource } = await import('./folder-source.ts');
  return folderSource({
    dataDir,
    journal,
    vms: read.config.vms,
    version: io.version,
    stop: io.stop,
  });
}

/**
 * Returns where a BenchTray of this machine may be: where the owner of the data folder last was, whatever port it was started with, and
 * at the configured port.
 */
function localAddresses(announced: string | null, port: number): readonly string[] {
  const owner = URL.parse(announced ?? '');
  const isLocal = owner !== null && /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(owner.hostname);
  const usual = port === 0 ? [] : [`http://localhost:${port}`];
  if (!isLocal) return usual;
  return owner.port === String(port) ? [owner.origin] : [owner.origin, ...usual];
}
