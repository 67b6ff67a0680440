/** What Azure says of one VM, and why it says nothing. */
import type { Result } from '../../../shared/result.ts';

export interface AzureFacts {
  /** Azure's word behind "PowerState/", in lower case ("running", "stopped", "deallocated", …); null: Azure does not say now. */
  readonly powerState: string | null;
  /** Azure's word behind "ProvisioningState/", in lower case ("succeeded", "failed", "updating", …). */
  readonly provisioningState: string | null;
  /** Where provisioning went wrong: Azure's code and message; null: it did not. */
  readonly provisioningError: string | null;
  /** Public address; null: it has none now, as after a deallocation. */
  readonly address: string | null;
  /** "Standard_D4ds_v5" */
  readonly size: string | null;
  /** "westus2" */
  readonly location: string | null;
  /**
   * Since when it is up, epoch milliseconds; null: not known, or it is not up. A VM that was shut down from within ("stopped") counts
   * as up: it keeps its place, and is paid for.
   */
  readonly runningSinceMs: number | null;
  /** The same for as long as the VM exists, and another when it is made anew under the same name. Absent: Azure does not say. */
  readonly vmId?: string;
  /** A spot VM: its price is another every day, and Azure may take it away. Absent: it is none. */
  readonly isSpot?: boolean;
  /** Who deallocated a spot VM, by the activity log: Azure, or somebody. Absent: that is not known, or it is not deallocated. */
  readonly endedBy?: 'eviction' | 'request';
  /** Why its address could not be asked, where everything else could: a person may be allowed to see the VM and not its network. */
  readonly addressProblem?: AzureProblem;
  /** When Azure said so; epoch milliseconds. */
  readonly checkedAtMs: number;
}

export type AzureProblemKind =
  /** No credentials at all: no environment, no `az`. */
  | 'no_credentials'
  /** `az` is there, and nobody is logged in, or the login has expired. */
  | 'not_signed_in'
  /** Signed in, but not allowed to see this. */
  | 'forbidden'
  /** No such subscription, resource group or VM. */
  | 'not_found'
  /** Azure asks for a pause. */
  | 'throttled'
  /** Azure, or `az`, does not answer in time, or answers nonsense. */
  | 'unavailable';

export interface AzureProblem {
  readonly kind: AzureProblemKind;
  /** The code of the `error` event that tells it. */
  readonly code: 'azure_auth_failed' | 'azure_unavailable';
  /** One sentence for a person. */
  readonly message: string;
  readonly detail: string;
  /** What to do. */
  readonly hint: string;
  /** The subscription was found, and the VM was not: it never existed, or it is gone. */
  readonly isVmMissing?: true;
  /** How long Azure asks to be left alone, milliseconds; null: it does not say. */
  readonly retryAfterMs: number | null;
}

export type AzureAnswer<Value> = Result<Value, AzureProblem>;

/** A VM as the list of a subscription names it. */
export interface AzureVmName {
  readonly subscriptionId: string;
  readonly subscriptionName: string;
  readonly resourceGroup: string;
  readonly vmName: string;
  readonly size: string | null;
  readonly location: string | null;
}
