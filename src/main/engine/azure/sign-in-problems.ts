/** Why there is no token, in a person's words. Pure. */
import { loginCommand, type AzureQuestion, type Told } from './asked.ts';
import type { SignIn } from './sign-in.ts';

/** What `az` says is written for people, and says most of it itself. */
export function tellCli(text: string, asked: AzureQuestion): Told {
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

export function tellRefusal(text: string, asked: AzureQuestion): Told {
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
