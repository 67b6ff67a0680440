/** What can go wrong on the way to Azure, before it is put into words. The packages' own errors are turned into these at once. */

export type Failure =
  | {
      readonly kind: 'http';
      readonly status: number;
      /** Azure's own code, such as "AuthorizationFailed"; null: there is none in the answer. */
      readonly code: string | null;
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: 'az_missing' }
  | { readonly kind: 'az_signed_out' }
  /** `az` ended badly, or said something that is no token. */
  | { readonly kind: 'az_failed'; readonly message: string }
  | { readonly kind: 'az_late'; readonly limitMs: number }
  /** The file of the service principal is not there, or may not be read. */
  | { readonly kind: 'certificate_unreadable'; readonly message: string }
  /** The sign-in was refused. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The person has not entered the code yet. */
  | { readonly kind: 'code_pending' }
  | { readonly kind: 'late'; readonly limitMs: number }
  | { readonly kind: 'given_up' }
  | { readonly kind: 'unreachable'; readonly code: string | null; readonly message: string }
  | { readonly kind: 'nonsense'; readonly message: string };

/** Carries a failure through the packages, which know errors only. */
export class AzureFailure extends Error {
  override readonly name = 'AzureFailure';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

interface Loose {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly response?: { readonly headers?: { get?: (name: string) => string | undefined } };
  readonly details?: { readonly error?: { readonly code?: unknown; readonly message?: unknown } };
}

/** Sources of names and messages: @azure/identity 4.14 (azureCliCredential.ts, errors.ts) and @azure/core-rest-pipeline. */
export function failureOf(error: unknown, nowMs: number): Failure {
  if (error instanceof AzureFailure) return error.failure;
  const { name, message, statusCode, code, response, details, cause } = (error ?? {}) as Loose;
  const text = typeof message === 'string' ? message : String(error);
  if (cause instanceof AzureFailure) return cause.failure;
  if (name === 'CredentialUnavailableError') return cliFailure(text);
  if (name === 'AuthenticationError' || name === 'AuthenticationRequiredError' || /AADSTS\d+/.test(text))
    return { kind: 'refused', message: text };
  // What is no error and still none of ours: another program answers, or it was cut short.
  if (typeof statusCode === 'number' && statusCode < 400) return { kind: 'nonsense', message: text };
  if (typeof statusCode === 'number') {
    return {
      kind: 'http',
      status: statusCode,
      code: textOrNull(details?.error?.code) ?? textOrNull(code),
      message: textOrNull(details?.error?.message) ?? text,
      retryAfterMs: retryAfterMs((header) => response?.headers?.get?.(header) ?? null, nowMs),
    };
  }
  if (name === 'AbortError') return { kind: 'given_up' };
  const systemCode = textOrNull(code) ?? textOrNull((cause as Loose | undefined)?.code);
  if (/^(?:ENOENT|EACCES|EPERM|EISDIR|ENOTDIR)$/.test(systemCode ?? ''))
    return { kind: 'certificate_unreadable', message: text };
  if (systemCode !== null && systemCode !== 'PARSE_ERROR')
    return { kind: 'unreachable', code: systemCode, message: text };
  // ClientAuthError and its kin of MSAL, which has its own classes.
  if (typeof name === 'string' && name.includes('Auth')) return { kind: 'refused', message: text };
  return { kind: 'nonsense', message: text };
}

/** The CLI's credential tells everything by one kind of error. */
function cliFailure(text: string): Failure {
  if (/could not be found/i.test(text)) return { kind: 'az_missing' };
  if (/az login|AADSTS\d+|refresh token/i.test(text) && !/subscription/i.test(text))
    return { kind: 'az_signed_out' };
  return { kind: 'az_failed', message: text };
}

const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** How long to wait, by the headers that Azure uses: milliseconds, seconds, or a date (RFC 9110, 10.2.3). Null: not said. */
export function retryAfterMs(header: (name: string) => string | null, nowMs: number): number | null {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const value = header(name);
    if (value !== null && /^\d+$/.test(value)) return Number(value);
  }
  const value = header('retry-after');
  if (value === null) return null;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}
