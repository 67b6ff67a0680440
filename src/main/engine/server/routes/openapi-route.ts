/** `GET /api/openapi.json`: what can be asked here, for programs. */
import { openApi } from './openapi.ts';
import { route, sendBody, type Route } from '../http/routing.ts';

export function openApiRoute(version: string): Route {
  let body: string | null = null;
  return route('/api/openapi.json', ({ response }) => {
    // Made when it is first asked for: most never ask.
    body ??= `${JSON.stringify(openApi(version), null, 2)}\n`;
    response.setHeader('Cache-Control', 'no-cache');
    sendBody(response, 'application/json', body);
  });
}
