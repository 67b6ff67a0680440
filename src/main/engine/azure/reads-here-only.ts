/**
 * The last gate in front of the network, for every request that the packages make: nothing but reading, and nowhere but at the one
 * server. Links and redirects in answers must not take the token elsewhere.
 */
import { AzureFailure } from './failure.ts';

interface Outgoing {
  readonly url: string;
  readonly method: string;
}

/** @throws AzureFailure for what is to stay here */
export function refuseAllButReading({ url, method }: Outgoing, origin: string): void {
  const target = new URL(url);
  if (target.origin !== origin) throw nonsense(`An answer leads to another server (${target.origin}).`);
  if (method !== 'GET') throw nonsense(`${method} is nothing that BenchTray does.`);
}

function nonsense(message: string): AzureFailure {
  return new AzureFailure({ kind: 'nonsense', message });
}
