/** How the log of a VM gets into the store, from a file and a shell of this machine. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { countsOf } from '../../../src/main/engine/run/index.ts';
import { LogSource } from '../../../src/main/engine/watch/log/log-source.ts';
import { until } from '../../support/wait.ts';
import { waaLog } from '../run/support.ts';
import { machine } from './sights.ts';
import { localContact, sourceTools, startSource } from './tools.ts';

function watched() {
  const tools = sourceTools();
  const path = join(tools.dir, 'run.log');
  writeFileSync(path, '');
  const config = makeVmConfig({ name: 'vm', ssh: { host: '127.0.0.1' }, benchmark: { log: path } });
  const { contact } = localContact(tools.dir);
  const known = { config, machine, contact, shells: { docker: 'docker', inside: null } } as const;
  const { store } = startSource(new LogSource({ ...tools, config }), known);
  return {
    ...{ store, tools },
    write: (text: string) => appendFileSync(path, text),
    /** A whole look at the VM is through; resolves when the log has been looked at, too. */
    look: async (search: 'answered' | 'pending' | 'failed' = 'answered'): Promise<void> => {
      const { logLooks, looked } = store.get();
      const host = { runners: [], logs: [], unnamedLogs: 0 };
      if (search === 'answered') store.update({ host, answered: { ...store.get().answered, host: true } });
      if (search === 'failed') store.update({ unanswered: ['host'] });
      store.update({ looked: { count: looked.count + 1, depth: 'whole' } });
      await until(() => store.get().logLooks > logLooks, 'the log was looked at');
    },
  };
}

describe.skipIf(process.platform !== 'linux')('the log of a VM', () => {
  it('writes its run into the store, each task after it is in the journal', async () => {
    const { store, tools, write, look } = watched();
    const written: [shown: number, inJournal: number][] = [];
    store.subscribe(({ loggedRun }, before) => {
      if (loggedRun === null || loggedRun === before.loggedRun) return;
      const events = tools.feed.replay(0, 'vm', 100).filter(({ type }) => type === 'task_complete');
      written.push([countsOf(loggedRun).tasksCompleted, events.length]);
    });
    await look();
    expect(store.get()).toMatchObject({ isBehind: true, loggedRun: null, log: { trouble: null } });
    const log = waaLog({ startMs: Date.now() })
      .begin('a', 'b')
      .task('a')
      .step(1)
      .result('1.0')
      .finished('a')
      .task('b');
    write(log.text());
    await until(() => store.get().loggedRun !== null, 'the run is known');
    await until(() => written.some(([shown]) => shown === 1), 'its first task is over');
    expect(written.every(([shown, inJournal]) => shown <= inJournal)).toBe(true);
    expect(store.get()).toMatchObject({ run: { isRunning: true }, resultRun: null });
    expect(store.get().reading?.run?.runId).toBe(store.get().loggedRun?.runId);
  });

  it.each(['answered', 'failed'] as const)(
    'is opened when the first search for processes has %s, and not before',
    async (search) => {
      const { store, look } = watched();
      await look('pending');
      expect(store.get().reading).toBeNull();
      await look(search);
      await until(() => store.get().reading !== null, 'the log is being read');
    },
  );

  it('counts as searched after three looks, on each connection again', async () => {
    const { store, look } = watched();
    await look();
    await look();
    expect(store.get()).toMatchObject({ isBehind: true, answered: { runs: false } });
    await look();
    expect(store.get()).toMatchObject({ isBehind: false, answered: { runs: true } });
    store.update({ contact: null });
    expect(store.get().isBehind).toBe(true);
  });

  it('gives way to a run known only from its results, and comes back after it', async () => {
    const { store, write, look } = watched();
    await look();
    write(waaLog({ startMs: Date.now() }).begin('a').task('a').text());
    await until(() => store.get().loggedRun !== null, 'the run is known');
    const { loggedRun } = store.get();
    const ofResults = { isRunning: false, endedWell: true, guest: null, silentForMs: 0 };
    store.update({ resultRun: loggedRun, run: ofResults });
    await look();
    expect(store.get().run).toBe(ofResults);
    store.update({ resultRun: null });
    expect(store.get().run).toMatchObject({ isRunning: true });
  });
});
