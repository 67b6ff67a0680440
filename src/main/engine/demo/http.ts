/** What `curl -sS -w '\nhttp %{http_code}\n' URL` prints on the simulated machine. */
import type { Machine, Side } from './machine.ts';
import { guestAddress } from './run-text.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The benchmark server is published on no port of the VM (as in the official start script), so that only the container reaches
 * it; the status page of the Windows set-up is published on the port for VNC.
 */
export function httpAnswer(machine: Machine, side: Side, address: string, limitSeconds: number): string {
  const { vncPort } = machine;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null) return failed(3, 'URL rejected: Malformed input to a URL function');
  const port = url.port === '' ? 80 : Number(url.port);
  if (loopback.has(url.hostname)) {
    return port === vncPort ? statusPage(machine, url.pathname) : refused(url.hostname, port);
  }
  if (side === 'container' && url.hostname === guestAddress) {
    return port === 5000 && machine.serverIsReady()
      ? benchmarkServer(url.pathname)
      : refused(url.hostname, port);
  }
  return failed(28, `Connection timed out after ${limitSeconds * 1000 + 1} milliseconds`);
}

function statusPage(machine: Machine, path: string): string {
  const page = machine.statusPage();
  if (page.kind === 'not_yet') return refused('localhost', machine.vncPort);
  if (path === '/msg.html' && page.kind === 'shown') {
    return answered(200, `<p class="loading">${escaped(page.text)}</p>`);
  }
  if (path === '/')
    return answered(200, '<!DOCTYPE html>\n<html><head><title>noVNC</title></head><body></body></html>\n');
  return notFound();
}

function benchmarkServer(path: string): string {
  // Flask lays it out like this when it runs in debug mode, which the benchmark server does.
  if (path === '/probe') {
    return answered(200, '{\n  "message": "Service is operational",\n  "status": "Probe successful"\n}\n');
  }
  return answered(404, '<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n');
}

function notFound(): string {
  const title = '404 Not Found';
  return answered(
    404,
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  );
}

function answered(status: number, body: string): string {
  return `${body}\nhttp ${status}\n`;
}

function refused(host: string, port: number): string {
  return failed(7, `Failed to connect to ${host} port ${port} after 0 ms: Connection refused`);
}

function failed(code: number, text: string): string {
  return `curl: (${code}) ${text}\n\nhttp 000\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
