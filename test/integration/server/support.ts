/** A real server on a real feed, both as built, and a client that reads raw lines off the socket. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Feed } from '../../../src/main/engine/feed/index.ts';
import type { RunningServer, StartOptions } from '../../../src/main/engine/server/index.ts';
import { openFeed, startServer } from '../../support/built.ts';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/wait.ts';

export interface TestServer {
  /** Replaced by `restart`. */
  feed: Feed;
  server: RunningServer;
  readonly onDemand: ReturnType<typeof vi.fn>;
  readonly logged: { readonly err?: unknown }[];
  /** Closes feed and server and opens both again: same folder, same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const twoVms = [
  { name: 'vm-a', address: '20.123.45.67' },
  { name: 'vm-b', address: null },
];

export async function startTestServer(changes: Partial<StartOptions> = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-server-'));
  const onDemand = vi.fn();
  const logged: { err?: unknown }[] = [];
  const start = async (port: number) => {
    const feed = openFeed({ dataDir });
    const server = await startServer({
      feed,
      vms: () => twoVms,
      backgroundTasks: () => [],
      names: [],
      allowedOrigins: [],
      maxConnections: 1000,
      version: '1.2.3',
      assetsDir: null,
      log: { info: () => undefined, warn: () => undefined, error: (details) => logged.push(details) },
      onDemand,
      ...changes,
      port,
    }).catch((error: unknown) => {
      feed.close();
      rmSync(dataDir, { recursive: true });
      throw error;
    });
    return { feed, server };
  };
  const running: TestServer = {
    ...(await start(changes.port ?? (await freePort()))),
    onDemand,
    logged,
    async restart() {
      const { port } = running.server;
      await running.server.close();
      running.feed.close();
      Object.assign(running, await start(port));
    },
    async stop() {
      await running.server.close();
      running.feed.close();
      rmSync(dataDir, { recursive: true });
    },
  };
  return running;
}

export interface ReadEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface LineClient {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly response: IncomingMessage;
  readonly lines: readonly string[];
  readonly events: readonly ReadEvent[];
  /** Waits for that many events of the name (of any, without one), and gives them. */
  expect(count: number, name?: string): Promise<readonly ReadEvent[]>;
  close(): void;
}

/**
 * Reads as the simplest clients do: line by line, an `event:` line is remembered, and the next `data:` line is the event.
 * Knows nothing of several data lines, and takes the id only between the two.
 */
export async function openLineClient(url: string, headers: Record<string, string> = {}): Promise<LineClient> {
  const asked = request(url, { headers, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const lines: string[] = [];
  const events: ReadEvent[] = [];
  let rest = '';
  let event = '';
  let id: string | null = null;
  response.on('error', () => undefined);
  response.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      lines.push(line);
      if (line.startsWith('event:')) {
        event = line.slice(6).trim();
        id = null;
      } else if (line.startsWith('id:')) id = line.slice(3).trim();
      else if (line.startsWith('data:')) {
        events.push({ event, id, data: JSON.parse(line.slice(5)) as Record<string, unknown> });
      }
    }
  });
  const named = (name?: string) => events.filter((read) => name === undefined || read.event === name);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    response,
    lines,
    events,
    async expect(count, name) {
      return until(() => named(name).length >= count && named(name), `${count} of ${name ?? 'any event'}`);
    },
    close: () => asked.destroy(),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request with exactly these headers: `fetch` would not let a test choose Host or Origin. */
export async function ask(
  url: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string | string[]> } = {},
): Promise<Answer> {
  const asked = request(url, { method, headers, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += String(part);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}
