/** The state of a VM in a word and a shape, and how old that knowledge is. Pure. */
import { badnessOf } from '../../../shared/badness.ts';
import { worstSeverity } from '../../../shared/severity.ts';
import type { Phase, StatusPayload } from '../../../shared/stream.ts';
import { parseTime } from '../../format/format.ts';
import { isOn, type Link, type VmView } from '../../state/model.ts';
import type { MarkedWord } from '../../ui/mark.ts';

const phaseWords: Readonly<Record<string, MarkedWord>> = {
  offline: { mark: 'off', word: 'Offline' },
  starting: { mark: 'busy', word: 'Starting' },
  downloading: { mark: 'busy', word: 'Downloading' },
  extracting: { mark: 'busy', word: 'Extracting' },
  configuring: { mark: 'busy', word: 'Configuring' },
  building: { mark: 'busy', word: 'Building' },
  booting: { mark: 'busy', word: 'Booting' },
  oobe: { mark: 'busy', word: 'Waiting for Windows' },
  ready: { mark: 'ok', word: 'Ready' },
  stopping: { mark: 'busy', word: 'Shutting down' },
  unknown: { mark: 'unknown', word: 'Unknown' },
} satisfies Record<Phase, MarkedWord>;

/**
 * The worst of what is known: an open error outweighs the phase. What is out of date never looks well.
 * @param isLost the link to BenchTray is lost
 */
export function vmState(vm: VmView, isLost: boolean): MarkedWord {
  const { status } = vm;
  if (status === null) return { mark: 'unknown', word: 'Not known yet' };
  // A newer server may tell of a phase that this page does not know.
  const known = phaseWords[status.phase] ?? { mark: 'unknown', word: status.phase };
  const { mark, word } = isUnknownWithReason(status) ? { ...known, word: status.detail.text } : known;
  if (isLost) return { mark: 'unknown', word: `Last known: ${word}` };
  const worst = worstSeverity(vm.problems);
  return { mark: worst === null ? mark : worst === 'critical' ? 'bad' : 'warn', word };
}

/** "Unknown: the key file /x does not exist" */
function isUnknownWithReason({ phase, detail }: StatusPayload): boolean {
  return phase === 'unknown' && detail.text.startsWith('Unknown: ');
}

/** Whether the server's own words add to the word for the phase. */
export function saysMoreThanItsPhase(status: StatusPayload): boolean {
  const { phase, detail } = status;
  return detail.text !== '' && detail.text !== phaseWords[phase]?.word && !isUnknownWithReason(status);
}

export interface Staleness {
  /** When what is shown was true, epoch milliseconds by this browser's clock; null where even that is not known. */
  readonly asOfMs: number | null;
  readonly reason: 'link' | 'vm';
}

/** Null while what is shown is true now. */
export function staleness(vm: VmView, link: Link, clockOffsetMs: number): Staleness | null {
  if (link.kind !== 'open') return { asOfMs: link.heardAtMs, reason: 'link' };
  const { status, progress } = vm;
  if (status === null || status.connected || progress === null || !isOn(progress)) return null;
  // An older server sends only the time of its last look.
  const heardAtMs = parseTime(progress.as_of ?? status.as_of ?? status.checked_at);
  return { asOfMs: heardAtMs === null ? null : heardAtMs - clockOffsetMs, reason: 'vm' };
}

export const isCritical = (vm: VmView): boolean => badnessOf(vm) === 3;

/** Returns the VMs, the worst first, and else in the order of the configuration. */
export const worstFirst = (vms: readonly VmView[]): readonly VmView[] =>
  vms.toSorted((a, b) => badnessOf(b) - badnessOf(a));

/** Returns the VM in the worst state, the first of several; null while nothing is wrong. */
export function worstVm(vms: readonly VmView[]): VmView | null {
  const [worst] = worstFirst(vms);
  return worst === undefined || badnessOf(worst) === 0 ? null : worst;
}
