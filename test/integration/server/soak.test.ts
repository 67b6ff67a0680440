/**
 * Twenty clients that come and go, read slowly, and lose their server to SIGKILL again and again: each gets exactly the journal, in
 * order, once. SOAK_SECONDS makes it longer than the usual few seconds, SOAK_CLIENTS larger.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { openFeed } from '../../support/built.ts';
import { startChild, type Child } from '../../support/child.ts';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/wait.ts';

const soakMs = Number(process.env['SOAK_SECONDS'] ?? 8) * 1000;
const clientCount = Number(process.env['SOAK_CLIENTS'] ?? 20);
const program = new URL('../../support/soak-server.ts', import.meta.url).pathname;

async function startServing(dataDir: string, port: number): Promise<Child> {
  const child = startChild(process.execPath, [program, dataDir, String(port)]);
  await child.listening();
  return child;
}

/** Reads as the documentation says: takes an id over when its event is complete, and comes back with the last one. */
function startClient(url: string, firstId: string) {
  const ids: string[] = [];
  const gaps: string[] = [];
  let lastId = firstId;
  let isOver = false;
  let isRough = true;

  async function readOnce(): Promise<void> {
    const inHeader = Math.random() < 0.5;
    const address = `${url}/api/benchmark-sse?interval=1${inHeader ? '' : `&lastEventId=${lastId}`}`;
    const request = get(address, { agent: false, headers: inHeader ? { 'Last-Event-ID': lastId } : {} });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let rest = '';
    const leaveAfter = isRough ? Math.random() * 200_000 : Number.POSITIVE_INFINITY;
    const timer = isRough ? setTimeout(() => request.destroy(), Math.random() * 1_500) : undefined;
    let bytes = 0;
    try {
      for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
        bytes += chunk.length;
        // Often in the middle of a frame.
        const taken = bytes > leaveAfter ? chunk.slice(0, Math.floor(Math.random() * chunk.length)) : chunk;
        const blocks = (rest + taken).split('\n\n');
        rest = blocks.pop() ?? '';
        blocks.forEach(take);
        if (bytes > leaveAfter || isOver) break;
        if (isRough && Math.random() < 0.1) await pause(Math.random() * 200);
      }
    } finally {
      clearTimeout(timer);
      request.destroy();
    }
  }

  function take(block: string): void {
    const id = /^id: (.+)$/m.exec(block)?.[1];
    if (block.includes('"gap":true')) gaps.push(lastId);
    if (id === undefined) return;
    lastId = id;
    if (!block.startsWith('event: connected')) ids.push(id);
  }

  async function run(): Promise<void> {
    while (!isOver) {
      await readOnce().catch(() => undefined);
      await pause(Math.random() * 100);
    }
  }
  const running = run();
  return {
    ids,
    gaps,
    get lastId() {
      return lastId;
    },
    settle: () => (isRough = false),
    async close() {
      isOver = true;
      await running;
    },
  };
}

it(
  'gives each client each event of the journal once, in order, whatever is cut when',
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-soak-'));
    const port = await freePort();
    let child = await startServing(dataDir, port);
    const [, url = '', journalId = ''] = /listening on (\S+)\njournal (\S+)/.exec(child.out()) ?? [];
    const clients = Array.from({ length: clientCount }, () => startClient(url, `${journalId}-0`));
    onTestFinished(async () => {
      await child.stop();
      await Promise.all(clients.map((client) => client.close()));
      rmSync(dataDir, { recursive: true });
    });

    const untilMs = performance.now() + soakMs;
    while (performance.now() < untilMs) {
      await pause(500 + Math.random() * 2_000);
      await child.stop();
      child = await startServing(dataDir, port);
    }
    await until(() => clients.every(({ ids }) => ids.length > 0), 'everybody has heard something');
    for (const client of clients) client.settle();
    child.process.kill('SIGUSR2');
    const head = await child.prints(/head (\S+)/);
    await until(() => clients.every(({ lastId }) => lastId === head), 'everybody has it all');
    await child.stop();

    const feed = openFeed({ dataDir });
    const journal = feed.replay(0, null, 10_000_000).map(({ id }) => id);
    feed.close();
    expect(journal.at(-1)).toBe(head);
    for (const { ids, gaps } of clients) {
      expect(gaps).toEqual([]);
      expect(ids).toEqual(journal);
    }
  },
  soakMs + 240_000,
);
