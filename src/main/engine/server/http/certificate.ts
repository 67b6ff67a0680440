/** The certificate of the listener for other machines: read, looked at before it is used, and read again when it was renewed. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { messageOf } from '../../../../shared/message-of.ts';
import { UserError } from '../../../../shared/user-error.ts';
import { readUserFile, tlsKeyTooOpen } from '../../files/index.ts';
import { inBackground } from '../../common/in-background.ts';
import { terminalOf } from '../../common/terminal.ts';
import type { ServerLog } from './fault-log.ts';

/** Paths of PEM files. */
export interface CertificateFiles {
  /** The certificate and those that vouch for it. */
  readonly cert: string;
  readonly key: string;
}

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Warnings about its dates and the permissions of its key: one sentence each. */
  readonly warnings: readonly string[];
}

/** Whoever renews certificates by a program does it a month before the end; by then it has failed for a while. */
const warnDays = 14;
const dayMs = 86_400_000;
const lookEveryMs = 2000;

/** Rejects with a UserError if the files cannot be read, are no certificate and key, or do not belong together. */
export async function readCertificate(
  files: CertificateFiles,
  nowMs: number = Date.now(),
): Promise<Certificate> {
  const cert = await readPem(files.cert, 'certificate');
  const key = await readPem(files.key, 'private key');
  try {
    createSecureContext({ cert, key });
    const { validFromDate, validToDate } = new X509Certificate(cert);
    const warnings = [dateWarning(files.cert, validFromDate, validToDate, nowMs), modeWarning(files.key)];
    return { cert, key, warnings: warnings.filter((warning) => warning !== null) };
  } catch (error) {
    throw new UserError(
      `${files.cert} and ${files.key} are no certificate and private key that belong together (${messageOf(error)}).`,
      { exitCode: 2, hint: 'Both have to be PEM files, the key without a passphrase.', cause: error },
    );
  }
}

/** Hands out the certificate whenever its files have changed and can be used. What cannot be used is logged once. */
export function watchCertificate(
  files: CertificateFiles,
  inUse: Certificate,
  log: ServerLog,
  onChange: (certificate: Certificate) => void,
): { close(): void } {
  let seen = textOf(inUse);
  const closing = new AbortController();
  const isClosed = (): boolean => closing.signal.aborted;
  let isLooking = false;

  // One at a time: what a slow disk gives late would replace a newer certificate.
  async function lookAlone(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      await look();
    } finally {
      isLooking = false;
    }
  }
  async function look(): Promise<void> {
    const contents = await contentsOf(files);
    if (isClosed() || contents === seen) return;
    seen = contents;
    try {
      const certificate = await readCertificate(files);
      if (isClosed()) return;
      onChange(certificate);
      log.info({ cert: files.cert }, 'The certificate has been read again');
      for (const warning of certificate.warnings) log.warn({ cert: files.cert }, warning);
    } catch (error) {
      log.error({ err: error }, 'The new certificate cannot be used, the old one stays');
    }
  }

  const timer = setInterval(
    () => inBackground(lookAlone(), log, 'a look at the certificate'),
    lookEveryMs,
  ).unref();
  return {
    close() {
      closing.abort();
      clearInterval(timer);
    },
  };
}

async function readPem(file: string, what: string): Promise<Buffer> {
  try {
    return await readUserFile(file);
  } catch (error) {
    throw new UserError(
      `The ${what} of "server.external.tls", ${file}, cannot be read: ${messageOf(error)}.`,
      {
        exitCode: 2,
        cause: error,
      },
    );
  }
}

function textOf({ cert, key }: Pick<Certificate, 'cert' | 'key'>): string {
  return cert.toString('latin1') + key.toString('latin1');
}

/** Never rejects. Empty if the files cannot be read. */
async function contentsOf({ cert, key }: CertificateFiles): Promise<string> {
  try {
    return textOf({ cert: await readUserFile(cert), key: await readUserFile(key) });
  } catch {
    return '';
  }
}

function modeWarning(file: string): string | null {
  const mode = tlsKeyTooOpen(file);
  if (mode === null) return null;
  const command = terminalOf(process.platform).line`chmod 600 ${file}`;
  const how = command === null ? '' : ` Keep it to yourself: ${command}`;
  return `Others may read or change the TLS key ${file} (its mode is ${mode.toString(8)}).${how}`;
}

function dateWarning(file: string, from: Date, to: Date, nowMs: number): string | null {
  const [fromMs, toMs] = [from.getTime(), to.getTime()];
  if (nowMs < fromMs) return `The certificate ${file} is not valid before ${from.toISOString()}.`;
  if (nowMs > toMs) return `The certificate ${file} expired on ${to.toISOString()}: clients will refuse it.`;
  const days = Math.floor((toMs - nowMs) / dayMs);
  return days < warnDays ? `The certificate ${file} expires in ${days} days.` : null;
}
