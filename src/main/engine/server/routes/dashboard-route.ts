/** `GET /` and the dashboard's files. */
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { readFile } from 'node:fs/promises';
import { contentSecurityPolicy, contentTypeOf, listAssets } from '../http/asset-files.ts';
import { answerBody, answerProblem } from './answer.ts';
import type { App, AppEnv } from './app.ts';
import { answers } from './described.ts';

const policy = contentSecurityPolicy("'self'");

const route = createRoute({
  method: 'get',
  path: '/',
  operationId: 'getDashboard',
  summary: 'The dashboard',
  responses: answers({
    content: { 'text/html': null },
    others: { 404: 'The dashboard is not part of this installation.' },
  }),
});

/**
 * Adds a route for each file, and one for "/", which names the stream if the dashboard was not built.
 * @param folder null, or one that does not exist: there are no files
 */
export function addDashboardRoutes(app: App, folder: string | null): void {
  const files = listAssets(folder);

  async function answer(c: Context<AppEnv>, path: string): Promise<Response> {
    const { outgoing } = c.env;
    const file = files.get(path);
    if (file === undefined) {
      const detail =
        'The dashboard is not part of this installation. The event stream is at /api/benchmark-sse.';
      return answerProblem(c, { status: 404, detail });
    }
    const contents = await readFile(file);
    outgoing.setHeader('Content-Security-Policy', policy);
    // A page that opened this one cannot control its window.
    outgoing.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    // The build puts a hash of the contents into every name within assets/.
    const isHashed = path.startsWith('/assets/');
    outgoing.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    return answerBody(c, contentTypeOf(file), contents);
  }

  app.openapi(route, (c) => answer(c, '/index.html'));
  for (const path of files.keys()) app.get(path, (c) => answer(c, path));
}
