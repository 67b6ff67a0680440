/** Runs the table: what does not depend on each other side by side, each check within its time, dependants skipped with the reason. */
import type { DoctorCheck } from '../../../shared/doctor.ts';
import type { VmConfig } from '../config/index.ts';
import { createRun } from './check-run.ts';
import { checks } from './checks/index.ts';
import type { Check, DoctorReport, House } from './model.ts';
import type { DoctorTools } from './vm-facts.ts';
import { summaryOf, waitingCheck } from './told.ts';

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
    const because = outcome?.state === 'failed' ? outcome.because : 'There is no VM to look at.';
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
