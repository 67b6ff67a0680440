/** Tasks of a VM whose files are kept: the VM is a folder and a shell of this machine. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ErrorPayload, RecoveredPayload } from '../../../src/shared/stream.ts';
import { createArchive } from '../../../src/main/engine/archive/index.ts';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import type { KeptTask, TaskRecord } from '../../../src/main/engine/feed/index.ts';
import { KeepSource, type CopySettings } from '../../../src/main/engine/watch/keep/keep-source.ts';
import { Projector } from '../../../src/main/engine/watch/projector.ts';
import { defaultTempo } from '../../../src/main/engine/watch/tempo.ts';
import type { VmClock } from '../../../src/main/engine/watch/vm-clock.ts';
import { until } from '../../support/wait.ts';
import { runOf, taskOf } from '../feed/fixtures.ts';
import { machine } from './sights.ts';
import { localContact, sourceTools, startSource } from './tools.ts';

export const startMs = Date.now() - 600_000;
export const picture = stepPicture(1, 120);

/** Watches a folder of this machine in the place of a VM. */
export function watchedFolder(change: Partial<CopySettings> = {}, maxMegabytes = 100, clockOf?: VmClock) {
  const tempo = { ...defaultTempo, copyAfterMs: 0, copyRestMs: 0, copyAgainMs: 1, copyObstacleMs: 1 };
  const tools = sourceTools({ tempo, ...(clockOf === undefined ? {} : { clock: clockOf }) });
  const { feed, dir, clock, log } = tools;
  /** The events about files that cannot be copied. */
  const troubles: (ErrorPayload | RecoveredPayload)[] = [];
  feed.subscribe((event) => {
    if (event.kind !== 'journal' || event.event.type === 'task_complete') return;
    const { data } = event.event;
    if ('code' in data && data.code === 'files_not_kept') troubles.push(data);
  });
  const settings = { screenshots: 'all', copyKilobytesPerSecond: 1_000_000, ...change } as const;
  const archive = createArchive({
    ...{ ...clock, dataDir: dir, feed, keptFreeBytes: 0 },
    logs: { bytesOf: () => 0, remove: () => 0 },
    settings: () => ({ ...settings, maxMegabytes }),
    mostBytes: () => maxMegabytes * 1_000_000,
  });
  onTestFinished(() => archive.close());
  const { contact, shell } = localContact(dir);
  const { store, end } = startSource(new KeepSource({ ...tools, archive, copySettings: () => settings }), {
    ...{ machine, contact, shells: { docker: 'docker', inside: null }, isBehind: false },
    container: { kind: 'absent', wanted: null, looks: 3 },
  });
  const projector = new Projector(store, { vm: 'vm', feed, log, clock });
  onTestFinished(() => projector.close());
  const run = runOf('run-1', {
    vm: 'vm',
    startedAt: startMs,
    log: `host:${dir}/results/logs/normal-0-20260128@225508.log`,
  });
  const taskAt = (taskId: string, minute: number, changes: Partial<TaskRecord> = {}): TaskRecord =>
    taskOf(taskId, {
      ...{
        vm: 'vm',
        domain: 'chrome',
        startedAt: startMs + minute * 60_000,
        endedAt: startMs + (minute + 1) * 60_000 - 5000,
      },
      ...changes,
    });
  const pathOf = (path: string): string => join(dir, 'results/pyautogui/gpt-4o/0/chrome', path);
  const touch = (path: string, minute: number): void =>
    utimesSync(pathOf(path), startMs / 1000 + minute * 60, startMs / 1000 + minute * 60);
  /** Looks at the log until something is so. */
  async function lookUntil(condition: () => boolean, what: string): Promise<void> {
    await until(() => {
      store.update({ logLooks: store.get().logLooks + 1 });
      return condition();
    }, what);
  }
  return {
    ...{ store, feed, archive, dir, shell, end, taskAt, troubles },
    ends: (...records: TaskRecord[]): void => {
      feed.commit({
        vm: 'vm',
        at: startMs,
        runs: [run],
        tasks: records.map((record) => ({ record, tell: true })),
      });
    },
    pathOf,
    put(path: string, minute: number, contents: string | Buffer = picture): void {
      mkdirSync(dirname(pathOf(path)), { recursive: true });
      writeFileSync(pathOf(path), contents);
      touch(path, minute);
    },
    touch,
    lookUntil,
    /** Looks at the log until nothing is wanted any more. */
    copyAll: () => lookUntil(() => feed.wantedTasks('vm', 1).length === 0, 'all is copied'),
    /** Returns why there are no screenshots of a task. */
    async whyNot(taskId: string): Promise<string> {
      const task = feed.attemptsAt('vm', 'chrome', taskId).at(-1);
      if (task === undefined) throw new Error('There is no such task.');
      const asked = { ...task, log: run.log, resultDir: null, notBefore: null, notFrom: null };
      const answer = await archive.over(null).list(asked, new AbortController().signal);
      return answer.ok ? '' : answer.problem.detail;
    },
    kept: (record: TaskRecord): unknown => summary(feed.keptTask(record)),
  };
}

function summary(kept: KeptTask | null): unknown {
  return kept === null ? null : [kept.state, kept.why, kept.files.map(({ name }) => name)];
}
