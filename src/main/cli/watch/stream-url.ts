import { maskUrl } from '../../../shared/mask-secrets.ts';
import { UserError } from '../../../shared/user-error.ts';

const streamPath = '/api/benchmark-sse';

/**
 * The address of the stream behind what a person gives: the bare server, or the stream itself with a query of its own.
 * Asks for all VMs unless one is named, and for our errors under a name that is not EventSource's own.
 */
export function streamUrl(given: string): URL {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UserError(
      `--url: found ${JSON.stringify(given)}, expected an address such as http://localhost:8765`,
      { exitCode: 2 },
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new UserError(`--url: found ${maskUrl(url.href)}, expected an address without user and password`, {
      exitCode: 2,
    });
  }
  if (url.pathname === '/') url.pathname = streamPath;
  if (!url.searchParams.has('vm')) url.searchParams.set('vm', '*');
  url.searchParams.set('error_event', 'problem');
  url.hash = '';
  return url;
}
