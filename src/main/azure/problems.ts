/** What went wrong → what a person is told, and what they can do. Pure. */
import { maskSecrets } from '../../shared/mask-secrets.ts';
import { cutText, plainText } from '../../shared/plain-text.ts';
import { durationText } from '../../shared/wording.ts';
import type { Cloud } from './clouds.ts';
import type { Failure } from './failure.ts';
import type { AzureProblem, AzureProblemKind } from './model.ts';
import { signInVariable, type SignIn } from './sign-in.ts';

/** What was asked, and as whom. */
export interface Asked {
  readonly cloud: Cloud;
  readonly signIn: SignIn['kind'];
  /** Null: the list of all VMs. */
  readonly vm: {
    readonly subscriptionId: string;
    readonly resourceGroup: string;
    readonly vmName: string;
  } | null;
  /** Variables of a service principal that are missing beside others that are set. */
  readonly missingVariables: readonly string[];
}

const longestDetail = 400;
/** Longer than this nobody is asked to wait: a wrong date of a server must not silence the watching for a day. */
const longestPauseMs = 3_600_000;

/** Problems with who asks; all others are with Azure itself, or the way there. */
const authKinds: readonly AzureProblemKind[] = ['no_credentials', 'not_signed_in', 'forbidden'];

export function problemOf(failure: Failure, asked: Asked): AzureProblem {
  const told = tell(failure, asked);
  return {
    kind: told.kind,
    code: authKinds.includes(told.kind) ? 'azure_auth_failed' : 'azure_unavailable',
    message: told.message,
    // Of what others wrote, one line, and nothing that looks like a secret.
    detail: cutText(plainText(maskSecrets(told.detail)), longestDetail),
    hint: told.hint,
    retryAfterMs:
      failure.kind === 'http' && failure.retryAfterMs !== null
        ? Math.min(failure.retryAfterMs, longestPauseMs)
        : null,
  };
}

/** Azure asked for a pause that is not over. */
export function pausedProblem(remainingMs: number): AzureProblem {
  return {
    kind: 'throttled',
    code: 'azure_unavailable',
    message: 'Azure has asked for a pause.',
    detail: `It is asked again in ${durationText(remainingMs / 1000)}.`,
    hint: 'Nothing needs to be done. Other tools that ask Azure often for the same subscription use up the same allowance.',
    retryAfterMs: remainingMs,
  };
}

type Told = Pick<AzureProblem, 'kind' | 'message' | 'detail' | 'hint'>;

function tell(failure: Failure, asked: Asked): Told {
  switch (failure.kind) {
    case 'http':
      return tellAnswer(failure, asked);
    case 'az_missing':
      return {
        kind: 'no_credentials',
        message: 'There are no credentials for Azure.',
        detail: noCredentialsDetail(asked),
        hint: `Install the Azure CLI (https://aka.ms/azure-cli) and run: ${loginCommand(asked)}. Or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or ${signInVariable}=device-code.`,
      };
    case 'az_signed_out':
      return {
        kind: 'not_signed_in',
        message: 'The Azure CLI is not signed in, or its sign-in has expired.',
        detail: 'az account get-access-token asks for "az login".',
        hint: `Run: ${loginCommand(asked)}`,
      };
    case 'az_failed':
      return tellCli(failure.message, asked);
    case 'az_late':
      return {
        kind: 'unavailable',
        message: `The Azure CLI has not answered within ${durationText(failure.limitMs / 1000)}.`,
        detail: 'az account get-access-token',
        hint: 'Run "az account get-access-token" in a terminal to see what it waits for.',
      };
    case 'certificate_unreadable':
      return {
        kind: 'no_credentials',
        message: 'The certificate of the service principal cannot be read.',
        detail: failure.message,
        hint: 'Check AZURE_CLIENT_CERTIFICATE_PATH: a PEM file with certificate and private key. Then start BenchTray again.',
      };
    case 'refused':
      return tellRefusal(failure.message, asked);
    case 'code_pending':
      return {
        kind: 'not_signed_in',
        message: 'Azure waits for the sign-in by device code.',
        detail: 'Address and code were shown where BenchTray was started.',
        hint: 'Open the address in any browser and enter the code. It is valid for about 15 minutes; then a new one is shown.',
      };
    case 'late':
      return {
        kind: 'unavailable',
        message: `Azure has not answered within ${durationText(failure.limitMs / 1000)}.`,
        detail: asked.cloud.endpoint,
        hint: 'Is the connection to the internet slow, or Azure in trouble (https://azure.status.microsoft)? It is asked again by itself.',
      };
    case 'given_up':
      return {
        kind: 'unavailable',
        message: 'The question to Azure was given up.',
        detail: '',
        hint: 'Ask again.',
      };
    case 'unreachable':
      return tellUnreachable(failure, asked);
    case 'nonsense':
      return {
        kind: 'unavailable',
        message: 'Azure has answered something that makes no sense.',
        detail: failure.message,
        hint: 'Does something between here and Azure answer in its place, such as a proxy or a sign-in page of a network?',
      };
  }
}

function tellAnswer({ status, code, message }: Extract<Failure, { kind: 'http' }>, asked: Asked): Told {
  const detail = `HTTP ${status}${code === null ? '' : ` ${code}`}: ${message}`;
  const { vm } = asked;
  if (status === 401) {
    const isWrongTenant = code === 'InvalidAuthenticationTokenTenant';
    return {
      kind: 'not_signed_in',
      message: isWrongTenant
        ? 'The sign-in is for another Azure tenant than that of the subscription.'
        : 'Azure does not accept the sign-in, or it has expired.',
      detail,
      hint:
        asked.signIn === 'cli'
          ? `Run: ${loginCommand(asked)}${isWrongTenant ? ' --tenant <tenant of the subscription>' : ''}`
          : 'Check AZURE_TENANT_ID and the service principal, then start BenchTray again.',
    };
  }
  if (status === 403) {
    const scope =
      vm === null ? '' : ` --scope /subscriptions/${vm.subscriptionId}/resourceGroups/${vm.resourceGroup}`;
    return {
      kind: 'forbidden',
      message:
        vm === null
          ? 'This sign-in may not list the VMs in Azure.'
          : `This sign-in may not see the VM ${vm.vmName} in Azure.`,
      detail,
      hint: `The role Reader is enough. Somebody who may grant it runs: az role assignment create --role Reader --assignee <your sign-in>${scope}`,
    };
  }
  const noSubscription = code === 'SubscriptionNotFound' || code === 'InvalidSubscriptionId';
  if (status === 404 || noSubscription) return { kind: 'not_found', detail, ...tellMissing(code, asked) };
  if (status === 429) {
    return {
      kind: 'throttled',
      message: 'Azure has asked for a pause: too many questions.',
      detail,
      hint: 'Nothing needs to be done: BenchTray waits as long as Azure says. Other tools that ask often for the same subscription use up the same allowance.',
    };
  }
  return {
    kind: 'unavailable',
    message:
      status >= 500 ? 'Azure answers with an error of its own.' : 'Azure does not understand the question.',
    detail,
    hint:
      status >= 500
        ? 'It is asked again by itself. https://azure.status.microsoft tells of bigger troubles.'
        : 'Check subscriptionId, resourceGroup and vmName in the configuration.',
  };
}

function tellMissing(code: string | null, { vm, cloud, signIn }: Asked): Pick<Told, 'message' | 'hint'> {
  if (vm === null)
    return { message: 'Azure knows no such subscription.', hint: 'Run: az account list --output table' };
  if (code === 'SubscriptionNotFound' || code === 'InvalidSubscriptionId') {
    const cli = signIn === 'cli' ? ' Run: az account list --output table.' : '';
    return {
      message: `There is no subscription ${vm.subscriptionId} in Azure (${cloud.name} cloud) for this sign-in.`,
      hint: `Check "azure.subscriptionId" and "azure.cloud".${cli}`,
    };
  }
  if (code === 'ResourceGroupNotFound') {
    return {
      message: `There is no resource group ${vm.resourceGroup} in the subscription.`,
      hint: 'Check "azure.resourceGroup". Run: az group list --output table',
    };
  }
  return {
    message: `There is no VM ${vm.vmName} in the resource group ${vm.resourceGroup}.`,
    hint: `Check "azure.vmName"; was the VM deleted? Run: az vm list --resource-group ${vm.resourceGroup} --output table`,
  };
}

/** What `az` says is written for people, and says most of it itself. */
function tellCli(text: string, asked: Asked): Told {
  const { vm, cloud } = asked;
  if (/subscription/i.test(text) && /doesn.t exist|not found/i.test(text)) {
    return {
      kind: 'not_found',
      message: `The Azure CLI knows no subscription ${vm?.subscriptionId ?? ''}`.trimEnd() + '.',
      detail: text,
      hint: `Check "azure.subscriptionId" and "azure.cloud" (${cloud.name}). Run: az account list --output table, and ${loginCommand(asked)} if it is missing there.`,
    };
  }
  const isEmpty = /Unexpected end of JSON input/i.test(text);
  const isNonsense = isEmpty || /JSON/i.test(text) || text.includes('expiresOn');
  return {
    kind: 'unavailable',
    message: isNonsense ? 'The Azure CLI has given no token.' : 'The Azure CLI could not get a token.',
    // What it printed might be half a token.
    detail: isNonsense ? 'Its answer is not what "az account get-access-token" gives.' : text,
    hint: 'Run "az account get-access-token" in a terminal to see what is wrong.',
  };
}

function tellRefusal(text: string, asked: Asked): Told {
  // "invalid_client: Error(s): … - Description: AADSTS7000222: The provided client secret keys are expired. Trace ID: …"
  const said = /AADSTS\d+:.*?(?=\s*(?:Trace ID|Correlation ID|Timestamp):|$)/s.exec(text)?.[0] ?? text;
  const isExpired = /AADSTS7000222|expired/i.test(said);
  const hints: Readonly<Record<SignIn['kind'], string>> = {
    secret: 'Check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, then start BenchTray again.',
    certificate:
      'Check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH (a PEM file with certificate and key), then start BenchTray again.',
    device_code: 'A new code is shown at the next attempt, where BenchTray was started.',
    cli: `Run: ${loginCommand(asked)}`,
  };
  const isPrincipal = asked.signIn === 'secret' || asked.signIn === 'certificate';
  return {
    kind: 'not_signed_in',
    message: isPrincipal
      ? `Azure has refused the service principal${isExpired ? ': its secret or certificate has expired' : ''}.`
      : 'The sign-in to Azure has failed.',
    detail: said,
    hint: hints[asked.signIn],
  };
}

function tellUnreachable({ code, message }: Extract<Failure, { kind: 'unreachable' }>, asked: Asked): Told {
  const isTls = code !== null && /CERT|SELF_SIGNED|VERIFY|ERR_TLS/.test(code);
  return {
    kind: 'unavailable',
    message: isTls
      ? 'What answers in the place of Azure cannot prove that it is Azure.'
      : 'Azure cannot be reached from this computer.',
    detail: `${asked.cloud.endpoint}: ${message}`,
    hint: isTls
      ? 'If your network inspects TLS, give its certificate to BenchTray by NODE_EXTRA_CA_CERTS.'
      : 'Is this computer online? Behind a proxy, set HTTPS_PROXY.',
  };
}

function loginCommand({ cloud }: Asked): string {
  return cloud.name === 'public' ? 'az login' : `az cloud set --name ${cloud.cliName} && az login`;
}

function noCredentialsDetail({ missingVariables }: Asked): string {
  return missingVariables.length === 0
    ? 'There is no service principal in the environment, and no Azure CLI.'
    : `The service principal in the environment lacks ${missingVariables.join(' and ')}, and there is no Azure CLI.`;
}
