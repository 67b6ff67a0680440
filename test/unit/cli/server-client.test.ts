import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { apiAddress, givenUrl } from '../../../src/main/cli/given-url.ts';
import { createServerClient } from '../../../src/main/cli/history/server-client.ts';
import { serverSource } from '../../../src/main/cli/history/server-source.ts';
import { runViewOf } from './history-fixtures.ts';

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const sourceAt = (url: string, stop = new AbortController().signal) =>
  serverSource(createServerClient(apiAddress(givenUrl(url)), stop));
const failureAt = async (url: string): Promise<Error> => {
  const error: unknown = await sourceAt(url)
    .runs({ limit: 1 })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'UserError' });
  return error as Error;
};
const answering = (status: number, type: string, body: string) =>
  serve((_request, response) => response.writeHead(status, { 'content-type': type }).end(body));

it.each([
  ['localhost:8765', 'http://localhost:8765/', null],
  ['https://h/?api_key=bt_1#x', 'https://h/', 'bt_1'],
  ['http://h/api/benchmark-sse?vm=a&api_key=bt_1', 'http://h/', 'bt_1'],
  ['https://h/bench/api/benchmark-sse', 'https://h/bench/', null],
  ['https://h/bench', 'https://h/bench/', null],
])('%s has its routes at %s', (given, base, apiKey) => {
  const address = apiAddress(givenUrl(given));
  expect(address.base.href).toBe(base);
  expect(address.apiKey).toBe(apiKey);
});

describe('the history of a running BenchTray', () => {
  it('is asked with the key in a header, which stays out of the address', async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      seen.push([request.url, request.headers.authorization]);
      response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
    });
    const source = sourceAt(`${url}/bench/?api_key=bt_secret`);
    expect(await source.runs({ limit: 5, vm: 'a&b' })).toEqual([]);
    expect(seen).toEqual([['/bench/api/runs?limit=5&vm=a%26b', 'Bearer bt_secret']]);
  });

  it('passes on fields that this version does not know', async () => {
    const run = { ...runViewOf('r'), mood: { is: 'good' } };
    const url = await answering(200, 'application/json', JSON.stringify([run]));
    expect(await sourceAt(url).runs({ limit: 1 })).toEqual([run]);
  });

  it('has no run where the server says so', async () => {
    const problem = { title: 'Not Found', status: 404, detail: 'There is no run "x".' };
    const url = await answering(404, 'application/problem+json', JSON.stringify(problem));
    expect(await sourceAt(url).run('x')).toBeNull();
    expect((await failureAt(url)).message).toBe('There is no run "x".');
  });

  it('says what to do without a key', async () => {
    const problem = { title: 'Unauthorized', status: 401, detail: 'An API key is needed' };
    const url = await answering(401, 'application/problem+json', JSON.stringify(problem));
    expect(await failureAt(url)).toMatchObject({
      message: 'An API key is needed.',
      hint: `Add your key: --url '${url}/?api_key=bt_…'`,
    });
  });

  it.each([
    [404, 'text/html', '<h1>Not found</h1>', 'it answers 404'],
    [302, 'text/html', '', 'it answers 302'],
    [200, 'text/html', '<h1>Welcome</h1>', 'its answer is not JSON'],
    [200, 'application/json', '{"runs": []}', '"" of its answer does not fit'],
    [200, 'application/json', '[{"run_id": 7}]', '"0.run_id" of its answer does not fit'],
    [500, 'application/problem+json', '"broken', 'it answers 500'],
  ])('takes a server that answers %d with %s %s for another program', async (status, type, body, why) => {
    const url = await answering(status, type, body);
    expect((await failureAt(url)).message).toBe(
      `What answers at ${url} is not a BenchTray of this version: ${why}.`,
    );
  });

  it('says that nothing answers, without the key', async () => {
    const url = await answering(200, 'text/plain', '');
    server?.close();
    const { message } = await failureAt(`${url}?api_key=bt_secret`);
    expect(message).toBe(`Nothing answers at ${url}: no BenchTray is running there.`);
  });

  it('says that an answer broke off', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('[', () => response.destroy());
    });
    expect((await failureAt(url)).message).toMatch(/^The answer of .* broke off: /);
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());
    await expect(sourceAt(url, stop.signal).runs({ limit: 1 })).rejects.toThrow(/: stopped\.$/);
  });
});
