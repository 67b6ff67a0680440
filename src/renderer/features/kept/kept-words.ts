/** Words for the kept files of a run. Pure. */
import { dash, plural } from '../../../shared/wording.ts';
import type { KeptOfRun, MissingNote } from '../../state/api.ts';

/** On the page of the run: what is normal is in Details alone. */
const quiet = ['pending', 'none-there'];

/** Returns what a person must know who looks at the run. */
export function lossesOf(kept: KeptOfRun | null | undefined): readonly MissingNote[] {
  return (kept?.missing ?? []).filter(({ why }) => !quiet.includes(why));
}

/** Returns "150 of 154 ended attempts". @param ended how many attempts have ended */
export function keptShare(count: number, ended: number): string {
  return ended === 0 ? dash : `${count} of ${plural(ended, 'ended attempt')}`;
}
