/** Setting up the first VM: what the page sends, and what it gets (`/api/setup…`). */
import { z } from 'zod';
import type { Shown } from './payload-schemas.ts';

const word = (most: number) => z.string().trim().min(1).max(most);

export const azureChoiceSchema = z.object({
  subscription_id: word(100),
  resource_group: word(100),
  vm_name: word(100),
});

/** A VM as the page describes it. What is wrong with a value is said by the schema of the configuration, by the same words. */
export const vmDraftSchema = z.object({
  name: word(64).describe('Name of the VM in everything that BenchTray says.'),
  host: word(255).nullable().describe('Address, or a Host of ~/.ssh/config; null: taken from Azure.'),
  port: z.int().min(1).max(65535),
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

export type VmDraft = Shown<typeof vmDraftSchema>;
export type SetupInfo = Shown<typeof setupInfoSchema>;
export type AzureVm = Shown<typeof azureVmSchema>;
