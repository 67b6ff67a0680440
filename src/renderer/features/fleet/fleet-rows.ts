/** The VMs as rows of a table. Pure. */
import { dollarsText, isUnpriced } from '../../../shared/cost-text.ts';
import { worstSeverity } from '../../../shared/severity.ts';
import type { StatusPayload } from '../../../shared/stream.ts';
import { plural } from '../../../shared/wording.ts';
import { momentText, parseTime } from '../../format/format.ts';
import { isOn, type Link, type VmView } from '../../state/model.ts';
import type { MarkedWord } from '../../ui/mark.ts';
import { countOfTotal, expectedEnd, runState } from '../run/run-words.ts';
import { powerWords } from '../vm/cost-words.ts';
import { staleness, vmState } from '../vm/vm-words.ts';

export interface FleetRow {
  readonly vm: VmView;
  /** Whether it needs a person. */
  readonly state: MarkedWord;
  /** How far the machine has come. */
  readonly phase: string;
  /** Null: it has no run. */
  readonly run: FleetRun | null;
  readonly price: Price;
}

export interface FleetRun {
  readonly state: MarkedWord;
  /** "navi · gpt-4o"; null where nothing tells. */
  readonly who: string | null;
  /** "5/12" */
  readonly count: string;
  /** When it ends, or has ended; null where nothing tells. */
  readonly end: { readonly text: string; readonly atMs: number } | null;
}

export interface Price {
  /** "$0.19"; null where there is nothing to say. */
  readonly text: string | null;
  /** It costs money and does nothing for it. */
  readonly isWaste: boolean;
}

/** @param nowMs by the server's clock */
export function fleetRow(vm: VmView, link: Link, clockOffsetMs: number, nowMs: number): FleetRow {
  const isLost = link.kind === 'lost';
  return {
    vm,
    state: attention(vm, isLost),
    phase: vmState(vm, isLost).word,
    run: runOf(vm, staleness(vm, link, clockOffsetMs) !== null, nowMs),
    price: priceOf(vm.status),
  };
}

function attention({ status, problems }: VmView, isLost: boolean): MarkedWord {
  if (isLost) return { mark: 'unknown', word: 'Not known' };
  const worst = worstSeverity(problems);
  if (worst !== null)
    return { mark: worst === 'critical' ? 'bad' : 'warn', word: plural(problems.length, 'problem') };
  if (status === null) return { mark: 'unknown', word: 'Not known yet' };
  if (status.connected) return { mark: 'ok', word: 'Fine' };
  return status.phase === 'offline' ? { mark: 'off', word: 'Off' } : { mark: 'unknown', word: 'Not reached' };
}

function runOf({ progress, record }: VmView, isStale: boolean, nowMs: number): FleetRun | null {
  if (progress === null) return null;
  const isActive = isOn(progress);
  const endedAtMs = isActive ? null : parseTime(record?.ended_at ?? null);
  const expected = isStale ? null : expectedEnd(progress, nowMs);
  const names = [record?.agent, record?.model].filter((name) => name != null);
  return {
    state: runState(progress.state, isStale && isActive),
    who: names.length === 0 ? null : names.join(' · '),
    count: countOfTotal(progress.tasks_completed, progress.total_tasks),
    end:
      endedAtMs !== null
        ? { text: `ended ${momentText(endedAtMs, nowMs)}`, atMs: endedAtMs }
        : expected === null
          ? null
          : { text: `about ${expected.text}`, atMs: expected.atMs },
  };
}

function priceOf(status: StatusPayload | null): Price {
  if (status === null) return { text: null, isWaste: false };
  const { cost, power_state: power } = status;
  const isWaste = powerWords(status)?.isWaste === true;
  if (cost === null) return { text: isUnpriced(status) ? 'not known' : null, isWaste };
  if (cost.unknown) return { text: `was ${dollarsText(cost.per_hour_usd)}`, isWaste };
  // A deallocated VM costs nothing by the hour, except for its disks.
  return { text: power === 'deallocated' ? null : dollarsText(cost.per_hour_usd), isWaste };
}
