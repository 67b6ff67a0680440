/** What was asked of Azure, and what is told when it was asked in vain: the words that the files about problems share. */
import type { Cloud } from './clouds.ts';
import type { AzureProblem } from './model.ts';
import type { SignIn } from './sign-in.ts';

/** What was asked, and as whom. */
export interface AzureQuestion {
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

/** What a person is told. */
export type Told = Pick<AzureProblem, 'kind' | 'message' | 'detail' | 'hint' | 'isVmMissing'>;

/** How this person signs in by the Azure CLI. */
export function loginCommand({ cloud }: AzureQuestion): string {
  return cloud.name === 'public' ? 'az login' : `az cloud set --name ${cloud.cliName} && az login`;
}
