import { readFile } from 'node:fs/promises';
import { protocol } from '#electron';
import { contentTypeOf, listAssets } from '../../engine/server/index.ts';
import { appScheme, isPage, security } from './security.ts';

/** To be called before Electron is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([security.scheme]);
}

/** Serves the built page under its own scheme. To be called once Electron is ready. */
export function servePage(folder: string, serverUrl: () => string): void {
  const files = listAssets(folder);
  protocol.handle(appScheme, (request) => answerPage(request, files, serverUrl()));
}

/** @param files by their paths, as `listAssets` gives them */
export async function answerPage(
  { method, url }: Pick<Request, 'method' | 'url'>,
  files: ReadonlyMap<string, string>,
  serverUrl: string,
): Promise<Response> {
  const headers = security.headers(serverUrl);
  if (!isPage(url)) return new Response(null, { status: 404, headers });
  if (method !== 'GET' && method !== 'HEAD')
    return new Response(null, { status: 405, headers: { ...headers, Allow: 'GET, HEAD' } });
  const { pathname } = new URL(url);
  const file = files.get(pathname === '/' ? '/index.html' : pathname);
  if (file === undefined) return new Response(null, { status: 404, headers });
  const body = method === 'HEAD' ? null : await readFile(file);
  return new Response(body, { headers: { ...headers, 'Content-Type': contentTypeOf(file) } });
}
