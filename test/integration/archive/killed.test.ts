/** The keeping of files, killed at random moments. */
import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomFillSync, randomInt } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import { mustLive } from '../../support/must-live.ts';
import { until } from '../../support/wait.ts';
import { runOf, taskOf } from '../../unit/feed/fixtures.ts';

const kills = 10;
const taskCount = 24;
const screenshots = 3;
const startMs = Date.now() - 3_600_000;
const begin = stepPicture(1, 120).subarray(0, 33);
const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Regular files below a folder. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function writeFiles(dir: string, taskId: string, atMs: number): readonly string[] {
  return Array.from({ length: screenshots }, (_, step) => {
    const bytes = Buffer.concat([begin, randomFillSync(Buffer.alloc(200_000))]);
    const path = join(dir, `results/pyautogui/gpt-4o/0/chrome/${taskId}/step_${step}.png`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    utimesSync(path, atMs / 1000, atMs / 1000);
    return hashOf(bytes);
  });
}

it.runIf(process.platform === 'linux')(
  'keeps each file once and whole if it is killed ten times while it copies, and leaves nothing else',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'benchtray-killed-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const dataDir = join(dir, 'data');
    mkdirSync(dataDir, { mode: 0o700 });
    const tasks = Array.from({ length: taskCount }, (_, minute) =>
      taskOf(`task-${minute}`, {
        ...{ vm: 'vm', domain: 'chrome', startedAt: startMs + minute * 60_000 },
        endedAt: startMs + minute * 60_000 + 55_000,
      }),
    );
    const hashes = tasks.flatMap(({ taskId, startedAt }) =>
      writeFiles(dir, taskId, (startedAt ?? 0) + 30_000),
    );
    const before = openFeed({ dataDir });
    const log = `host:${dir}/results/logs/normal-0-20260128@225508.log`;
    before.commit({
      ...{ vm: 'vm', at: startMs, runs: [runOf('run-1', { vm: 'vm', startedAt: startMs, log })] },
      tasks: tasks.map((record) => ({ record, tell: true })),
    });
    before.close();

    const stored = (): string[] => filesBelow(join(dataDir, 'archive/screens'));
    let life: ChildProcess | null = null;
    const live = (): ChildProcess => {
      const started = fork(join(import.meta.dirname, 'copying-life.ts'), [dir], { execArgv: [] });
      mustLive(started, 'the process that copies', () => '');
      life = started;
      return started;
    };
    const kill = async (): Promise<void> => {
      if (life?.exitCode !== null || life.signalCode !== null) return;
      const ended = once(life, 'exit');
      life.kill('SIGKILL');
      await ended;
    };
    onTestFinished(kill);
    for (let killed = 0; killed < kills; killed += 1) {
      const count = stored().length;
      live();
      await until(() => stored().length !== count || stored().length >= hashes.length, 'it copies');
      await pause(randomInt(40));
      await kill();
    }
    await once(live(), 'message');
    await kill();
    // This life copies nothing, but removes at its start what nobody names.
    await once(live(), 'message');
    const incoming = (): string[] => filesBelow(join(dataDir, 'archive/incoming'));
    await until(() => stored().length <= hashes.length && incoming().length === 0, 'the rest is removed');
    await kill();

    expect(
      stored()
        .map((path) => path.split('/').at(-1))
        .toSorted(),
    ).toEqual(hashes.toSorted());
    for (const path of stored()) expect(hashOf(readFileSync(path))).toBe(path.split('/').at(-1));
    const after = openFeed({ dataDir });
    expect(tasks.map((task) => after.keptTask(task))).toMatchObject(
      tasks.map(() => ({ state: 'done', why: null, files: [{}, {}, {}] })),
    );
    after.close();
  },
);
