/** Hooks on a real feed, programs that are really started, and a web server that answers as the test wants. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HookConfig } from '../../../src/main/engine/config/index.ts';
import { openFeed, type Feed } from '../../../src/main/engine/feed/index.ts';
import { startHooks, type Hooks, type HooksOptions } from '../../../src/main/engine/hooks/index.ts';
import { errorOf } from '../../unit/feed/fixtures.ts';

export interface TestHooks extends Hooks {
  readonly feed: Feed;
  readonly folder: string;
  /** Everything that was logged, as text. */
  readonly logged: () => string;
  /** Lets an error happen; its message says which. */
  happen(message: string, vm?: string): void;
  /** Goes on with these hooks. */
  use(hooks: readonly HookConfig[]): void;
  stop(): Promise<void>;
}

export type HookInput = Omit<HookConfig, 'on' | 'timeoutSeconds'> & Partial<HookConfig>;

export const hookOf = (input: HookInput): HookConfig => ({ on: ['error'], timeoutSeconds: 10, ...input });

export function startTestHooks(
  inputs: readonly HookInput[],
  options: Partial<HooksOptions> = {},
  folder = mkdtempSync(join(tmpdir(), 'benchtray-hooks-')),
): TestHooks {
  const feed = openFeed({ dataDir: folder });
  const lines: string[] = [];
  const write = (details: object, message: string): void =>
    void lines.push(JSON.stringify([message, details]));
  const hooks = startHooks({
    config: { hooks: inputs.map(hookOf), vms: [] },
    feed,
    log: { info: write, warn: write },
    version: '1.2.3',
    retryPausesMs: [10, 20, 30],
    ...options,
  });
  return {
    ...hooks,
    feed,
    folder,
    logged: () => lines.join('\n'),
    happen(message, vm = 'vm-a') {
      feed.commit({ vm, at: Date.now(), moments: [errorOf(vm, { message })] });
    },
    use(next) {
      hooks.reconfigure({ hooks: next, vms: [] });
    },
    async stop() {
      await hooks.close();
      feed.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A program of this text, run by the Node of this test. `out` is where it can leave something. */
export function program(
  folder: string,
  name: string,
  text: string,
): readonly [node: string, script: string, out: string] {
  const script = join(folder, `${name}.mjs`);
  writeFileSync(script, text);
  return [process.execPath, script, join(folder, `${name}.out`)];
}

/** Returns the text of the file. Null: it does not exist, or nothing has been written into it yet. */
export const readIfThere = (file: string): string | null =>
  (existsSync(file) && readFileSync(file, 'utf8')) || null;

/** A process that has ended and was not collected by anybody counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return process.platform !== 'linux' || !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly body: string;
  readonly atMs: number;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

/** @param answer gets each request when it is complete, with its number from 0 */
export async function startReceiver(
  answer: (response: ServerResponse, index: number) => void = (response) => response.end('ok'),
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { headers, method, url } = request;
    const body = Buffer.concat(chunks).toString('utf8');
    received.push({ headers, method, path: url, body, atMs: performance.now() });
    answer(response, received.length - 1);
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path?token=hunter2`,
    received,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
