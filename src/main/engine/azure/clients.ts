/** Credentials and clients, one for each cloud and subscription, made when they are needed first; and with them the packages of Azure. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { UserError } from '../../../shared/user-error.ts';
import { pathWithAz, usualAzFolders } from './az-path.ts';
import type { BoundCredential } from './bound-credential.ts';
import type { Cloud } from './clouds.ts';
import type * as Packages from './sdk.ts';
import type { ArmClient } from './sdk.ts';
import type { Environment, SignIn } from './sign-in.ts';

export interface ClientsOptions {
  readonly environment: Environment;
  readonly now: () => number;
  /** How long one `az`, or one answer of Entra ID, may take. */
  readonly tokenMs: number;
  /** See `AzureOptions`. */
  readonly endpoint: string | undefined;
  readonly onDeviceCode: (message: string) => void;
  readonly azFolders: readonly string[] | undefined;
}

/** The clients of one sign-in in one cloud. */
export interface SignedIn {
  /**
   * @param subscriptionId '' for what belongs to none
   * @param credentialOf the subscription in whose tenant to ask for a token, where that is another
   * @throws UserError when the endpoint of the environment makes no sense
   */
  client(subscriptionId: string, credentialOf?: string): ArmClient;
}

export interface Clients {
  signIn(cloud: Cloud, signIn: SignIn): Promise<SignedIn>;
  /** A token stays in client and credential until it has expired, whatever Azure thinks of it: the next question is asked with a new one. */
  forget(signIn: SignIn): void;
}

/** Where requests go instead of the cloud's own address: Azure Stack, or a stand-in. */
const endpointVariable = 'BENCHTRAY_AZURE_ENDPOINT';

export function createClients(options: ClientsOptions): Clients {
  const { environment } = options;
  const credentials = new Map<string, BoundCredential>();
  const clients = new Map<string, ArmClient>();
  let loading: Promise<typeof Packages> | null = null;

  return {
    async signIn(cloud, signIn) {
      // The packages start `az` from the PATH of this process, and from nowhere else.
      if (signIn.kind === 'cli') process.env['PATH'] = pathWithUsualAz(options.azFolders);
      const sdk = await (loading ??= import('./sdk.ts'));

      const credential = (subscriptionId: string): BoundCredential => {
        // Only `az` has sign-ins for several tenants; a service principal, and a person with a code, are asked once.
        const ofSubscription = signIn.kind === 'cli' && subscriptionId !== '' ? subscriptionId : null;
        return memoized(credentials, `${cloud.name} ${ofSubscription ?? ''}`, () =>
          sdk.makeCredential({
            signIn,
            cloud,
            subscriptionId: ofSubscription,
            authorityHost: environment['AZURE_AUTHORITY_HOST'] ?? null,
            limitMs: options.tokenMs,
            onDeviceCode: options.onDeviceCode,
          }),
        );
      };

      return {
        client: (subscriptionId, credentialOf = subscriptionId) =>
          memoized(clients, `${cloud.name} ${subscriptionId} ${credentialOf}`, () =>
            sdk.makeClient({
              cloud,
              subscriptionId,
              credential: credential(credentialOf),
              endpoint: checkedEndpoint(options.endpoint ?? environment[endpointVariable]) ?? cloud.endpoint,
              now: options.now,
            }),
          ),
      };
    },
    forget(signIn) {
      clients.clear();
      // An `az` that hangs is waited for, and not joined by another.
      if (signIn.kind === 'cli') for (const credential of credentials.values()) credential.forget();
      // Who has entered a code is not asked for another one.
      else if (signIn.kind !== 'device_code') credentials.clear();
    },
  };
}

function memoized<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function pathWithUsualAz(folders = usualAzFolders(process.platform, homedir())): string {
  return pathWithAz(process.env['PATH'] ?? '', process.platform, folders, existsSync);
}

function checkedEndpoint(endpoint: string | undefined): string | null {
  if (endpoint === undefined || endpoint === '') return null;
  if (URL.parse(endpoint)?.protocol === 'https:') return endpoint;
  throw new UserError(
    `${endpointVariable} is "${endpoint}", expected an address that begins with https://.`,
    {
      hint: 'Leave it out: each cloud of Azure has an address of its own.',
    },
  );
}
