/** Certificates for tests, made on the spot: signed by themselves, for a name and 127.0.0.1, with any dates. */
import { generateKeyPairSync, sign } from 'node:crypto';

export interface TestCertificate {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

const dayMs = 86_400_000;

export interface CertificateOptions {
  /** From when and until when it is valid, in days from now. */
  readonly from?: number;
  readonly to?: number;
  /** Default: localhost. */
  readonly hostName?: string;
  /** RSA for whoever takes nothing else. Default: ec, on P-256. */
  readonly kind?: 'ec' | 'rsa';
}

/** An X.509 certificate (RFC 5280) on a new key. */
export function makeCertificate({
  from = -1,
  to = 365,
  hostName = 'localhost',
  kind = 'ec',
}: CertificateOptions = {}): TestCertificate {
  const { privateKey, publicKey } =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
  const rsaWithSha256 = sequence(objectId('2a864886f70d01010b'), der(0x05));
  const algorithm = kind === 'ec' ? ecdsaWithSha256 : rsaWithSha256;
  const name = sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(hostName)))));
  const validity = sequence(time(from), time(to));
  // subjectAltName: dNSName, iPAddress
  const names = sequence(der(0x82, Buffer.from(hostName)), der(0x87, Buffer.from([127, 0, 0, 1])));
  const extensions = der(0xa3, sequence(sequence(objectId('551d11'), der(0x04, names))));
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  const serial = der(0x02, Buffer.from([1]));
  const subjectKey = publicKey.export({ type: 'spki', format: 'der' });
  const unsigned = sequence(...[version3, serial, algorithm, name, validity, name, subjectKey, extensions]);
  const signature = der(0x03, Buffer.from([0]), sign('sha256', unsigned, privateKey));
  const base64 = sequence(unsigned, algorithm, signature).toString('base64');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Tag, length, contents. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const contents = Buffer.concat(parts);
  const size = contents.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), contents]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));

/** GeneralizedTime, such as "20260128225508Z". */
function time(days: number): Buffer {
  const iso = new Date(Date.now() + days * dayMs).toISOString();
  return der(0x18, Buffer.from(iso.replace(/\.\d+/, '').replace(/[-:T]/g, '')));
}
