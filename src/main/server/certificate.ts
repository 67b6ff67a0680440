/** The certificate of the listener for other machines: read, looked at before it is used, and read again when it was renewed. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { UserError } from '../../shared/user-error.ts';
import type { ServerLog } from './server-log.ts';

/** Paths of PEM files. */
export interface CertificateFiles {
  /** The certificate and those that vouch for it. */
  readonly cert: string;
  readonly key: string;
}

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** What is wrong with its dates, or soon will be: a sentence for the person. Null: nothing. */
  readonly warning: string | null;
}

/** Whoever renews certificates by a program does it a month before the end; by then it has failed for a while. */
const warnDays = 14;
const dayMs = 86_400_000;
const lookEveryMs = 2000;

/** @throws UserError when the files cannot be read, are no certificate and key, or do not belong together */
export function readCertificate(files: CertificateFiles, nowMs: number = Date.now()): Certificate {
  const cert = readPem(files.cert, 'certificate');
  const key = readPem(files.key, 'private key');
  try {
    createSecureContext({ cert, key });
    const { validFromDate, validToDate } = new X509Certificate(cert);
    return { cert, key, warning: dateWarning(files.cert, validFromDate, validToDate, nowMs) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `${files.cert} and ${files.key} are no certificate and private key that belong together (${reason}).`,
      { exitCode: 2, hint: 'Both have to be PEM files, the key without a passphrase.', cause: error },
    );
  }
}

/** Hands out the certificate whenever its files have changed and can be used. What cannot be used is logged once. */
export function watchCertificate(
  files: CertificateFiles,
  log: ServerLog,
  onChange: (certificate: Certificate) => void,
): { close(): void } {
  let seen = contentsOf(files);
  const timer = setInterval(() => {
    const contents = contentsOf(files);
    if (contents === seen) return;
    seen = contents;
    try {
      const certificate = readCertificate(files);
      onChange(certificate);
      log.info({ cert: files.cert }, 'The certificate has been read again');
      if (certificate.warning !== null) log.warn({ cert: files.cert }, certificate.warning);
    } catch (error) {
      log.error({ err: error }, 'The new certificate cannot be used, the old one stays');
    }
  }, lookEveryMs).unref();
  return {
    close() {
      clearInterval(timer);
    },
  };
}

function readPem(file: string, what: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`The ${what} of "server.external.tls" cannot be read: ${reason}.`, {
      exitCode: 2,
      cause: error,
    });
  }
}

function contentsOf({ cert, key }: CertificateFiles): string {
  try {
    return readFileSync(cert, 'latin1') + readFileSync(key, 'latin1');
  } catch {
    return '';
  }
}

function dateWarning(file: string, from: Date, to: Date, nowMs: number): string | null {
  const [fromMs, toMs] = [from.getTime(), to.getTime()];
  if (nowMs < fromMs) return `The certificate ${file} is not valid before ${from.toISOString()}.`;
  if (nowMs > toMs) return `The certificate ${file} expired on ${to.toISOString()}: clients will refuse it.`;
  const days = Math.floor((toMs - nowMs) / dayMs);
  return days < warnDays ? `The certificate ${file} expires in ${days} days.` : null;
}
