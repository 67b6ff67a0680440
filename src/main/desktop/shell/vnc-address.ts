import type { StatusPayload } from '../../../shared/stream.ts';

/**
 * The address of a VM's screen as far as it may be opened: http or https, and on the very machine that is watched. The text comes
 * over the stream, which another BenchTray may have written.
 */
export function vncAddress(status: StatusPayload | undefined): URL | null {
  const url = URL.parse(status?.probe.vnc_url ?? '');
  const host = hostOf(status?.detail.address ?? '');
  if (url === null || host === null) return null;
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  const isBare = url.username === '' && url.password === '';
  return isWeb && isBare && url.hostname === host ? url : null;
}

/** Host of "user@host:port" as addresses have it: lower case, IPv6 in brackets. */
function hostOf(address: string): string | null {
  const host = /^(?:.*@)?(.+):\d+$/.exec(address)?.[1]?.replace(/^\[(.*)\]$/, '$1');
  if (host === undefined) return null;
  return URL.parse(`http://${host.includes(':') ? `[${host}]` : host}/`)?.hostname ?? null;
}
