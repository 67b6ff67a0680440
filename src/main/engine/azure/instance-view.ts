/**
 * What the statuses of an instance view say. They come in no fixed order, and more of them than documented; each is known by the prefix
 * of its code, compared without case, since older API versions wrote "PowerState/Running".
 * Source: https://learn.microsoft.com/azure/virtual-machines/states-billing
 */
import { cutText, plainText } from '../../../shared/plain-text.ts';

/** As the SDK gives it; nothing of it is certain to be there. */
export interface InstanceStatus {
  readonly code?: string | undefined;
  readonly level?: string | undefined;
  readonly displayStatus?: string | undefined;
  readonly message?: string | undefined;
  readonly time?: Date | undefined;
}

export interface InstanceState {
  /** Null: Azure does not say, as happens now and then, and while a VM is made. */
  readonly powerState: string | null;
  readonly provisioningState: string | null;
  readonly provisioningError: string | null;
  /** When the newest change of the VM by Azure was through, epoch milliseconds; null: not said. */
  readonly provisionedAtMs: number | null;
}

const longestText = 400;

export function readStatuses(statuses: readonly InstanceStatus[]): InstanceState {
  const power = find(statuses, 'powerstate/');
  // "ProvisioningState/failed/AllocationFailed" comes beside "ProvisioningState/failed", and says more.
  const provisioning = find(statuses, 'provisioningstate/');
  const time = provisioning?.status.time?.getTime();
  return {
    powerState: power?.words[0] ?? null,
    provisioningState: provisioning?.words[0] ?? null,
    provisioningError: errorText(statuses),
    provisionedAtMs: time === undefined || Number.isNaN(time) ? null : time,
  };
}

/** What went wrong, where a state is no more than "failed": its code behind the slash, and the sentence beside it. */
function errorText(statuses: readonly InstanceStatus[]): string | null {
  const failed = statuses.filter((status) => {
    const code = lower(status.code);
    return (
      code.startsWith('provisioningstate/failed') ||
      (code.startsWith('provisioningstate/') && lower(status.level) === 'error')
    );
  });
  if (failed.length === 0) return null;
  const code = failed
    .map((status) => status.code?.split('/').slice(2).join('/') ?? '')
    .find((text) => text !== '');
  const sentence = failed.map(({ message }) => message ?? '').find((text) => text !== '');
  const fallback = failed.map(({ displayStatus }) => displayStatus ?? '').find((text) => text !== '');
  const parts = [code, sentence ?? (code === undefined ? fallback : undefined)];
  const text = parts.filter((part) => part !== undefined).join(': ');
  return cutText(plainText(text === '' ? 'Provisioning failed' : text), longestText);
}

function find(statuses: readonly InstanceStatus[], prefix: string) {
  const status = statuses.find(({ code }) => lower(code).startsWith(prefix));
  if (status === undefined) return null;
  const words = lower(status.code).slice(prefix.length).split('/');
  // A word is all that is expected there; it goes into labels and messages.
  return { status, words: words.map((word) => cutText(plainText(word), 40)).filter((word) => word !== '') };
}

function lower(text: string | undefined): string {
  return typeof text === 'string' ? text.toLowerCase() : '';
}
