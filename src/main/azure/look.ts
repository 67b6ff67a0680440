/** One look at one VM: what it is, where it is, since when it is up. */
import type { AzureConfig } from '../config/index.ts';
import { cutText, plainText } from '../../shared/plain-text.ts';
import { readActivity } from './activity-log.ts';
import { publicAddress } from './address.ts';
import { isBilled } from './billing.ts';
import { failureOf, type Failure } from './failure.ts';
import { readStatuses } from './instance-view.ts';
import type { AzureFacts, AzureProblem } from './model.ts';
import type { ArmClient, VirtualMachine } from './sdk.ts';
import { upSinceMs } from './uptime.ts';

/** What the activity log told, kept for a while: it is slow, and the start of a VM does not change. */
export interface KnownUptime {
  readonly provisionedAtMs: number | null;
  readonly sinceMs: number | null;
  readonly askedAtMs: number;
}

export interface LookContext {
  readonly client: ArmClient;
  readonly vm: AzureConfig;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Null: nothing is known yet, or it was not up. */
  readonly known: KnownUptime | null;
  readonly onUptime: (known: KnownUptime | null) => void;
  readonly problemOf: (failure: Failure) => AzureProblem;
}

const uptimeHoldsMs = 900_000;
/** The log is a refinement: the rest does not wait for it longer. */
const activityLimitMs = 8_000;

/** @throws what the client throws */
export async function lookAt(context: LookContext): Promise<AzureFacts> {
  const { client, vm, signal, now } = context;
  const machine = await client.getVm(vm.resourceGroup, vm.vmName, signal);
  const checkedAtMs = now();
  const state = readStatuses(machine.instanceView?.statuses ?? []);
  const [address, sinceMs] = await Promise.all([
    findAddress(context, machine),
    isBilled(state.powerState) === true
      ? sinceWhen(context, machine, state.provisionedAtMs)
      : forgetUptime(context),
  ]);
  const vmId = shortText(machine.vmId);
  return {
    powerState: state.powerState,
    provisioningState: state.provisioningState ?? shortText(machine.provisioningState)?.toLowerCase() ?? null,
    provisioningError: state.provisioningError,
    ...address,
    size: shortText(machine.hardwareProfile?.vmSize),
    location: shortText(machine.location),
    runningSinceMs: sinceMs,
    ...(vmId === null ? {} : { vmId }),
    ...(machine.priority === 'Spot' ? { isSpot: true } : {}),
    checkedAtMs,
  };
}

/** A word of Azure's that goes into labels and messages. */
export function shortText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = cutText(plainText(value), 100);
  return text === '' ? null : text;
}

/** Null only where Azure says that there is none: what could not be asked must not look like an address that is gone. */
async function findAddress(
  { client, signal, now, problemOf }: LookContext,
  machine: VirtualMachine,
): Promise<{ readonly address: string | null; readonly addressProblem?: AzureProblem }> {
  try {
    return { address: await publicAddress(client, machine, signal) };
  } catch (error) {
    const failure = failureOf(error, now());
    if (failure.kind !== 'http' || failure.status !== 403) throw error;
    return {
      address: null,
      addressProblem: {
        ...problemOf(failure),
        message: 'This sign-in may see the VM in Azure, but not its network: its address is not known.',
      },
    };
  }
}

async function sinceWhen(
  { client, vm, signal, now, known, onUptime }: LookContext,
  machine: VirtualMachine,
  provisionedAtMs: number | null,
): Promise<number | null> {
  const isKnown =
    known !== null && known.provisionedAtMs === provisionedAtMs && now() - known.askedAtMs < uptimeHoldsMs;
  if (isKnown) return known.sinceMs;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(activityLimitMs)]);
  // Who may not read the log, or cannot now, still learns the rest.
  const events = await readActivity(client, vm, now(), limit).catch(() => null);
  signal.throwIfAborted();
  const created = machine.timeCreated?.getTime();
  const createdAtMs = created === undefined || Number.isNaN(created) ? null : created;
  const sinceMs = upSinceMs({ events, provisionedAtMs, createdAtMs });
  onUptime({ provisionedAtMs, sinceMs, askedAtMs: now() });
  return sinceMs;
}

function forgetUptime({ onUptime }: LookContext): null {
  onUptime(null);
  return null;
}
