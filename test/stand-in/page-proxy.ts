/**
 * Stands between Chromium and the network. Chromium knows no scheme `benchtray:`, so the page has a name on loopback there; to the
 * program and to its server it is `benchtray://app` again. Everything that Chromium asks for passes the program's own filter.
 */
import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { askScheme, mayAskFor } from './web-things.ts';

const appOrigin = 'benchtray://app';
/** Names that end so are secure and on loopback for Chromium, whatever they are. */
const pageOrigin = 'http://benchtray-app.localhost';

/** Address of the page as Chromium has it → as the program has it. */
export const toApp = (url: string): string => url.replace(pageOrigin, appOrigin);
export const toPage = (url: string): string => url.replace(appOrigin, pageOrigin);

/** Addresses that the program's filter has refused. */
export const refusedUrls: string[] = [];

/** @returns what Chromium has to be started with */
export async function startPageProxy(): Promise<readonly string[]> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return [`--proxy-server=http://127.0.0.1:${port}`, '--proxy-bypass-list=<-loopback>'];
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = '', method = 'GET' } = request;
  if (!(await mayAskFor(toApp(url)))) {
    refusedUrls.push(url);
    response.destroy();
    return;
  }
  if (!url.startsWith(`${pageOrigin}/`)) {
    passOn(request, response);
    return;
  }
  const page = await askScheme(toApp(url), method);
  response.writeHead(page.status, Object.fromEntries(page.headers));
  response.end(Buffer.from(await page.arrayBuffer()));
}

function passOn(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  const headers = { ...request.headers, ...(origin === pageOrigin ? { origin: appOrigin } : {}) };
  const onward = forward(request.url ?? '', { method: request.method, headers, agent: false }, (answered) => {
    const allowed = answered.headers['access-control-allow-origin'];
    response.writeHead(answered.statusCode ?? 502, {
      ...answered.headers,
      ...(allowed === appOrigin ? { 'access-control-allow-origin': pageOrigin } : {}),
    });
    response.flushHeaders();
    pipeline(answered, response, () => undefined);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
