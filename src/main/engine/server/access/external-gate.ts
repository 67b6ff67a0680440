/** The gate of the listener for other machines: who comes, how often, and with which key. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { isIP, isIPv6, type Socket } from 'node:net';
import { judgeAccess, loopbackNames, type AccessRules, type Caller, type Door } from './access.ts';
import type { CertificateFiles } from '../http/certificate.ts';
import { addressOf, clientOf, plainAddress, trustedProxies, type TrustedProxies } from './client-address.ts';
import { keyCookie, keyOf } from './credentials.ts';
import type { KeyRing } from './key-ring.ts';
import type { Problem } from '../http/problem.ts';
import { createRate } from './rate.ts';
import type { Target } from '../http/target.ts';

export interface ExternalSettings {
  /** Address to listen on. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** "terminated-elsewhere": a reverse proxy speaks TLS, and plain HTTP to us. */
  readonly tls: CertificateFiles | 'terminated-elsewhere';
  /** Where the API keys are. */
  readonly keyFile: string;
  /** Streams at the same time for each client address. */
  readonly maxConnectionsPerIp: number;
  readonly requestsPerMinute: number;
  /** Addresses and ranges whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
}

/** Somebody from another machine who has shown a key. */
export interface Visitor {
  /** Why this client gets no further stream; null when it does. */
  refuseStream(): Problem | null;
  /** Counts a stream until it is over. It is over when its key is removed. */
  hold(response: ServerResponse): void;
}

export type GateVerdict =
  | {
      readonly kind: 'allowed';
      readonly headers: OutgoingHttpHeaders;
      readonly caller: Caller;
      readonly visitor: Visitor | null;
    }
  | { readonly kind: 'moved'; readonly location: string; readonly headers: OutgoingHttpHeaders }
  | { readonly kind: 'refused'; readonly problem: Problem };

export interface ExternalGate {
  judge(request: IncomingMessage, target: Target | '*' | null): GateVerdict;
  /** Cuts a new connection when its peer has too many of them. */
  admit(socket: Socket): void;
  /** Ends the streams of keys that are no longer there. */
  dropStrangers(): void;
}

export interface ExternalGateOptions {
  readonly settings: () => ExternalSettings;
  readonly rules: () => AccessRules;
  readonly keys: Pick<KeyRing, 'idOf' | 'has'>;
}

/** Nobody guesses a key of 32 bytes; who tries is not to cost us anything either. */
const wrongKeysPerMinute = 30;
/** Connections besides the streams that one peer may have: for requests, and for those that have died unnoticed. */
const spareConnections = 32;
/** After this time a client may ask again whether one of its streams is over. */
const retryStreamSeconds = 30;

const nothing: Target = { path: '', query: new URLSearchParams() };

export function createExternalGate({ settings, rules, keys }: ExternalGateOptions): ExternalGate {
  const requests = createRate();
  const wrongKeys = createRate();
  const connections = new Map<string, number>();
  const held = new Map<ServerResponse, { readonly client: string; readonly keyId: string }>();
  let proxies: { readonly of: ExternalSettings; readonly list: TrustedProxies } | null = null;

  function believedProxies(): TrustedProxies {
    const now = settings();
    if (proxies?.of !== now) proxies = { of: now, list: trustedProxies(proxyRanges(now)) };
    return proxies.list;
  }

  function visitor(client: string, keyId: string): Visitor {
    return {
      refuseStream() {
        const { maxConnectionsPerIp } = settings();
        const open = [...held.values()].filter((stream) => stream.client === client).length;
        if (open < maxConnectionsPerIp) return null;
        return {
          status: 429,
          detail: `${client} has ${open} streams open, and "server.external.maxConnectionsPerIp" allows no more.`,
          headers: { 'Retry-After': retryStreamSeconds },
        };
      },
      hold(response) {
        held.set(response, { client, keyId });
        response.once('close', () => held.delete(response));
      },
    };
  }

  return {
    judge(request, target) {
      const peer = request.socket.remoteAddress ?? '';
      const [forwardedFor] = [request.headers['x-forwarded-for']].flat();
      const client = clientOf(addressOf(peer, forwardedFor, believedProxies()));
      const waitSeconds =
        requests.take(client, settings().requestsPerMinute) || wrongKeys.wait(client, wrongKeysPerMinute);
      if (waitSeconds > 0) return tooMany(client, waitSeconds);

      const access = judgeAccess(request, doorOf(request, settings(), rules()));
      // A preflight cannot carry a key. It is told what a page may send, and nothing else.
      if (access.kind === 'refused') return access;
      const caller = 'other-machine';
      if (isPreflight(request)) return { ...access, caller, visitor: null };

      const { path, query } = target === null || target === '*' ? nothing : target;
      const key = keyOf(request, query);
      const keyId = key === null ? null : keys.idOf(key);
      if (key === null || keyId === null) {
        if (key !== null) wrongKeys.take(client, wrongKeysPerMinute);
        return noKey(key, access.headers);
      }
      if (path === '/' && query.has('api_key')) {
        const cookie = { ...access.headers, 'Set-Cookie': keyCookie(key) };
        // Takes the key out of what the browser shows and remembers; for any other client the page comes at once.
        if (request.headers['sec-fetch-mode'] === 'navigate')
          return { kind: 'moved', location: withoutKey(query), headers: cookie };
        return { kind: 'allowed', headers: cookie, caller, visitor: visitor(client, keyId) };
      }
      return { ...access, caller, visitor: visitor(client, keyId) };
    },
    admit(socket) {
      const peer = socket.remoteAddress ?? '';
      // A proxy brings everybody, and bounds its own connections.
      if (believedProxies().has(peer)) return;
      const client = clientOf(peer);
      const count = (connections.get(client) ?? 0) + 1;
      if (count > settings().maxConnectionsPerIp + spareConnections) {
        socket.destroy();
        return;
      }
      connections.set(client, count);
      socket.once('close', () => {
        const left = (connections.get(client) ?? 1) - 1;
        if (left === 0) connections.delete(client);
        else connections.set(client, left);
      });
    },
    dropStrangers() {
      for (const [response, { keyId }] of held) if (!keys.has(keyId)) response.destroy();
    },
  };
}

/** Whom we believe that he says for whom he asks. A proxy that speaks TLS for us usually runs on this machine. */
function proxyRanges({ tls, trustedProxies: configured }: ExternalSettings): readonly string[] {
  return tls === 'terminated-elsewhere' ? ['127.0.0.0/8', '::1', ...configured] : configured;
}

/** The names are those of the configuration, and the address that was asked. Pages of this server are those of the host that was asked. */
function doorOf(request: IncomingMessage, { host }: ExternalSettings, rules: AccessRules): Door {
  const asked = plainAddress(request.socket.localAddress ?? '') ?? host;
  const address = isIPv6(asked) ? `[${asked}]` : asked;
  const ownName = isIP(host) === 0 ? [host] : [];
  return {
    names: [...loopbackNames, ...rules.names, address, ...ownName],
    // Also behind a proxy, as far as a browser can see.
    ownOrigins: (name) => [`https://${name}`],
    allowedOrigins: rules.allowedOrigins,
  };
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && 'access-control-request-method' in headers;
}

function tooMany(client: string, waitSeconds: number): GateVerdict {
  const detail = `Too many requests from ${client}. The next may come in ${waitSeconds} s.`;
  return {
    kind: 'refused',
    problem: { status: 429, detail, headers: { 'Retry-After': waitSeconds } },
  };
}

function noKey(key: string | null, headers: OutgoingHttpHeaders): GateVerdict {
  const detail =
    key === null
      ? 'Other machines need an API key: "Authorization: Bearer …", "X-API-Key: …" or "?api_key=…".'
      : 'This API key is not known here (any more).';
  const challenge = `Bearer realm="BenchTray"${key === null ? '' : ', error="invalid_token"'}`;
  return {
    kind: 'refused',
    problem: { status: 401, detail, headers: { ...headers, 'WWW-Authenticate': challenge } },
  };
}

function withoutKey(query: URLSearchParams): string {
  const rest = new URLSearchParams(query);
  rest.delete('api_key');
  return rest.size === 0 ? '/' : `/?${rest.toString()}`;
}
