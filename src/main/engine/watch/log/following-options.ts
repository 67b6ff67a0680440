/** What following a log needs: the connection, the journal, and the callbacks. */
import type { Channels } from '../../vm/index.ts';
import type { CatchUpTools } from './follow-catch-up.ts';
import type { Shells } from './follow-files.ts';
import type { LogReading } from './log-reading.ts';
import type { LogTarget } from './log-place.ts';

/** What following needs of the connection that is up now. */
export interface LogAccess extends Shells {
  readonly channels: Channels;
}

export interface LogFollowingOptions extends Pick<CatchUpTools, 'read' | 'saved' | 'onTrouble' | 'warn'> {
  readonly monotonicMs: () => number;
  /** A command that reads the log is given up when nothing of what is there has come for so long. */
  readonly arrivesWithinMs: number;
  /** The log that was followed last in a former life of BenchTray; null: none. */
  readonly lastTarget: () => LogTarget | null;
  /** Called each time another reading takes the bytes that arrive; null: none takes them. */
  readonly onReading: (reading: LogReading | null) => void;
  /** Called if the journal refuses what was read from the log. */
  readonly onFailure: (error: unknown) => void;
  /** The file was cut, or the command that reads it has ended: the next look should come soon. */
  readonly onEnded: () => void;
}
