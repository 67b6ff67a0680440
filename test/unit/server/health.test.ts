/** Whoever has the port may answer anything: BenchTray reads 64 KiB of it. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { readAnswerJson } from '../../../src/main/engine/common/read-answer-json.ts';
import { askForBenchTray } from '../../../src/main/engine/server/routes/ask-for-benchtray.ts';

const health = JSON.stringify({ status: 'ok', app: 'BenchTray', version: '1.2.3' });

async function asked(answer: RequestListener): Promise<string | null> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return askForBenchTray(`http://127.0.0.1:${String(port)}`);
}

it.each([
  [65_536, '1.2.3'],
  [65_537, null],
])('of an answer of %i bytes BenchTray takes the version %j', async (bytes, version) => {
  expect(await asked((_, response) => response.end(health.padEnd(bytes)))).toBe(version);
});

it('hangs up on an answer without end', async () => {
  let hasHungUp: Promise<unknown> = Promise.resolve();
  const version = await asked((_, response) => {
    hasHungUp = new Promise((resolve) => response.once('close', resolve));
    const talk = (): void => {
      if (!response.destroyed && response.write(' '.repeat(65_536))) setImmediate(talk);
    };
    response.on('drain', talk);
    talk();
  });
  expect(version).toBeNull();
  await hasHungUp;
});

it('stops reading an answer at its limit, piece by piece', async () => {
  let pulledBytes = 0;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulledBytes += 1024;
      controller.enqueue(new Uint8Array(1024).fill(0x20));
    },
    cancel() {
      isCancelled = true;
    },
  });
  await expect(readAnswerJson(new Response(body), 65_536)).rejects.toThrow('longer than 65536 bytes');
  // One piece over the limit, and one that the stream holds ready.
  expect(pulledBytes).toBeLessThanOrEqual(65_536 + 2 * 1024);
  expect(isCancelled).toBe(true);
});
