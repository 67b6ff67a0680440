/** By which credentials Azure is asked. Pure: what the environment says, in the names that @azure/identity and its users know. */
import { UserError } from '../../../shared/user-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type SignIn =
  | {
      readonly kind: 'secret';
      readonly tenantId: string;
      readonly clientId: string;
      readonly clientSecret: string;
    }
  | {
      readonly kind: 'certificate';
      readonly tenantId: string;
      readonly clientId: string;
      readonly certificatePath: string;
      readonly certificatePassword: string | null;
      readonly sendsChain: boolean;
    }
  /** By hand, in a browser anywhere, with a code that is shown to the person. */
  | { readonly kind: 'device_code'; readonly tenantId: string | null; readonly clientId: string | null }
  /** What `az login` has left. */
  | { readonly kind: 'cli' };

/** Asks for a sign-in by device code: it is never begun unasked, for there may be nobody to see the code. */
export const signInVariable = 'BENCHTRAY_AZURE_SIGN_IN';

/**
 * What was asked for by name comes first, then a service principal that is complete, then the Azure CLI.
 * @throws UserError when a value makes no sense
 */
export function chooseSignIn(environment: Environment): SignIn {
  const read = (name: string): string | null => {
    const value = environment[name]?.trim();
    return value === undefined || value === '' ? null : value;
  };
  const tenantId = read('AZURE_TENANT_ID');
  const clientId = read('AZURE_CLIENT_ID');
  const wanted = read(signInVariable);
  if (wanted === 'device-code') return { kind: 'device_code', tenantId, clientId };
  if (wanted === 'cli') return { kind: 'cli' };
  if (wanted !== null) {
    throw new UserError(`${signInVariable} is "${wanted}", expected "device-code" or "cli".`, {
      hint: `Correct it, or leave it out: a service principal in the environment is used then, else the Azure CLI.`,
    });
  }
  const clientSecret = read('AZURE_CLIENT_SECRET');
  if (tenantId !== null && clientId !== null && clientSecret !== null)
    return { kind: 'secret', tenantId, clientId, clientSecret };
  const certificatePath = read('AZURE_CLIENT_CERTIFICATE_PATH');
  if (tenantId !== null && clientId !== null && certificatePath !== null) {
    return {
      ...{ kind: 'certificate', tenantId, clientId, certificatePath },
      certificatePassword: read('AZURE_CLIENT_CERTIFICATE_PASSWORD'),
      sendsChain: /^(?:1|true)$/i.test(read('AZURE_CLIENT_SEND_CERTIFICATE_CHAIN') ?? ''),
    };
  }
  return { kind: 'cli' };
}

/** Variables of a service principal of which some are set and some are missing; empty: none is set, or all are there. */
export function missingVariables(environment: Environment): readonly string[] {
  const isSet = (name: string): boolean => (environment[name]?.trim() ?? '') !== '';
  const parts = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'];
  const hasKey = isSet('AZURE_CLIENT_SECRET') || isSet('AZURE_CLIENT_CERTIFICATE_PATH');
  // A tenant or a client alone means something else to other tools, and is no attempt at a service principal.
  if (!hasKey) return [];
  return parts.filter((name) => !isSet(name) && name !== 'AZURE_CLIENT_SECRET');
}
