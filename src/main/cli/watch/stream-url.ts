import { givenUrl, streamPath } from '../given-url.ts';

/**
 * The address of the stream behind what a person gives: the bare server, or the stream itself with a query of its own.
 * Asks for all VMs unless one is named, and for our errors under a name that is not EventSource's own.
 */
export function streamUrl(given: string): URL {
  const url = givenUrl(given);
  if (url.pathname === '/') url.pathname = streamPath;
  if (!url.searchParams.has('vm')) url.searchParams.set('vm', '*');
  url.searchParams.set('error_event', 'problem');
  url.hash = '';
  return url;
}
