/** The dashboard's built files. What can be asked for is listed once: no path is ever made out of a request. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { sendProblem } from './problem.ts';
import { sendBody, type Route } from './routing.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** The page runs its own files and talks to this server, and nothing else; Svelte is the only one to make HTML of text. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

/**
 * The files at their paths, and "/" in any case: where the dashboard was not built, it says where the stream is.
 * @param folder null, or one that does not exist: there are no files
 */
export function assetsRoute(folder: string | null): Route {
  const files = new Map((folder === null ? [] : listFiles(folder)).map((file) => [file.path, file.name]));
  return {
    match(path) {
      const asked = path === '/' ? '/index.html' : decodeURIComponent(path);
      return path === '/' || files.has(asked) ? asked : null;
    },
    async answer({ response, id: path }) {
      const file = files.get(path);
      if (file === undefined) {
        const detail =
          'The dashboard is not part of this installation. The event stream is at /api/benchmark-sse.';
        sendProblem(response, { status: 404, detail });
        return;
      }
      const contents = await readFile(file);
      response.setHeader('Content-Security-Policy', contentSecurityPolicy);
      response.setHeader('Referrer-Policy', 'no-referrer');
      // The build puts a hash of the contents into every name within assets/.
      const isHashed = path.startsWith('/assets/');
      response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      sendBody(response, contentTypes[extname(file).toLowerCase()] ?? 'application/octet-stream', contents);
    },
  };
}

function listFiles(folder: string): { readonly path: string; readonly name: string }[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((name) => ({ name, path: `/${relative(folder, name).split(sep).join('/')}` }));
  } catch {
    return [];
  }
}
