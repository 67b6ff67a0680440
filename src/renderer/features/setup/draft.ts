/** What is typed on the set-up page, and the VM that it describes. Pure. */
import type { AzureVm, VmDraft } from '../../../shared/setup.ts';

export interface Typed {
  readonly way: 'host' | 'azure';
  readonly host: string;
  readonly port: string;
  readonly username: string;
  /** `usual`: those in ~/.ssh, and the agent. */
  readonly keyWay: 'usual' | 'file';
  readonly keyPath: string;
  readonly name: string;
  readonly azureVm: AzureVm | null;
}

export function draftOf(typed: Typed): VmDraft {
  const { way, azureVm } = typed;
  return {
    name: typed.name.trim(),
    host: way === 'host' ? typed.host.trim() : null,
    // What is no number is sent as one that no port has: the server says what it expects.
    port: /^\d{1,5}$/.test(typed.port.trim()) ? Number(typed.port.trim()) : -1,
    username: typed.username.trim(),
    private_key: typed.keyWay === 'usual' ? null : typed.keyPath.trim(),
    azure:
      way === 'azure' && azureVm !== null
        ? {
            subscription_id: azureVm.subscription_id,
            resource_group: azureVm.resource_group,
            vm_name: azureVm.vm_name,
          }
        : null,
  };
}

/** A name that can stand: of an address that is a name its first part, else a plain one. */
export function suggestedName({ way, host, azureVm }: Pick<Typed, 'way' | 'host' | 'azureVm'>): string {
  if (way === 'azure') return azureVm === null ? '' : fitting(azureVm.vm_name);
  const address = host.trim();
  if (address === '') return '';
  const isNumeric = /^[\d.]+$/.test(address) || address.includes(':');
  return isNumeric ? 'waa-vm' : fitting(address.split('.')[0] ?? '');
}

/** With the characters that a name may have. */
function fitting(text: string): string {
  const fit = text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return fit === '' ? 'waa-vm' : fit.slice(0, 64);
}

/** The server's words begin small and end without a stop, as they stand in a line of a terminal; nobody types a null here. */
export function asSentence(words: string): string {
  const plain = words.replace(/, or null$/, '').replace(/^found "", /, 'missing, ');
  const whole = plain.charAt(0).toUpperCase() + plain.slice(1);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}

/** Tells one VM of a subscription from every other. */
export const azureKey = (vm: AzureVm): string =>
  JSON.stringify([vm.subscription_id, vm.resource_group, vm.vm_name]);
