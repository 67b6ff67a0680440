/** The listener for other machines: with TLS or behind a proxy that has it, and with keys in any case. */
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { UserError } from '../../../../shared/user-error.ts';
import type { AccessRules } from '../access/access.ts';
import { readKeys } from '../access/api-keys.ts';
import { attend, closeServer, httpOptions } from './attend.ts';
import { readCertificate, watchCertificate } from './certificate.ts';
import { createExternalGate, type ExternalSettings } from '../access/external-gate.ts';
import type { Handler } from './handler.ts';
import { openKeyRing } from '../access/key-ring.ts';
import { listenForOthers } from './listen.ts';
import type { ServerLog } from './fault-log.ts';

export interface ExternalListener {
  /** "https://0.0.0.0:8766" */
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** What the person should know about it: one sentence each. */
  readonly notices: readonly string[];
  /** Limits and trusted proxies hold from now on. */
  reconfigure(settings: ExternalSettings): void;
  close(): Promise<void>;
}

export interface ExternalListenerOptions {
  readonly settings: ExternalSettings;
  readonly rules: () => AccessRules;
  readonly log: ServerLog;
  readonly handler: Handler;
  /** See `Attendance`. */
  readonly maxWaitMs: number;
}

const handshakeTimeoutMs = 10_000;

/**
 * Rejects with a UserError if the listener cannot be opened, because there is no key or the certificate cannot be used. Called
 * before anything else starts.
 */
export async function checkExternal({
  tls,
  keyFile,
}: Pick<ExternalSettings, 'tls' | 'keyFile'>): Promise<void> {
  if (readKeys(keyFile).length === 0) {
    throw new UserError(
      `"server.external" lets other machines in by API keys, and there is none in ${keyFile}.`,
      { exitCode: 2, hint: 'Make one by "benchtray key add --name <whose it is>".' },
    );
  }
  if (tls !== 'terminated-elsewhere') await readCertificate(tls);
}

/** @throws UserError when there is no key, the certificate cannot be used, or the port cannot be taken */
export async function openExternalListener(options: ExternalListenerOptions): Promise<ExternalListener> {
  const { rules, log, handler, maxWaitMs } = options;
  let { settings } = options;
  await checkExternal(settings);
  // If the rest of the start fails, this ends what was started. Later, `close` does.
  await using opened = new AsyncDisposableStack();
  const { server, notices, watch } = await createServer(settings, log);
  opened.defer(() => closeServer(server));
  opened.defer(() => watch?.close());
  const keys = openKeyRing(settings.keyFile, log, () => {
    gate.dropStrangers();
  });
  opened.defer(() => keys.close());
  const gate = createExternalGate({ settings: () => settings, rules, keys });
  const onRequest = handler((request, target) => gate.judge(request, target));
  attend(server, { onRequest, log, maxWaitMs }).on('connection', (socket) => {
    gate.admit(socket);
  });

  const { host } = settings;
  const port = await listenForOthers(server, host, settings.port);
  const scheme = settings.tls === 'terminated-elsewhere' ? 'http' : 'https';
  for (const notice of notices) log.warn({}, notice);
  const running = opened.move();
  return {
    url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    server,
    notices,
    reconfigure(changed) {
      const { host, port, tls, keyFile } = settings;
      settings = { ...changed, ...{ host, port, tls, keyFile } };
    },
    close: () => running.disposeAsync(),
  };
}

interface CreatedServer {
  readonly server: Server;
  readonly notices: readonly string[];
  /** Null where there is no certificate. */
  readonly watch: { close(): void } | null;
}

async function createServer({ tls, host }: ExternalSettings, log: ServerLog): Promise<CreatedServer> {
  if (tls === 'terminated-elsewhere') {
    const notice = `"server.external" is plain HTTP on ${host}: a reverse proxy in front of it has to speak TLS, or API keys can be read along the way.`;
    return { server: createHttpServer(httpOptions), notices: [notice], watch: null };
  }
  const certificate = await readCertificate(tls);
  const { cert, key, warnings } = certificate;
  const server = createHttpsServer({
    ...httpOptions,
    ...{ cert, key },
    minVersion: 'TLSv1.2',
    handshakeTimeout: handshakeTimeoutMs,
  });
  // Connections that there are go on with the certificate that they began with.
  const watch = watchCertificate(tls, certificate, log, (renewed) => {
    server.setSecureContext({ cert: renewed.cert, key: renewed.key, minVersion: 'TLSv1.2' });
  });
  return { server, notices: warnings, watch };
}
