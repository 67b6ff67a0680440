/** The API key that comes with a request, in whichever of its places. */
import type { IncomingMessage } from 'node:http';

/** `__Host-`: the browser takes it from us alone, over TLS alone, and gives it to no other host. */
const cookieName = '__Host-benchtray-key';

/**
 * `Authorization: Bearer`, `X-API-Key`, `?api_key=` for what cannot set headers, and the cookie that the dashboard's page has:
 * the first that is there counts. Null: none is.
 */
export function keyOf({ headers }: IncomingMessage, query: URLSearchParams): string | null {
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  const [header] = [headers['x-api-key']].flat();
  return bearer ?? header ?? query.get('api_key') ?? cookieOf(headers.cookie);
}

/** Lets the browser send the key along with what the page asks for: neither `<script src>` nor EventSource can do it by a header. */
export function keyCookie(key: string): string {
  return `${cookieName}=${key}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}

function cookieOf(cookies: string | undefined): string | null {
  const [, value] =
    (cookies ?? '')
      .split(';')
      .map((cookie) => cookie.trim().split('=', 2))
      .find(([name]) => name === cookieName) ?? [];
  return value ?? null;
}
