/** One look at one VM: what it is, where it is, since when it is up. */
import type { AzureConfig } from '../config/index.ts';
import { cutText, plainText } from '../../../shared/plain-text.ts';
import { readActivity } from './activity-log.ts';
import { publicAddress } from './address.ts';
import { isBilled } from './billing.ts';
import { failureOf, type Failure } from './failure.ts';
import { readStatuses } from './instance-view.ts';
import type { AzureFacts, AzureProblem } from './model.ts';
import type { ArmClient, VirtualMachine } from './sdk.ts';
import { endedBy, upSinceMs } from './uptime.ts';

/** What is kept of a VM from one look to the next. */
export interface UptimeMemory {
  /** When it was last seen not to be up; epoch milliseconds, null: never. */
  readonly offSeenAtMs: number | null;
  /** What was made of the activity log: it is slow, and the start of a VM does not change. Null: it is not up, or was not asked about. */
  readonly known: {
    readonly provisionedAtMs: number | null;
    readonly sinceMs: number | null;
    /** The log has answered, now or before: what it said stands when it fails later. */
    readonly isFromLog: boolean;
    readonly askedAtMs: number;
  } | null;
  /** Who deallocated it, a spot VM, and when the log was asked. Absent: it is up, or was not asked about. */
  readonly end?: { readonly by: AzureFacts['endedBy'] | null; readonly askedAtMs: number };
}

export interface LookContext {
  readonly client: ArmClient;
  readonly vm: AzureConfig;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly memory: UptimeMemory;
  readonly remember: (memory: UptimeMemory) => void;
  readonly problemOf: (failure: Failure) => AzureProblem;
}

/** The log is minutes behind, so that it is asked again soon after a change. */
const uptimeHoldsMs = { soon: 120_000, later: 900_000, soonForMs: 1_800_000 };
/** The log is a refinement: the rest does not wait for it longer. */
const activityLimitMs = 8_000;

/** @throws what the client throws */
export async function lookAt(context: LookContext): Promise<AzureFacts> {
  const { client, vm, signal, now } = context;
  const machine = await client.getVm(vm.resourceGroup, vm.vmName, signal);
  const checkedAtMs = now();
  const state = readStatuses(machine.instanceView?.statuses ?? []);
  const isUp = isBilled(state.powerState);
  const isSpot = machine.priority === 'Spot';
  const end = isSpot && state.powerState === 'deallocated' ? await endOf(context, checkedAtMs) : undefined;
  if (isUp === false)
    context.remember({ offSeenAtMs: checkedAtMs, known: null, ...(end === undefined ? {} : { end }) });
  const [address, sinceMs] = await Promise.all([
    findAddress(context, machine),
    isUp === true ? sinceWhen(context, machine, state.provisionedAtMs) : null,
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
    ...(isSpot ? { isSpot: true } : {}),
    ...(end?.by == null ? {} : { endedBy: end.by }),
    checkedAtMs,
  };
}

/** Asks the activity log who deallocated a spot VM, until it says so: it is minutes behind. */
async function endOf(
  { client, vm, signal, memory }: LookContext,
  nowMs: number,
): Promise<NonNullable<UptimeMemory['end']>> {
  const { end } = memory;
  if (end !== undefined && (end.by !== null || Math.abs(nowMs - end.askedAtMs) < uptimeHoldsMs.soon))
    return end;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(activityLimitMs)]);
  const events = await readActivity(client, vm, nowMs, limit).catch(() => null);
  signal.throwIfAborted();
  return { by: events === null ? null : endedBy(events), askedAtMs: nowMs };
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
  { client, vm, signal, now, memory, remember }: LookContext,
  machine: VirtualMachine,
  provisionedAtMs: number | null,
): Promise<number | null> {
  const { known, offSeenAtMs } = memory;
  const nowMs = now();
  const isFresh = Math.max(provisionedAtMs ?? 0, offSeenAtMs ?? 0) > nowMs - uptimeHoldsMs.soonForMs;
  const holdsMs = isFresh ? uptimeHoldsMs.soon : uptimeHoldsMs.later;
  if (known?.provisionedAtMs === provisionedAtMs && Math.abs(nowMs - known.askedAtMs) < holdsMs)
    return known.sinceMs;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(activityLimitMs)]);
  // Who may not read the log, or cannot now, still learns the rest.
  const events = await readActivity(client, vm, nowMs, limit).catch(() => null);
  signal.throwIfAborted();
  const created = machine.timeCreated?.getTime();
  const createdAtMs = created === undefined || Number.isNaN(created) ? null : created;
  const stands = events === null && known?.isFromLog === true ? known.sinceMs : null;
  const found = stands ?? upSinceMs({ events, provisionedAtMs, createdAtMs, offSeenAtMs });
  // It came up under our eyes, and Azure has not written that down yet.
  const sinceMs = found ?? (offSeenAtMs === null ? null : (known?.sinceMs ?? nowMs));
  const isFromLog = events !== null || stands !== null;
  remember({ offSeenAtMs, known: { provisionedAtMs, sinceMs, isFromLog, askedAtMs: nowMs } });
  return sinceMs;
}
