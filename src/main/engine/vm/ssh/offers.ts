/** Offers a server the keys to log in with: one key file after another, then the keys of the agent. */
import type { AgentAuthMethod, AuthHandlerMiddleware, NextAuthHandler, PublicKeyAuthMethod } from 'ssh2';

export interface Offers {
  /** For ssh2: asked for the first offer, and for the next one after each refusal. */
  readonly handler: AuthHandlerMiddleware;
  /** Methods that the server wants after it has accepted a key; null: it has accepted none. */
  readonly wantedBeside: readonly string[] | null;
  /** Methods that the server wants first, if a key is none of them; null: it takes keys, or has not said. */
  readonly wantedInstead: readonly string[] | null;
}

const lastOffer = false as unknown as Parameters<NextAuthHandler>[0];

/** @param agent null: there is none */
export function createOffers(keys: readonly PublicKeyAuthMethod[], agent: AgentAuthMethod | null): Offers {
  // ssh2 hides that the server accepted a key of the agent and wants more. The methods that remain before and after show it.
  const left = agent === null ? [...keys] : (['none', ...keys, agent, 'none'] as const).slice();
  let wantedFirst: readonly string[] | null = null;
  let wantedBeside: readonly string[] | null = null;

  function note(methods: readonly string[], isPartial: boolean): void {
    wantedFirst ??= methods;
    const hasChanged = wantedFirst.includes('publickey') && !methods.includes('publickey');
    if (isPartial || hasChanged) wantedBeside = methods;
  }

  return {
    // ssh2 passes null at first, against its types.
    handler(methods: readonly string[] | null, isPartial: boolean | null, next) {
      if (methods !== null) note(methods, isPartial === true);
      const offer = left.shift();
      const canGoOn = offer === 'none' || methods === null || methods.includes('publickey');
      next(offer !== undefined && canGoOn ? offer : lastOffer);
    },
    get wantedBeside() {
      return wantedBeside;
    },
    get wantedInstead() {
      return wantedFirst === null || wantedFirst.includes('publickey') ? null : wantedFirst;
    },
  };
}
