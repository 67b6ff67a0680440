/**
 * The token endpoints of Entra ID, as far as the SDK asks them: for a service principal, and for a person with a device code.
 * Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code and …/v2-oauth2-client-creds-grant-flow
 */
import type { IncomingMessage } from 'node:http';
import type { FakeAnswer } from './fake-arm.ts';

export interface EntraError {
  readonly error: string;
  readonly error_description: string;
}

export interface FakeEntra {
  answer(request: IncomingMessage, path: string, send: (answer: FakeAnswer) => void): void;
  /** Null: it gives tokens. */
  refuse(error: EntraError | null): void;
  enterCode(): void;
}

export function isEntra(path: string): boolean {
  return /\/(?:oauth2\/v2\.0|v2\.0\/\.well-known)\//.test(path);
}

export function createFakeEntra(url: string): FakeEntra {
  let refusal: EntraError | null = null;
  let isCodeEntered = false;
  let tokens = 0;

  function grant(path: string, form: URLSearchParams): FakeAnswer {
    if (path.includes('/devicecode')) return { body: deviceCode };
    if (refusal !== null) return { status: 401, body: refusal };
    if (form.get('grant_type')?.includes('device_code') === true && !isCodeEntered)
      return {
        status: 400,
        body: { error: 'authorization_pending', error_description: 'AADSTS70016: pending' },
      };
    tokens += 1;
    const access_token = `token-${tokens}`;
    const token = { token_type: 'Bearer', expires_in: 3600, ext_expires_in: 3600, access_token };
    return { body: isCodeEntered ? { ...token, scope: form.get('scope'), ...person(url) } : token };
  }

  return {
    answer(request, path, send) {
      if (path.includes('openid-configuration')) {
        send({ body: configuration(url, path.split('/')[1] ?? '') });
        return;
      }
      let form = '';
      request.on('data', (chunk: Buffer) => (form += chunk.toString()));
      request.on('end', () => send(grant(path, new URLSearchParams(form))));
    },
    refuse: (error) => void (refusal = error),
    enterCode: () => void (isCodeEntered = true),
  };
}

const deviceCode = {
  user_code: 'ABCD1234',
  device_code: 'device-code-of-the-fake',
  verification_uri: 'https://microsoft.com/devicelogin',
  expires_in: 900,
  interval: 1,
  message:
    'To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code ABCD1234 to authenticate.',
};

function configuration(url: string, tenant: string): object {
  const base = `${url}/${tenant}/oauth2/v2.0`;
  return {
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    end_session_endpoint: `${base}/logout`,
    jwks_uri: `${base}/keys`,
    issuer: `${url}/${tenant}/v2.0`,
  };
}

/** Who has signed in. MSAL reads who it is, and checks no signature. */
function person(url: string): { id_token: string; client_info: string } {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { oid: 'o', tid: 't', sub: 's', preferred_username: 'me', iss: url, aud: 'a', exp: 9e9 };
  return {
    id_token: `${part({ alg: 'none' })}.${part(claims)}.x`,
    client_info: part({ uid: 'o', utid: 't' }),
  };
}
