/** What every look at a VM needs. */
import type { VmConfig } from '../../config/index.ts';
import type { Channels, OwnShellChannel } from '../../vm/index.ts';
import type { Sight } from '../sight.ts';
import type { Tempo } from '../tempo.ts';
import type { OutOfMemory } from './memory-reports.ts';

export interface LookContext {
  readonly config: VmConfig;
  readonly channels: Channels;
  readonly host: OwnShellChannel;
  readonly sight: () => Sight;
  /** Takes what has been learnt into the picture. */
  readonly learn: (news: Partial<Sight>) => void;
  /** The container has started for the first time, or again. */
  readonly onBoot: () => void;
  readonly onOutOfMemory: (container: string, killed: OutOfMemory) => void;
  /** Something has just been missed: look again soon, to know whether it is gone. */
  readonly hurry: (inMs?: number) => void;
  /** Time from one look to the next, as things are now. */
  readonly paceMs: () => number;
  readonly monotonicMs: () => number;
  readonly tempo?: Tempo;
}
