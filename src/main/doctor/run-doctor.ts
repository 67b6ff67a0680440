/** Runs the table: what does not depend on each other side by side, each check within its time, dependants skipped with the reason. */
import type { DoctorCheck } from '../../shared/doctor.ts';
import type { VmConfig } from '../config/index.ts';
import { checks } from './checks/index.ts';
import { late, unforeseen } from './common-remedies.ts';
import {
  failed,
  skipped,
  type Check,
  type DoctorReport,
  type DoctorTools,
  type Finding,
  type House,
  type HouseCheck,
  type VmCheck,
} from './model.ts';
import type { CheckName } from './names.ts';
import { summaryOf, toldCheck, waitingCheck } from './told.ts';
import { createVmFacts, type VmFacts } from './vm-facts.ts';

export interface DoctorOptions {
  /** Configuration, port and server; null: only the VMs are looked at, which need not be configured. */
  readonly house: House | null;
  readonly vms: readonly VmConfig[];
  readonly tools: DoctorTools;
  /** Aborting it ends everything at once. */
  readonly signal: AbortSignal;
  /** Told of every change of a check: all of them as waiting first, in their order. */
  readonly onCheck: (check: DoctorCheck) => void;
}

/** How a check came out, for those that need it. */
interface Outcome {
  readonly state: Finding['state'];
  /** Why those that need it are skipped, where they are. */
  readonly because: string;
}

/** A pool has dozens of VMs: so many are looked at side by side. */
const vmsAtOnce = 4;

export async function runDoctor(options: DoctorOptions): Promise<DoctorReport> {
  const { house, vms, tools, signal } = options;
  const rows = tableOf(options);
  const told = rows.map(({ check, vm }) => waitingCheck(check, vm));
  const tell = (index: number, check: DoctorCheck): void => {
    told[index] = check;
    if (!signal.aborted) options.onCheck(check);
  };
  for (const check of told) options.onCheck(check);

  const run = createRun(signal, tools, (check, vm, next) => {
    tell(
      rows.findIndex((row) => row.check === check && row.vm === vm),
      next,
    );
  });
  const houseOutcomes = house === null ? null : run.house(house);
  const vmChecks = checks.filter((check) => check.scope === 'vm');
  const withoutVm = house !== null && vms.length === 0;
  if (withoutVm) {
    const outcome = await houseOutcomes?.get('configuration');
    const because = outcome?.state === 'failed' ? outcome.because : 'No VM is configured.';
    for (const check of vmChecks) run.skip(check, null, because);
  }
  const waiting = [...vms];
  const worker = async (): Promise<void> => {
    for (let vm = waiting.shift(); vm !== undefined; vm = waiting.shift())
      await run.vm(vm, houseOutcomes ?? new Map());
  };
  await Promise.all([
    ...(houseOutcomes?.values() ?? []),
    ...Array.from({ length: vmsAtOnce }, () => worker()),
  ]);
  return { summary: summaryOf(told), checks: told, cancelled: signal.aborted };
}

interface Row {
  readonly check: Check;
  readonly vm: string | null;
}

function tableOf({ house, vms }: DoctorOptions): readonly Row[] {
  const ofHouse = checks.filter(({ scope }) => scope === 'house').map((check): Row => ({ check, vm: null }));
  const ofVms = checks.filter(({ scope }) => scope === 'vm');
  const names = house !== null && vms.length === 0 ? [null] : vms.map(({ name }) => name);
  return [
    ...(house === null ? [] : ofHouse),
    ...names.flatMap((vm) => ofVms.map((check): Row => ({ check, vm }))),
  ];
}

type Outcomes = ReadonlyMap<CheckName, Promise<Outcome>>;

function createRun(
  signal: AbortSignal,
  tools: DoctorTools,
  tell: (check: Check, vm: string | null, told: DoctorCheck) => void,
) {
  function end(check: Check, vm: string | null, finding: Finding, tookMs: number): Outcome {
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
    // Whoever was told may have ended it in that moment.
    if (signal.aborted) return end(check, vm, skipped(cancelled), 0);
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
    const [needed, waitedFor] = await Promise.all(
      [needs, after].map((names) => Promise.all(names.map((name) => outcomes.get(name)))),
    );
    const lacking =
      needed?.find((outcome) => outcome?.state === 'failed') ??
      waitedFor?.find((outcome) => outcome?.state === 'failed') ??
      needed?.find((outcome) => outcome?.state === 'skipped');
    return lacking?.because ?? null;
  }

  async function whenReady(
    check: HouseCheck | VmCheck,
    vm: VmConfig | null,
    outcomes: Outcomes,
    ask: (limit: AbortSignal) => Promise<Finding>,
  ): Promise<Outcome> {
    const name = vm?.name ?? null;
    const needs = check.scope === 'house' ? check.needs : vm === null ? [] : check.needs(vm);
    // Where only a VM is looked at, nothing is said of the rest.
    const reason = await reasonToSkip(needs, check.scope === 'house' ? [] : check.after, outcomes);
    return reason === null ? look(check, name, ask) : end(check, name, skipped(reason), 0);
  }

  return {
    skip: (check: Check, vm: string | null, because: string) => end(check, vm, skipped(because), 0),
    house(house: House): Outcomes {
      const outcomes = new Map<CheckName, Promise<Outcome>>();
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
      const own: Promise<Outcome>[] = [];
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
  try {
    const asked = ask(limit).catch((error: unknown) => {
      if (signal.aborted) return skipped(cancelled);
      return failed(error instanceof Error ? error.message : String(error), unforeseen, null);
    });
    return await Promise.race([asked, given.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
