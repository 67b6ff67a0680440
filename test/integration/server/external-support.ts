/** A server with a listener for other machines, and clients of it that come from addresses of their own. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExternalSettings, StartOptions } from '../../../src/main/engine/server/index.ts';
import { addKey } from '../../support/built.ts';
import { makeCertificate, type TestCertificate } from '../../support/certificate.ts';
import { startTestServer, type Answer, type TestServer } from './support.ts';

export interface ExternalServer extends TestServer {
  /** "https://127.0.0.1:…" */
  readonly url: string;
  readonly key: string;
  readonly keyFile: string;
  readonly settings: ExternalSettings;
  readonly certificate: TestCertificate;
  /** Puts another certificate into the place of the one that there is. */
  renew(certificate: TestCertificate): void;
  remove(): Promise<void>;
}

export async function startExternalServer(
  changes: Partial<ExternalSettings> = {},
  options: Partial<StartOptions> = {},
  certificate: TestCertificate = makeCertificate(),
): Promise<ExternalServer> {
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-external-'));
  const keyFile = join(folder, 'keys.json');
  const { key } = await addKey(keyFile, 'test');
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const renew = (renewed: TestCertificate): void => {
    writeFileSync(files.cert, renewed.cert);
    writeFileSync(files.key, renewed.key);
  };
  renew(certificate);
  const settings: ExternalSettings = {
    host: '127.0.0.1',
    port: 0,
    tls: files,
    keyFile,
    maxConnectionsPerIp: 6,
    requestsPerMinute: 600,
    trustedProxies: [],
    ...changes,
  };
  const running = await startTestServer({ external: settings, ...options }).catch((error: unknown) => {
    rmSync(folder, { recursive: true });
    throw error;
  });
  const scheme = settings.tls === 'terminated-elsewhere' ? 'http' : 'https';
  return Object.assign(running, {
    ...{ key, keyFile, settings, certificate, renew },
    url: `${scheme}://127.0.0.1:${running.server.external?.port ?? 0}`,
    async remove() {
      await running.stop();
      rmSync(folder, { recursive: true });
    },
  });
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  /** The address that the request comes from: all of 127.0.0.0/8 is this machine. */
  readonly from?: string;
  readonly body?: string;
}

/** The head of the answer to one request, on a connection of its own. The certificate is taken as it is. */
export async function open(url: string, asked: AskOptions = {}): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, from, body } = asked;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const request = send(url, {
    ...{ method, headers, agent: false, rejectUnauthorized: false },
    ...(from === undefined ? {} : { localAddress: from }),
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

export async function askAs(url: string, asked: AskOptions = {}): Promise<Answer> {
  const response = await open(url, asked);
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += String(part);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}
