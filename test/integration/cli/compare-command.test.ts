/** `compare` as a process: with a BenchTray that runs, and with the data folder alone. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ComparisonView } from '../../../src/shared/comparison.ts';
import type { Feed } from '../../../src/main/engine/feed/index.ts';
import { openFeed } from '../../support/built.ts';
import { startCli } from '../../support/cli-process.ts';
import { freePort } from '../../support/free-port.ts';
import { runOf, startMs, taskOf } from '../../unit/feed/fixtures.ts';
import { startTestServer, type TestServer } from '../server/support.ts';

let folder: string;
let running: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-compare-'));
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const feed = openFeed({ dataDir });
  writeRuns(feed);
  feed.close();
  writeFileSync(join(folder, 'c.json'), JSON.stringify({ server: { port: await freePort() }, dataDir }));
  running = await startTestServer();
  writeRuns(running.feed);
});
afterAll(async () => {
  await running.stop();
  rmSync(folder, { recursive: true });
});

function writeRuns(feed: Feed): void {
  const scores = { 'vm-a-1': [0, 1, 1, 0], 'vm-a-2': [1, 1, 0, 1, 1], 'vm-a-3': [] };
  for (const [index, [runId, ofRun]] of Object.entries(scores).entries())
    feed.commit({
      vm: 'vm-a',
      at: startMs,
      runs: [runOf(runId, { startedAt: startMs + index * 1000, state: 'finished' })],
      tasks: ofRun.map((score, task) => ({
        record: taskOf(`t${task}`, {
          runId,
          score,
          success: score === 1,
          domain: task < 2 ? 'clock' : 'vlc',
        }),
        tell: false,
      })),
    });
}

async function compare(...args: readonly string[]): Promise<{ code: unknown; out: string; err: string }> {
  const command = startCli(folder, ['compare', ...args]);
  const code = await command.exit;
  return { code, out: command.out(), err: command.err() };
}
const overHttp = () => ['--url', running.server.url];
const fromFolder = () => ['--config', join(folder, 'c.json')];

it('prints the same from a running BenchTray and from the data folder', async () => {
  const there = await compare('latest~2', 'vm-a-2', ...overHttp());
  expect([there.code, there.err]).toEqual([0, '']);
  const lines = there.out.split('\n');
  expect(lines[0]).toMatch(/^A {2}vm-a-1 on vm-a: finished, .* · navi · gpt-4o · started /);
  expect(lines).toContain(
    'B is better by 25.0 points over 4 common tasks; the difference is not decisive, p = 1.',
  );
  expect(there.out).toMatch(
    /\nImproved\n.*\nclock +t0 +Failed 0 +Passed 1\nvlc +t3 .*\n\nRegressed\n.*\nvlc +t2 /,
  );
  const here = await compare('latest~2', 'vm-a-2', ...fromFolder());
  expect(here.out).toBe(there.out);
  expect([here.code, here.err]).toEqual([0, expect.stringMatching(/^BenchTray is not running\. /)]);
});

it('answers with --json what the API answers', async () => {
  const answer = await fetch(`${running.server.url}/api/compare?a=vm-a-1&b=vm-a-2&attempt=best`);
  const expected = (await answer.json()) as ComparisonView;
  expect(expected.counts).toMatchObject({ improved: 2, regressed: 1, only_b: 1 });
  for (const source of [overHttp(), fromFolder()]) {
    const { code, out } = await compare('vm-a-1', 'vm-a-2', '--attempt', 'best', '--json', ...source);
    expect([code, JSON.parse(out)]).toEqual([0, expected]);
  }
});

it('compares one run to the comparable run before it, or says that there is none', async () => {
  for (const source of [overHttp(), fromFolder()]) {
    const { out } = await compare('latest~1', '--json', ...source);
    expect(JSON.parse(out)).toMatchObject({ a: { run_id: 'vm-a-1' }, b: { run_id: 'vm-a-2' } });
    const none = await compare('latest', ...source);
    expect([none.code, none.out]).toEqual([2, '']);
    expect(none.err).toMatch(/No run before "vm-a-3" compares to it: it would be over, .*\.\n$/);
  }
  const unknown = await compare('vm-b', 'latest', ...overHttp());
  expect([unknown.code, unknown.err]).toEqual([
    2,
    expect.stringMatching(/^There is no run named "vm-b"\.\n/),
  ]);
  expect((await compare('latest', '--attempt', 'last')).code).toBe(2);
});
