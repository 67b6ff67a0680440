/** Who waits for whom when several clients ask for reports. */
import { mkdtempSync, rmSync } from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import { createFaultLog } from '../../../src/main/engine/server/http/fault-log.ts';
import { createApp } from '../../../src/main/engine/server/routes/app.ts';
import { addReportRoute } from '../../../src/main/engine/server/routes/report-route.ts';
import { runOf, startMs, taskOf } from '../feed/fixtures.ts';

it('a client that takes nothing of its report holds up no other', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-reports-'));
  const feed = openFeed({ dataDir });
  onTestFinished(() => {
    feed.close();
    rmSync(dataDir, { recursive: true });
  });
  const tasks = Array.from({ length: 100 }, (_, index) =>
    taskOf(`task-${index}`, { score: 0, success: false }),
  );
  feed.commit({
    ...{ vm: 'vm-a', at: startMs, runs: [runOf('run-1')] },
    tasks: tasks.map((record) => ({ record, tell: false })),
  });
  const app = createApp(createFaultLog({ error: vi.fn() }));
  addReportRoute(app, { history: feed, files: null, thresholdOf: () => null, version: '1.2.3' });

  async function ask(): Promise<ServerResponse> {
    // It has no connection, so nothing of it is ever taken.
    const incoming = new IncomingMessage(new Socket());
    incoming.method = 'GET';
    const outgoing = new ServerResponse(incoming);
    onTestFinished(() => void outgoing.emit('close'));
    await app.request('/api/runs/run-1/report', {}, { incoming, outgoing });
    return outgoing;
  }
  for (const outgoing of [await ask(), await ask()]) {
    expect([outgoing.statusCode, outgoing.writableNeedDrain]).toEqual([200, true]);
    expect(outgoing.writableLength).toBeGreaterThan(outgoing.writableHighWaterMark);
  }
});
