/** Logs of workers that play side by side on one VM: each is read to its end, whatever comes in between. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Channels, LogFile, OwnShellChannel } from '../../../src/main/engine/vm/index.ts';
import { LogSource } from '../../../src/main/engine/watch/log/log-source.ts';
import { until } from '../../support/wait.ts';
import { waaLog } from '../run/support.ts';
import { machine } from './sights.ts';
import { localContact, sourceTools, startSource } from './tools.ts';

/** Two logs, the second written to after the first, and nothing since. */
function watched() {
  const tools = sourceTools();
  const folder = join(tools.dir, 'results/logs');
  mkdirSync(folder, { recursive: true });
  const nowMs = Date.now();
  const logs = [0, 7].map((worker): LogFile => {
    const path = join(folder, `normal-${String(worker)}-20260302@100000.log`);
    const task = `task-${String(worker)}`;
    const text = waaLog({ startMs: nowMs + worker })
      .begin(task)
      .task(task)
      .text();
    writeFileSync(path, text);
    return { path, size: text.length, inode: '', modifiedAt: nowMs / 1000 - 100 + worker };
  });
  const held: (() => void)[] = [];
  let isHeld = false;
  /** Questions that the VM leaves unanswered once. */
  const unanswered = new Set<string>();

  function connect() {
    const { contact } = localContact(tools.dir);
    if (contact === null) throw new Error('no contact');
    const channels: Channels = {
      ...contact.channels,
      open(command, opened) {
        if (isHeld) held.push(() => contact.channels.open(command, opened));
        else contact.channels.open(command, opened);
      },
    };
    const ask: OwnShellChannel['ask'] = (limit, words) =>
      unanswered.delete(words.join(' ')) ? Promise.resolve(null) : contact.host.ask(limit, words);
    const host: OwnShellChannel = {
      ...contact.host,
      get closed() {
        return contact.host.closed;
      },
      ask,
    };
    return { ...contact, channels, host };
  }

  const shells = { docker: 'docker', inside: null } as const;
  const { store } = startSource(new LogSource(tools), { machine, contact: connect(), shells });

  /** A whole look has found these logs; resolves when they have been looked at, too. */
  const look = async (found: readonly LogFile[]): Promise<void> => {
    const { logLooks, looked, answered } = store.get();
    const host = { runners: [], logs: found, unnamedLogs: 0 };
    store.update({ host, answered: { ...answered, host: true } });
    store.update({ looked: { count: looked.count + 1, depth: 'whole' } });
    await until(() => store.get().logLooks > logLooks, 'the logs were looked at');
  };
  /** Looks at these logs until the runs of so many are known. */
  const lookUntilRead = (found: readonly LogFile[], count: number): Promise<unknown> =>
    until(
      async () => {
        await look(found);
        return tools.feed.runs({ vm: 'vm', limit: 10 }).length >= count;
      },
      `${String(count)} runs are known`,
    );

  return {
    ...{ logs, unanswered, look, lookUntilRead },
    reconnect: () => {
      store.update({ contact: null, shells: null });
      store.update({ contact: connect(), shells });
    },
    /** No log is opened until it is released. */
    hold: () => (isHeld = true),
    release: () => {
      isHeld = false;
      for (const open of held.splice(0)) open();
    },
    path: () => store.get().log.path,
  };
}

describe.skipIf(process.platform !== 'linux')('the logs of two workers', () => {
  it('are both read if the second was written to before the first had arrived', async () => {
    const { logs, look, lookUntilRead, hold, release } = watched();
    hold();
    await look(logs.slice(0, 1));
    await look(logs);
    release();
    await lookUntilRead(logs, 2);
  });

  it('are both read if the connection is lost before the older one has arrived', async () => {
    const { logs, look, lookUntilRead, hold, release, reconnect } = watched();
    await lookUntilRead(logs.slice(1), 1);
    hold();
    await look(logs);
    reconnect();
    release();
    await lookUntilRead(logs, 2);
  });

  it('are both read if the VM once does not say what the older one is', async () => {
    const { logs, lookUntilRead, unanswered } = watched();
    await lookUntilRead(logs.slice(1), 1);
    unanswered.add(`identify ${logs[0]?.path ?? ''} 1024`);
    await lookUntilRead(logs, 2);
    expect(unanswered.size).toBe(0);
  });

  it('do not wait for one that cannot be read', async () => {
    const { logs, look, lookUntilRead, path } = watched();
    const [first, second] = logs;
    if (first === undefined || second === undefined) throw new Error('no logs');
    const folder = { ...first, path: first.path.replace('normal-0', 'normal-3') };
    mkdirSync(folder.path);
    await look([folder, second]);
    expect(path()).toBe(folder.path);
    await lookUntilRead([folder, second], 1);
    await look([folder, second]);
    expect(path()).toBe(second.path);
  });
});
