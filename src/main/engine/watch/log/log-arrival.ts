/** Whether what is known to stand in the followed log arrives: what reads it on the VM may hang, or end each time without a word of it. */
import { plainText } from '../../../../shared/plain-text.ts';

type Trouble = { readonly message: string; readonly hint: string } | null;

export interface Arrival {
  /** The file has more than has arrived, and nothing came for too long. */
  readonly isOverdue: boolean;
  /** A command has been started that reads it. */
  begin(): void;
  /** Something has come, or all of it is there. */
  came(): void;
  /** The command has said this. */
  said(text: string): void;
  /** A command ended, or hung and was given up, although this file has more. */
  missed(how: 'ended' | 'hung', path: string): void;
  /** Reports a trouble with the file itself; null: it can be read. */
  tellFile(trouble: Trouble): void;
  /** The connection is gone, or another log is followed: what was missed counts no more. */
  forget(): void;
}

/** A file that is just rotated, or a container that restarts, ends a command or two; one that hung counts for two. */
const missesUntilTold = 3;

export function createArrival(options: {
  readonly monotonicMs: () => number;
  readonly arrivesWithinMs: number;
  readonly onTrouble: (trouble: Trouble) => void;
}): Arrival {
  let sinceMs = options.monotonicMs();
  let misses = 0;
  let words = '';
  let hasCome = false;
  let ofFile: Trouble = null;
  let ofArrival: Trouble = null;

  const tell = (): void => options.onTrouble(ofFile ?? ofArrival);

  return {
    get isOverdue() {
      return options.monotonicMs() - sinceMs >= options.arrivesWithinMs;
    },
    begin() {
      sinceMs = options.monotonicMs();
      hasCome = false;
      words = '';
    },
    came() {
      sinceMs = options.monotonicMs();
      hasCome = true;
      misses = 0;
      if (ofArrival === null) return;
      ofArrival = null;
      tell();
    },
    said(text) {
      words = text;
    },
    missed(how, path) {
      if (hasCome) return;
      misses += how === 'hung' ? 2 : 1;
      if (misses < missesUntilTold) return;
      ofArrival = {
        message: `Nothing of the log ${plainText(path)} arrives from the VM.`,
        hint:
          words === ''
            ? 'The command that reads it hangs. The disk of the VM may hang: look for messages of the kernel with "sudo dmesg".'
            : `The command that reads it says: ${plainText(words)}`,
      };
      tell();
    },
    tellFile(trouble) {
      ofFile = trouble;
      tell();
    },
    forget() {
      misses = 0;
    },
  };
}
