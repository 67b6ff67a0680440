/**
 * Decides who may send requests at all. The `Host` must be a name of this server, or a web page that rebinds its own name to 127.0.0.1
 * could read everything. The `Origin` must be ours or allowed. A request without one must not come from a page of another site
 * (`Sec-Fetch-Site`): such a page could show our screenshots as images and open our streams, which costs even where it cannot read.
 */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Problem } from '../http/problem.ts';

export interface AccessRules {
  /** Names of this server besides the loopback ones. */
  readonly names: readonly string[];
  /** Origins besides our own, as browsers write them: "https://grafana.example". */
  readonly allowedOrigins: readonly string[];
}

/** What a listener answers to. */
export interface Door {
  /** Names of this server there, in any case. */
  readonly names: readonly string[];
  /** Origins of our own pages, when this host (and port) was asked. */
  readonly ownOrigins: (host: string) => readonly string[];
  readonly allowedOrigins: readonly string[];
}

/** Who asks: a program or one of our own pages on this machine, a page of `server.allowedOrigins`, or another machine. */
export type Caller = 'own' | 'allowed-page' | 'other-machine';

export type AccessVerdict =
  | { readonly kind: 'allowed'; readonly headers: OutgoingHttpHeaders; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly problem: Problem };

export const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];
const appOrigin = 'benchtray://app';
/** For every answer: each depends on the origin, even without a CORS header. */
const vary = { Vary: 'Origin' };
/** Default of every answer: no page of another origin or port may load it, not even from the browser's cache. */
export const sameOriginOnly = { 'Cross-Origin-Resource-Policy': 'same-origin' };

/** The door of the loopback listener. @param port the one it listens on: part of its own origins */
export function loopbackDoor({ names, allowedOrigins }: AccessRules, port: number): Door {
  const all = [...loopbackNames, ...names];
  return { names: all, ownOrigins: () => all.map((name) => `http://${name}:${port}`), allowedOrigins };
}

export function judgeAccess(request: IncomingMessage, door: Door): AccessVerdict {
  const names = door.names.map((name) => name.toLowerCase());
  const hosts = request.rawHeaders.filter(
    (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === 'host',
  );
  const [host] = hosts;
  if (host === undefined || hosts.length > 1) {
    return refused(400, 'A request has exactly one "Host" header.');
  }
  // "GET http://name/path": rare, but then that name counts as well.
  const [, target = host] = /^https?:\/\/([^/?#]*)/i.exec(request.url ?? '') ?? [];
  const stranger = [host, target].find((name) => !names.includes(hostName(name)));
  if (stranger !== undefined) {
    return refused(
      421,
      `This server does not answer to the name ${JSON.stringify(stranger)}. Use its address, or add the name to "server.names".`,
    );
  }
  const { origin } = request.headers;
  if (origin === undefined) {
    const site = foreignSite(request);
    if (site === null || isVisit(request)) return { kind: 'allowed', headers: vary, caller: 'own' };
    return refused(
      403,
      `A page of another site may not load this (Sec-Fetch-Site: ${site}). Open the address yourself, or add the page's origin to "server.allowedOrigins" and use fetch or EventSource there.`,
    );
  }
  const isOwn = [...door.ownOrigins(host).flatMap(originOf), appOrigin].includes(origin);
  if (!isOwn && !door.allowedOrigins.map(withoutSlash).includes(origin)) {
    return refused(
      403,
      `Pages of ${JSON.stringify(origin)} may not read this. Add it to "server.allowedOrigins" if they should.`,
    );
  }
  return {
    kind: 'allowed',
    caller: isOwn ? 'own' : 'allowed-page',
    headers: {
      ...vary,
      ...(isOwn ? {} : { 'Cross-Origin-Resource-Policy': 'cross-origin' }),
      'Access-Control-Allow-Origin': origin,
      // For EventSource with `withCredentials`, which shows nothing without it.
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': 'ETag, Retry-After',
    },
  };
}

/** What every allowed page may send. EventSource itself asks for `Last-Event-ID` when an id is unusual. */
const usualHeaders = ['Last-Event-ID', 'If-None-Match', 'Cache-Control', 'Authorization', 'X-API-Key'];

/** What an allowed page may send to a route, told on OPTIONS. */
export function preflightHeaders(
  methods: string,
  furtherHeaders: readonly string[] = [],
): OutgoingHttpHeaders {
  return {
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': [...usualHeaders, ...furtherHeaders].join(', '),
    'Access-Control-Max-Age': '600',
  };
}

/** Returns the `Sec-Fetch-Site` of a request that a page of another site or port caused, else null. Only browsers send it. */
function foreignSite({ headers }: IncomingMessage): string | null {
  const [site] = [headers['sec-fetch-site']].flat();
  return site === undefined || site === 'same-origin' || site === 'none' ? null : JSON.stringify(site);
}

/** Returns whether a person followed a link to the dashboard. That shows our own page, which no other page can read. */
function isVisit({ method, url = '', headers }: IncomingMessage): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    /^(?:https?:\/\/[^/?#]*)?\/(?:[?#]|$)/i.test(url) &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
}

function refused(status: number, detail: string): AccessVerdict {
  return { kind: 'refused', problem: { status, detail, headers: vary } };
}

/** The host without its port, in lower case. */
function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '');
}

/** As a browser writes it: without the port where that is the usual one. None where the name makes no address. */
function originOf(url: string): string[] {
  return URL.canParse(url) ? [new URL(url).origin] : [];
}

function withoutSlash(origin: string): string {
  return origin.replace(/\/$/, '');
}
