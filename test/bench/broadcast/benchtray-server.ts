/** BenchTray's feed and server as a process, without anything that watches a VM: what happens is committed here as if it had been seen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import { startServer } from '../../../src/main/engine/server/index.ts';
import { serveCommands } from '../child.ts';
import { errorPayload, taskRecord, vmName } from './payload.ts';
import { serverCommands } from './publishing.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-bench-'));
const feed = openFeed({ dataDir });
const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (details: object, message: string) => {
    console.error(message, details);
  },
};
const server = await startServer({
  feed,
  vms: () => [{ name: vmName, address: '20.123.45.67' }],
  backgroundTasks: () => [],
  names: [],
  allowedOrigins: [],
  maxConnections: 2000,
  port: 0,
  version: '0.0.0',
  assetsDir: null,
  log,
  onDemand: () => undefined,
});

const commands = serverCommands(
  (events) => {
    const [first] = events;
    const isLarge = first !== undefined && first.extraBytes > 0;
    feed.commit({
      vm: vmName,
      at: Date.now(),
      ...(isLarge
        ? { moments: events.map(errorPayload) }
        : { tasks: events.map((event) => ({ record: taskRecord(event), tell: true })) }),
    });
  },
  async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return Number(/^benchtray_streams_open (\d+)/m.exec(metrics)?.[1]);
  },
  () => feed.idOf(0),
);
serveCommands({ port: server.port }, commands, async () => {
  await server.close();
  feed.close();
  rmSync(dataDir, { recursive: true, force: true });
});
