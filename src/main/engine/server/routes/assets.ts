import { readFile } from 'node:fs/promises';
import { contentSecurityPolicy, contentTypeOf, listAssets } from '../http/asset-files.ts';
import { sendProblem } from '../http/problem.ts';
import { sendBody, type Route } from '../http/routing.ts';

const policy = contentSecurityPolicy("'self'");

/**
 * The dashboard's files at their paths, and "/" in any case: where it was not built, it says where the stream is.
 * @param folder null, or one that does not exist: there are no files
 */
export function assetsRoute(folder: string | null): Route {
  const files = listAssets(folder);
  return {
    match(path) {
      const asked = path === '/' ? '/index.html' : decodeURIComponent(path);
      return path === '/' || files.has(asked) ? { id: asked } : null;
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
      response.setHeader('Content-Security-Policy', policy);
      // A page that opened this one cannot control its window.
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      // The build puts a hash of the contents into every name within assets/.
      const isHashed = path.startsWith('/assets/');
      response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      sendBody(response, contentTypeOf(file), contents);
    },
  };
}
