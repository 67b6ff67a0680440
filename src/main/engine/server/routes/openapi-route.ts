/** `GET /api/openapi.json`: the description of the API. */
import { createRoute } from '@hono/zod-openapi';
import { answerBody } from './answer.ts';
import type { App } from './app.ts';
import { answers } from './described.ts';
import { describeApi } from './description.ts';

export function addOpenApiRoute(app: App, version: string): void {
  let body: string | null = null;
  const route = createRoute({
    method: 'get',
    path: '/api/openapi.json',
    operationId: 'getDescription',
    summary: 'This description',
    responses: answers({ content: { 'application/json': null } }),
  });
  app.openapi(route, (c) => {
    // Generated on the first request: most processes get none.
    body ??= `${JSON.stringify(describeApi(app, version), null, 2)}\n`;
    c.env.outgoing.setHeader('Cache-Control', 'no-cache');
    return answerBody(c, 'application/json', body);
  });
}
