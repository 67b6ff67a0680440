import { maskSecrets, maskUrl } from '../../shared/mask-secrets.ts';
import { UserError } from '../../shared/user-error.ts';

export const streamPath = '/api/benchmark-sse';

/**
 * Returns the address that `--url` gives: a bare server, or its stream. The scheme may be missing.
 * @throws UserError
 */
export function givenUrl(given: string): URL {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UserError(
      `--url: found ${JSON.stringify(maskSecrets(given))}, expected an address such as http://localhost:8765`,
      { exitCode: 2 },
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new UserError(`--url: found ${maskUrl(url.href)}, expected an address without user and password`, {
      exitCode: 2,
    });
  }
  return url;
}

/** Where the routes of a BenchTray are, and the key that lets this client in. */
export interface ApiAddress {
  /** Ends with a slash. */
  readonly base: URL;
  readonly apiKey: string | null;
}

/** Splits an address into the place of the routes and the API key, which is no part of what may be shown. */
export function apiAddress(url: URL): ApiAddress {
  const base = new URL(url);
  if (base.pathname.endsWith(streamPath)) base.pathname = base.pathname.slice(0, -streamPath.length);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  base.search = '';
  base.hash = '';
  return { base, apiKey: url.searchParams.get('api_key') };
}
