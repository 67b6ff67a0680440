import { InvalidArgumentError, type Command } from 'commander';
import { plainText } from '../../shared/plain-text.ts';
import { readConfig, resolveDataDir } from '../engine/config/index.ts';
import type { StoredKey } from '../engine/server/index.ts';
import { withOptionalLog, type CommonOptions } from './common-options.ts';
import { configSources, tellAbout } from './config-sources.ts';
import { say, type CliIo } from './io.ts';

interface KeyOptions extends CommonOptions {
  readonly config?: string;
  readonly name?: string;
  readonly json?: boolean;
}

/** What a command does with the file of keys. Gives what goes into the log. */
type KeyWork = (keyFile: string, options: KeyOptions, wanted: string) => Promise<object>;

/** Adds `key add`, `key list` and `key remove`. They may be used while BenchTray runs, which takes the change over. */
export function addKeyCommands(program: Command, io: CliIo, finish: (exitCode: number) => void): void {
  const key = program.command('key').description('API keys, by which other machines are let in');
  const add = (usage: string, description: string, work: KeyWork): Command =>
    key
      .command(usage)
      .description(description)
      .option('--config <file>', 'configuration to use')
      .action(async (...parameters: unknown[]) => {
        const command = parameters.at(-1) as Command;
        const wanted = command.args[0] ?? '';
        const options = command.optsWithGlobals<KeyOptions>();
        finish(await withKeyFile(options, io, (keyFile) => work(keyFile, options, wanted)));
      });

  add('add', 'make a key; it is shown once', async (keyFile, { name = null }) => {
    const { addKey } = await import('../engine/server/index.ts');
    const { key: shown, stored } = await addKey(keyFile, name);
    // Alone on stdout, for scripts.
    say(io.stdout, shown);
    say(io.stderr, `This is the key ${labelOf(stored)}. It is shown only now: what is kept is its hash.`);
    return { added: stored.id };
  }).option('--name <name>', 'whose or what it is', keyName);

  add('list', 'show which keys there are', async (keyFile, { json = false }) => {
    const { readKeys } = await import('../engine/server/index.ts');
    const keys = readKeys(keyFile);
    if (json) {
      const shown = keys.map(({ id, name, created_at }) => ({ id, name, created_at }));
      say(io.stdout, JSON.stringify(shown, null, 2));
    } else {
      for (const { id, name, created_at } of keys)
        say(io.stdout, `${id}  ${created_at}  ${name === null ? '-' : plainText(name)}`);
      if (keys.length === 0) say(io.stderr, 'There is no key. "benchtray key add" makes one.');
    }
    return { keys: keys.length };
  }).option('--json', 'as JSON');

  add('remove <id-or-name>', 'let nobody in by this key any more', async (keyFile, _options, wanted) => {
    const { removeKey } = await import('../engine/server/index.ts');
    const removed = await removeKey(keyFile, wanted);
    say(io.stdout, `The key ${labelOf(removed)} is gone. Streams that were opened by it end now.`);
    return { removed: removed.id };
  });
}

async function withKeyFile(
  options: KeyOptions,
  io: CliIo,
  work: (keyFile: string) => Promise<object>,
): Promise<number> {
  const sources = configSources(options.config, io);
  const read = await readConfig(sources);
  if (!read.ok) {
    tellAbout(read, io);
    return 2;
  }
  const { keyFileIn } = await import('../engine/server/index.ts');
  return withOptionalLog(options, async (log) => {
    log.info(await work(keyFileIn(resolveDataDir(read.config, sources))), 'done');
    return 0;
  });
}

const longestName = 64;

function keyName(text: string): string {
  if (text !== plainText(text) || text === '' || text.length > longestName)
    throw new InvalidArgumentError(`Expected up to ${longestName} characters on one line.`);
  return text;
}

function labelOf({ id, name }: StoredKey): string {
  return name === null ? id : `${id} (${plainText(name)})`;
}
