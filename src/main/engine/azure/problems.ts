/** What went wrong → what a person is told, and what they can do. Pure. */
import { maskSecrets } from '../../../shared/mask-secrets.ts';
import { cutText, plainText } from '../../../shared/plain-text.ts';
import { formatDuration } from '../../../shared/wording.ts';
import { tellAnswer } from './answer-problems.ts';
import { loginCommand, type AzureQuestion, type Told } from './asked.ts';
import type { Failure } from './failure.ts';
import type { AzureProblem, AzureProblemKind } from './model.ts';
import { tellCli, tellRefusal } from './sign-in-problems.ts';
import { signInVariable } from './sign-in.ts';

const longestDetail = 400;
/** Longer than this nobody is asked to wait: a wrong date of a server must not silence the watching for a day. */
const longestPauseMs = 3_600_000;

/** Problems with who asks; all others are with Azure itself, or the way there. */
const authKinds: readonly AzureProblemKind[] = ['no_credentials', 'not_signed_in', 'forbidden'];

export function problemOf(failure: Failure, asked: AzureQuestion): AzureProblem {
  const told = tell(failure, asked);
  return {
    kind: told.kind,
    code: authKinds.includes(told.kind) ? 'azure_auth_failed' : 'azure_unavailable',
    message: told.message,
    // Of what others wrote, one line, and nothing that looks like a secret.
    detail: cutText(plainText(maskSecrets(told.detail)), longestDetail),
    hint: told.hint,
    ...(told.isVmMissing === true ? { isVmMissing: true } : {}),
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
    detail: `It is asked again in ${formatDuration(remainingMs / 1000)}.`,
    hint: 'Nothing needs to be done. Other tools that ask Azure often for the same subscription use up the same allowance.',
    retryAfterMs: remainingMs,
  };
}

function tell(failure: Failure, asked: AzureQuestion): Told {
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
        message: `The Azure CLI has not answered within ${formatDuration(failure.limitMs / 1000)}.`,
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
        message: `Azure has not answered within ${formatDuration(failure.limitMs / 1000)}.`,
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

function tellUnreachable(
  { code, message }: Extract<Failure, { kind: 'unreachable' }>,
  asked: AzureQuestion,
): Told {
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

function noCredentialsDetail({ missingVariables }: AzureQuestion): string {
  return missingVariables.length === 0
    ? 'There is no service principal in the environment, and no Azure CLI.'
    : `The service principal in the environment lacks ${missingVariables.join(' and ')}, and there is no Azure CLI.`;
}
