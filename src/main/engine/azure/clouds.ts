/** The clouds of Azure: where each one answers. Sources: AzureAuthorityHosts of @azure/identity, and `az cloud list`. */
import type { AzureConfig } from '../config/index.ts';

export type CloudName = AzureConfig['cloud'];

export interface Cloud {
  /** As "azure.cloud" has it. */
  readonly name: CloudName;
  /** As `az cloud set --name` wants it. */
  readonly cliName: string;
  /** Azure Resource Manager. */
  readonly endpoint: string;
  /** Microsoft Entra ID. */
  readonly authorityHost: string;
}

export const clouds: Readonly<Record<CloudName, Cloud>> = {
  public: {
    name: 'public',
    cliName: 'AzureCloud',
    endpoint: 'https://management.azure.com',
    authorityHost: 'https://login.microsoftonline.com',
  },
  usgov: {
    name: 'usgov',
    cliName: 'AzureUSGovernment',
    endpoint: 'https://management.usgovcloudapi.net',
    authorityHost: 'https://login.microsoftonline.us',
  },
  china: {
    name: 'china',
    cliName: 'AzureChinaCloud',
    endpoint: 'https://management.chinacloudapi.cn',
    authorityHost: 'https://login.chinacloudapi.cn',
  },
};

/** What a token for Azure Resource Manager is asked for. It names the cloud also where requests go elsewhere, as in tests. */
export function scopeOf(cloud: Cloud): string {
  return `${cloud.endpoint}/.default`;
}

/** The cloud of a person who has named no VM yet: the one whose authority the environment names, else the public one. */
export function cloudOfAuthority(authorityHost: string | undefined): Cloud {
  const host = authorityHost === undefined ? null : URL.parse(authorityHost)?.host;
  const named = Object.values(clouds).find((cloud) => URL.parse(cloud.authorityHost)?.host === host);
  return named ?? clouds.public;
}
