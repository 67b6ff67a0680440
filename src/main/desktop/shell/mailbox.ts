export interface Mailbox<Letter> {
  /** Delivers it, or keeps it until somebody is there. */
  readonly put: (letter: Letter) => void;
  /** Somebody is there: what was kept is delivered, in order. */
  readonly open: () => void;
  /** Nobody is there any more. */
  readonly close: () => void;
}

/** So many are kept; of more the oldest go. */
const most = 20;

/** Keeps what is sent to a page that is not there yet, or not there again. */
export function createMailbox<Letter>(deliver: (letter: Letter) => void): Mailbox<Letter> {
  let isOpen = false;
  let kept: Letter[] = [];
  return {
    put(letter) {
      if (isOpen) deliver(letter);
      else kept = [...kept, letter].slice(-most);
    },
    open() {
      isOpen = true;
      const letters = kept;
      kept = [];
      letters.forEach(deliver);
    },
    close() {
      isOpen = false;
    },
  };
}
