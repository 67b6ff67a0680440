/** A page of a stranger in a browser that finds every name on this machine, as a page that rebinds its own name does. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser } from 'playwright';
import { chromiumLaunch } from '../../support/tools.ts';

export interface Stranger {
  readonly port: number;
  close(): void;
}

/** Serves a page with the title "stranger", which is not ours. */
export async function startStranger(): Promise<Stranger> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>stranger</title>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

/** Starts a browser for which every name leads to this machine. */
export function launchRebound(): Promise<Browser> {
  const args = [
    ...chromiumLaunch.args.filter((argument) => !argument.startsWith('--host-resolver-rules')),
    '--host-resolver-rules=MAP * 127.0.0.1',
  ];
  return chromium.launch({ ...chromiumLaunch, args });
}
