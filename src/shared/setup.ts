/** Setting up a VM: what the page sends, what it gets (`/api/setup…`), and what the server asks for it. */
import { z } from 'zod';
import type { DoctorCheck, DoctorSummary } from './doctor.ts';
import type { Shown } from './schema-parts.ts';
import type { Result } from './result.ts';

/** Only bounded here: what makes sense is for the configuration's own schema to say. */
const word = (most: number) => z.string().trim().max(most);

export const azureChoiceSchema = z.object({
  subscription_id: word(100),
  resource_group: word(100),
  vm_name: word(100),
});

/** A VM as the page describes it. What is wrong with a value is said by the schema of the configuration, by the same words. */
export const vmDraftSchema = z.object({
  name: word(200).describe('Name of the VM in everything that BenchTray says.'),
  host: word(255).nullable().describe('Address, or a Host of ~/.ssh/config; null: taken from Azure.'),
  port: z.number(),
  username: word(100),
  private_key: word(4096).nullable().describe('Path of the key; null: the usual ones, and the agent.'),
  azure: azureChoiceSchema.nullable(),
});

/** What the set-up page needs before anything is typed. */
export const setupInfoSchema = z.object({
  config_path: z.string().describe('Where the configuration would be written.'),
  config_exists: z.boolean(),
  usual_keys: z.array(z.string()).describe('Paths of the keys that are there in ~/.ssh.'),
  ssh_hosts: z.array(z.string()).describe('Hosts that ~/.ssh/config names.'),
  username: z.string().describe('User that is tried where none is named.'),
});

export const azureVmSchema = z.object({
  subscription_id: z.string(),
  subscription_name: z.string(),
  resource_group: z.string(),
  vm_name: z.string(),
  size: z.string().nullable(),
  location: z.string().nullable(),
});

/** What anybody on this machine is told, and with the code of this process the rest. */
export const setupSchema = z
  .object({
    is_possible: z.boolean().describe('False: this BenchTray has no configuration file to write into.'),
    needs_code: z
      .boolean()
      .describe('True: the request came without the set-up code, without which nothing more is told.'),
    is_demo: z.boolean().describe('The simulated VM is being watched, besides what is configured.'),
    info: setupInfoSchema.nullable().describe('Null without the code.'),
  })
  .describe('What the set-up page begins with.');

export const azureVmsSchema = z
  .array(azureVmSchema)
  .describe('The VMs of the subscriptions, as Azure names them.');

export const savedVmSchema = z
  .object({ vm: z.string(), config_path: z.string().describe('The file that it was written into.') })
  .describe('The VM stands in the configuration now; it is watched as soon as the file has been read again.');

export const demoSwitchSchema = z
  .object({ on: z.boolean() })
  .describe('Whether the simulated VM is to be watched.');

/** What is wrong with one value of a draft. */
export const fieldProblemSchema = z.object({
  field: z.string().describe('Of the draft: "host", "private_key".'),
  message: z.string().describe('What was found, and what was expected.'),
});

export type VmDraft = Shown<typeof vmDraftSchema>;
export type SetupInfo = Shown<typeof setupInfoSchema>;
export type AzureVm = Shown<typeof azureVmSchema>;
export type SetupState = Shown<typeof setupSchema>;
export type SavedVm = Shown<typeof savedVmSchema>;
export type FieldProblem = Shown<typeof fieldProblemSchema>;

export type SetupRefusal =
  | { readonly kind: 'invalid'; readonly fields: readonly FieldProblem[] }
  /** The file or what runs stands in the way: a sentence for the person. */
  | {
      readonly kind: 'conflict';
      readonly detail: string;
      readonly hint: string | null;
      /** A word for programs: "changed". */
      readonly reason?: string;
    }
  /** It cannot be had now: Azure does not answer, nobody is signed in, … */
  | {
      readonly kind: 'unavailable';
      readonly detail: string;
      readonly hint: string | null;
      /** A word for programs: "not_signed_in". */
      readonly reason: string;
      readonly retryAfterSeconds: number | null;
    };

export type SetupAnswer<Value> = Result<Value, SetupRefusal>;

/** The doctor on a VM that was only described. `onCheck` is told each check at each change. */
export type CheckRun = (onCheck: (check: DoctorCheck) => void, signal: AbortSignal) => Promise<DoctorSummary>;

/** What the server asks to set up a VM. */
export interface Setup {
  info(): SetupInfo;
  listAzureVms(signal: AbortSignal): Promise<SetupAnswer<readonly AzureVm[]>>;
  test(draft: VmDraft): SetupAnswer<CheckRun>;
  add(draft: VmDraft): SetupAnswer<SavedVm>;
  readonly isDemo: () => boolean;
  /** @returns once the simulated VM is watched, or is gone with all that was recorded of it */
  switchDemo(on: boolean): Promise<SetupAnswer<{ readonly on: boolean }>>;
}
