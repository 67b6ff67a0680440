/**
 * Puts a limit on a credential that knows none: `az` may hang, and a person may take a quarter of an hour to enter a code. While one
 * question for a token is open, the next one waits for the same answer, so that no second `az` is started beside one that hangs; and
 * what `az` gave is kept, since each of its starts takes a second or two of a whole processor.
 */
import type { TokenCredential } from '@azure/identity';
import { systemClock } from '../common/clock.ts';
import { AzureFailure, type Failure } from './failure.ts';
import type { SignIn } from './sign-in.ts';

type GetToken = TokenCredential['getToken'];
type Token = Awaited<ReturnType<GetToken>>;

/** A person is not waited for within a question: it is said that they are waited for. */
const codeLimitMs = 5_000;
/** A token that runs out sooner is not given to another client. */
const freshForMs = 300_000;
/** `az` gets the limit itself first, and is ended by it. */
const afterAzMs = 1_000;

export interface BoundCredential extends TokenCredential {
  /** The token that is kept is not given any more. A question that is open goes on. */
  forget(): void;
}

export function boundCredential(
  inner: TokenCredential,
  signIn: SignIn['kind'],
  limitMs: number,
): BoundCredential {
  let open: Promise<Token> | null = null;
  let kept: Token = null;
  /** When it expires; steady milliseconds. */
  let keptUntilMs = 0;
  const late: Failure =
    signIn === 'cli'
      ? { kind: 'az_late', limitMs }
      : signIn === 'device_code'
        ? { kind: 'code_pending' }
        : { kind: 'late', limitMs };
  const waitMs =
    signIn === 'cli'
      ? limitMs + afterAzMs
      : signIn === 'device_code'
        ? Math.min(codeLimitMs, limitMs)
        : limitMs;

  function ask(...[scopes, options]: Parameters<GetToken>): Promise<Token> {
    // A question with claims wants a token that the others do not.
    if (options?.claims !== undefined) return inner.getToken(scopes, options);
    if (kept !== null && keptUntilMs - systemClock.steadyMs() > freshForMs) return Promise.resolve(kept);
    if (open !== null) return open;
    const beganMs = performance.now();
    const { abortSignal: _signal, ...others } = options ?? {};
    const asked = inner.getToken(scopes, others).catch((error: unknown) => {
      // An `az` that was ended for being late has printed nothing, which its credential takes for broken JSON.
      throw signIn === 'cli' && performance.now() - beganMs >= limitMs ? new AzureFailure(late) : error;
    });
    const settled = asked
      .then((token) => {
        // The other credentials keep their tokens themselves, and know better when to ask for a new one.
        if (signIn === 'cli' && token !== null) {
          kept = token;
          keptUntilMs = systemClock.steadyMs() + token.expiresOnTimestamp - Date.now();
        }
        return token;
      })
      .finally(() => {
        if (open === settled) open = null;
      });
    open = settled;
    return settled;
  }

  return {
    forget() {
      kept = null;
    },
    getToken(scopes, options) {
      const signal = options?.abortSignal;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => end(() => reject(new AzureFailure(late))), waitMs);
        const abort = (): void => end(() => reject(new AzureFailure({ kind: 'given_up' })));
        function end(settle: () => void): void {
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
          settle();
        }
        if (signal?.aborted === true) return abort();
        signal?.addEventListener('abort', abort);
        ask(scopes, options).then(
          (token) => end(() => resolve(token)),
          (error: unknown) => end(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
      });
    },
  };
}
