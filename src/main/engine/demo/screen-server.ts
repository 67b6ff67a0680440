/** The page behind "Open VNC" of the demo: what the simulated VM shows just now. Loopback only. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Machine } from './machine.ts';

export interface ScreenServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Default port of `vnc_url`, as on a real VM. */
const usualPort = 8006;
const refreshSeconds = 2;
const headers = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': [
    "default-src 'none'",
    "img-src 'self'",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

/** Starts the server on port 8006, or on a free port where another program has that one. @param machine is asked at each request */
export async function startScreenServer(machine: () => Machine): Promise<ScreenServer> {
  const server = createServer((request, response) => {
    send(response, request.method === 'HEAD', answerTo(machine(), request));
  });
  await listen(server, usualPort).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    return listen(server, 0);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  // Rejects where the server emits 'error' instead.
  await once(server, 'listening');
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string | Buffer;
}

function send(
  response: ServerResponse,
  isHead: boolean,
  { status, type = 'text/plain; charset=utf-8', body }: Answer,
): void {
  if (status === 405) response.setHeader('Allow', 'GET, HEAD');
  response.writeHead(status, { ...headers, 'Content-Type': type }).end(isHead ? undefined : body);
}

function answerTo(machine: Machine, { method, url, headers: asked }: IncomingMessage): Answer {
  // Refuse a web page whose own host name resolves to this address.
  if (!/^(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(asked.host ?? ''))
    return { status: 421, body: 'This server answers to localhost only.\n' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'This page is read-only.\n' };
  const path = url?.replace(/\?.*$/s, '');
  const screen = machine.screen();
  if (path === '/') return { status: 200, type: 'text/html; charset=utf-8', body: page(screen) };
  if (path === '/screen.png' && screen.kind === 'task')
    return { status: 200, type: 'image/png', body: screen.bytes };
  if (path === '/favicon.ico') return { status: 204, body: '' };
  return { status: 404, body: 'There is nothing here.\n' };
}

function page(screen: ReturnType<Machine['screen']>): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="${refreshSeconds}">
<title>Screen of the simulated VM – BenchTray demo</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; text-align: center }
img { width: 100%; image-rendering: pixelated; border: 1px solid }
figure { margin: 1.5rem 0 }
</style>
</head>
<body>
<h1>Simulated VM</h1>
<p>This VM is part of BenchTray's demo and has no Windows. On a real VM, this link opens the screen of Windows by noVNC.</p>
<figure>
${figure(screen)}
</figure>
</body>
</html>
`;
}

function figure(screen: ReturnType<Machine['screen']>): string {
  if (screen.kind === 'text') return `<p><strong>${escaped(screen.text)}</strong></p>`;
  const step = screen.step === 0 ? 'before the first step' : `step ${screen.step}`;
  return `<img src="/screen.png" alt="The simulated screen: ${step}">
<figcaption>${escaped(`${screen.isOn ? 'Current task' : 'Last task'}, ${screen.domain}: ${step}`)}</figcaption>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
