/** What held during a run, in words: the machine, its price, and the score from which a task passed. */
import { hourlyPriceText } from './cost-text.ts';

/** As `/api/runs` answers it. */
export interface RunMachine {
  /** "Standard_D8ds_v5"; null: not known. */
  readonly size: string | null;
  /** Null: Azure does not know the VM, or was not asked. */
  readonly is_spot: boolean | null;
  readonly per_hour_usd: number | null;
  /** False: an older version recorded the run, and this holds for its VM now. */
  readonly recorded: boolean;
}

/** As `/api/runs` answers it. */
export interface SuccessThreshold {
  /** Scores from which a task without a verdict of its benchmark passed. Several: the configuration changed during the run. */
  readonly values: readonly number[];
  /** False: an older version recorded the run, and this holds for its VM now. */
  readonly recorded: boolean;
}

/** Says that a fact may have been another one during the run. */
const present = (recorded: boolean): string => (recorded ? '' : ' (now; not recorded with the run)');

/** Returns what is known of the machine: names and values for a list of facts. */
export function machineFacts(
  machine: RunMachine | null,
): readonly (readonly [name: string, value: string])[] {
  if (machine === null) return [];
  const { size, is_spot: isSpot, per_hour_usd: perHourUsd, recorded } = machine;
  const when = present(recorded);
  return [
    ...(size === null ? [] : [['VM size', `${size}${when}`] as const]),
    ...(isSpot === null
      ? []
      : [['Kind of VM', `${isSpot ? 'Spot: Azure may take it back' : 'Regular'}${when}`] as const]),
    ...(perHourUsd === null ? [] : [['Price of the VM', `${hourlyPriceText(perHourUsd)}${when}`] as const]),
  ];
}

/** Returns how the benchmark or the threshold decided whether a task passed, one or more sentences. */
export function passRuleText(threshold: SuccessThreshold | null): string {
  const rule = 'A task passed if the benchmark said so.';
  if (threshold === null) return `${rule} If it gave only a score, the success threshold of the VM decided.`;
  const { values, recorded } = threshold;
  if (values.length === 0) return rule;
  const byScore = `${rule} If it gave only a score, the success threshold of the VM decided`;
  if (!recorded)
    return `${byScore}; it is ${values.join(', ')} now. BenchTray did not record which one held during the run.`;
  return values.length === 1
    ? `${byScore}: ${values.join('')}.`
    : `${byScore}. It changed during the run: ${values.join(', then ')}.`;
}
