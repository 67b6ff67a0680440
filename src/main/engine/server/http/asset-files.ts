/** The dashboard's built files, listed once: no path of the file system is ever made out of a request. */
import { readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

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

/**
 * By their paths, such as "/assets/index.js".
 * @param folder null, or one that does not exist: there are no files
 */
export function listAssets(folder: string | null): ReadonlyMap<string, string> {
  return new Map((folder === null ? [] : listFiles(folder)).map((file) => [file.path, file.name]));
}

/** Value of `Content-Type` for a file. */
export function contentTypeOf(file: string): string {
  return contentTypes[extname(file).toLowerCase()] ?? 'application/octet-stream';
}

/**
 * The page runs its own files and talks to its server, and nothing else; Svelte is the only one to make HTML of text.
 * @param connectTo where it may connect to: "'self'", or an origin
 */
export function contentSecurityPolicy(connectTo: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    // The stream that all tabs share.
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${connectTo}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types svelte-trusted-html benchtray-worker',
  ].join('; ');
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
