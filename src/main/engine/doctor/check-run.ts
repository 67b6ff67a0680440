/** Runs one check after what it needs, within its time; what lacks something is skipped, with the reason. */
import type { DoctorCheck } from '../../../shared/doctor.ts';
import type { VmConfig } from '../config/index.ts';
import { checks } from './checks/index.ts';
import { late, unforeseen } from './common-remedies.ts';
import {
  failed,
  skipped,
  type Check,
  type Finding,
  type House,
  type HouseCheck,
  type VmCheck,
} from './model.ts';
import type { CheckName } from './names.ts';
import { toldCheck, waitingCheck } from './told.ts';
import { createVmFacts, type DoctorTools, type VmFacts } from './vm-facts.ts';
import { messageOf } from '../../../shared/message-of.ts';

/** How a check came out, for those that need it. */
interface CheckEnd {
  readonly state: Finding['state'];
  /** Why those that need it are skipped, where they are. */
  readonly because: string;
}

type Outcomes = ReadonlyMap<CheckName, Promise<CheckEnd>>;

export function createRun(
  signal: AbortSignal,
  tools: DoctorTools,
  tell: (check: Check, vm: string | null, told: DoctorCheck) => void,
) {
  function end(check: Check, vm: string | null, finding: Finding, tookMs: number): CheckEnd {
    const told = toldCheck(check, vm, finding, tookMs, tools.platform);
    tell(check, vm, told);
    const because =
      finding.state === 'skipped'
        ? (told.found ?? '')
        : `Not looked at, because this failed: ${check.title}.`;
    return { state: finding.state, because };
  }

  async function look(check: Check, vm: string | null, ask: (limit: AbortSignal) => Promise<Finding>) {
    if (signal.aborted) return end(check, vm, skipped(cancelled), 0);
    tell(check, vm, { ...waitingCheck(check, vm), state: 'running' });
    const beganMs = performance.now();
    const finding = await within(check, signal, ask);
    return end(check, vm, finding, performance.now() - beganMs);
  }

  /** The reason why a check is not looked at; null: it is. */
  async function reasonToSkip(
    needs: readonly CheckName[],
    after: readonly CheckName[],
    outcomes: Outcomes,
  ): Promise<string | null> {
    const outcomesOf = (names: readonly CheckName[]): Promise<CheckEnd[]> =>
      Promise.all(names.flatMap((name) => outcomes.get(name) ?? []));
    const needed = await outcomesOf(needs);
    const waitedFor = await outcomesOf(after);
    const lacking =
      [...needed, ...waitedFor].find(({ state }) => state === 'failed') ??
      needed.find(({ state }) => state === 'skipped');
    return lacking?.because ?? null;
  }

  async function whenReady(
    check: HouseCheck | VmCheck,
    vm: VmConfig | null,
    outcomes: Outcomes,
    ask: (limit: AbortSignal) => Promise<Finding>,
  ): Promise<CheckEnd> {
    const name = vm?.name ?? null;
    const needs = check.scope === 'house' ? check.needs : vm === null ? [] : check.needs(vm);
    // Where only a VM is looked at, nothing is said of the rest.
    const reason = await reasonToSkip(
      needs,
      check.scope === 'house' || vm === null ? [] : check.after(vm),
      outcomes,
    );
    return reason === null ? look(check, name, ask) : end(check, name, skipped(reason), 0);
  }

  return {
    skip: (check: Check, vm: string | null, because: string) => end(check, vm, skipped(because), 0),
    house(house: House): Outcomes {
      const outcomes = new Map<CheckName, Promise<CheckEnd>>();
      for (const check of checks)
        if (check.scope === 'house')
          outcomes.set(
            check.name,
            later(() => whenReady(check, null, outcomes, (limit) => check.look(house, limit))),
          );
      return outcomes;
    },
    async vm(vm: VmConfig, ofHouse: Outcomes): Promise<void> {
      const facts: VmFacts = createVmFacts(vm, tools, signal);
      const outcomes = new Map(ofHouse);
      const own: Promise<CheckEnd>[] = [];
      for (const check of checks) {
        if (check.scope !== 'vm') continue;
        const outcome = later(() => whenReady(check, vm, outcomes, (limit) => check.look(facts, limit)));
        outcomes.set(check.name, outcome);
        own.push(outcome);
      }
      await Promise.all(own);
      await facts.close();
    },
  };
}

/** When all are in the table: a check may need one that stands behind it. */
async function later<T>(work: () => Promise<T>): Promise<T> {
  await Promise.resolve();
  return work();
}

const cancelled = 'Given up before its end.';

/** The finding, or that there was none in time. */
async function within(
  { limitSeconds }: Check,
  signal: AbortSignal,
  ask: (limit: AbortSignal) => Promise<Finding>,
): Promise<Finding> {
  const over = new AbortController();
  const limit = AbortSignal.any([signal, over.signal]);
  const given = Promise.withResolvers<Finding>();
  const timer = setTimeout(() => {
    given.resolve(failed(`No answer within ${limitSeconds} s.`, late, null));
    over.abort();
  }, limitSeconds * 1000);
  const giveUp = (): void => given.resolve(skipped(cancelled));
  signal.addEventListener('abort', giveUp, { once: true });
  // Whoever was told that it begins may have ended it in that moment.
  if (signal.aborted) giveUp();
  try {
    const asked = signal.aborted
      ? given.promise
      : ask(limit).catch((error: unknown) => {
          if (signal.aborted) return skipped(cancelled);
          return failed(messageOf(error), unforeseen, null);
        });
    return await Promise.race([asked, given.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
