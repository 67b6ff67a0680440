/**
 * The only file that imports the packages of Azure, and is itself imported when Azure is asked for the first time: they are big, and most
 * of BenchTray has no use for them. It makes credentials and clients; what they say is read elsewhere.
 */
import { ComputeManagementClient, type VirtualMachine } from '@azure/arm-compute';
import { createComputeManagement } from '@azure/arm-compute/api';
import {
  AzureCliCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  DeviceCodeCredential,
  type TokenCredential,
} from '@azure/identity';
import { boundedHttpClient } from './bounded-client.ts';
import { boundCredential, type BoundCredential } from './bound-credential.ts';
import { scopeOf, type Cloud } from './clouds.ts';
import { AzureFailure, retryAfterMs } from './failure.ts';
import { refuseAllButReading } from './reads-here-only.ts';
import type { SignIn } from './sign-in.ts';

export type { VirtualMachine } from '@azure/arm-compute';

const httpClient = boundedHttpClient();

export interface CredentialOptions {
  readonly signIn: SignIn;
  readonly cloud: Cloud;
  /** In whose tenant the Azure CLI is to ask; null: in that of its default subscription. */
  readonly subscriptionId: string | null;
  /** AZURE_AUTHORITY_HOST; null: that of the cloud. */
  readonly authorityHost: string | null;
  /** How long `az`, or Entra ID, may take. */
  readonly limitMs: number;
  readonly onDeviceCode: (message: string) => void;
}

export function makeCredential(options: CredentialOptions): BoundCredential {
  return boundCredential(bareCredential(options), options.signIn.kind, options.limitMs);
}

function bareCredential(options: CredentialOptions): TokenCredential {
  const { signIn, cloud, authorityHost, subscriptionId, limitMs } = options;
  const entra = {
    authorityHost: authorityHost ?? cloud.authorityHost,
    // An authority of the person's own is not in the list that would be fetched from the public one.
    disableInstanceDiscovery: authorityHost !== null,
    retryOptions: { maxRetries: 1 },
    httpClient,
  };
  switch (signIn.kind) {
    case 'secret':
      return new ClientSecretCredential(signIn.tenantId, signIn.clientId, signIn.clientSecret, entra);
    case 'certificate': {
      const { certificatePath, certificatePassword, sendsChain } = signIn;
      const file =
        certificatePassword === null ? { certificatePath } : { certificatePath, certificatePassword };
      return new ClientCertificateCredential(signIn.tenantId, signIn.clientId, file, {
        ...entra,
        sendCertificateChain: sendsChain,
      });
    }
    case 'device_code':
      return new DeviceCodeCredential({
        ...entra,
        ...(signIn.tenantId === null ? {} : { tenantId: signIn.tenantId }),
        ...(signIn.clientId === null ? {} : { clientId: signIn.clientId }),
        userPromptCallback: ({ message }) => options.onDeviceCode(message),
      });
    case 'cli':
      return new AzureCliCredential({
        processTimeoutInMs: limitMs,
        ...(subscriptionId === null ? {} : { subscription: subscriptionId }),
      });
  }
}

/** What is asked of Azure Resource Manager. Reading is all it can do. */
export interface ArmClient {
  getVm(resourceGroup: string, vmName: string, signal: AbortSignal): Promise<VirtualMachine>;
  /** Page by page. The SDK asks for later ones without the signal, and for as many as there are: who reads them has to end it. */
  listVms(signal: AbortSignal): AsyncIterable<readonly VirtualMachine[]>;
  /** A plain GET, with the same token. @returns the JSON of the answer, unread */
  get(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown>;
}

export interface ClientOptions {
  readonly cloud: Cloud;
  readonly credential: TokenCredential;
  /** Empty for what belongs to no subscription. */
  readonly subscriptionId: string;
  /** Where requests go; that of the cloud, but for tests and clouds of one's own. */
  readonly endpoint: string;
  readonly now: () => number;
}

export function makeClient(options: ClientOptions): ArmClient {
  const { credential, subscriptionId, endpoint } = options;
  const { origin } = new URL(endpoint);
  const settings = {
    endpoint,
    credentials: { scopes: [scopeOf(options.cloud)] },
    // Whoever asks decides when to ask again, and a pause that Azure wants is not waited for within a question.
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: 'BenchTray' },
    httpClient,
  };
  const compute = new ComputeManagementClient(credential, subscriptionId, {
    ...settings,
    additionalPolicies: [
      {
        // Behind the redirects, and in front of the network.
        position: 'perRetry',
        policy: {
          name: 'benchtrayReadsHereOnly',
          sendRequest(request, next) {
            refuseAllButReading(request, origin);
            return next(request);
          },
        },
      },
    ],
  });
  const plain = createComputeManagement(credential, subscriptionId, {
    ...settings,
    pipeline: compute.pipeline,
  });

  return {
    getVm: (resourceGroup, vmName, signal) =>
      compute.virtualMachines.get(resourceGroup, vmName, { expand: 'instanceView', abortSignal: signal }),
    listVms: (signal) => compute.virtualMachines.listAll({ abortSignal: signal }).byPage(),
    async get(path, query, signal) {
      const answer = await plain.pathUnchecked(path).get({ queryParameters: query, abortSignal: signal });
      const { status, headers } = answer;
      const body: unknown = answer.body;
      if (status === '200') return body;
      const error = (body as { error?: { code?: unknown; message?: unknown } } | undefined)?.error;
      throw new AzureFailure({
        kind: 'http',
        status: Number(status),
        code: typeof error?.code === 'string' ? error.code : null,
        message: typeof error?.message === 'string' ? error.message : 'without a word',
        retryAfterMs: retryAfterMs((name) => headers[name] ?? null, options.now()),
      });
    },
  };
}
