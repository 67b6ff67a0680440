/** Sends an answer at the pace of its client. All of it may wait in memory, so whoever makes the answer never waits for the client. */
import type { ServerResponse } from 'node:http';

export interface PaceLimits {
  /** Length of a window of time, milliseconds. */
  readonly windowMs: number;
  /** Share of the whole answer that the client must take in each window. */
  readonly leastShare: number;
}

/** Slices this small show how much a client has taken: Node reports a write as a whole. */
const sliceBytes = 65_536;

export class PacedAnswer {
  readonly #response: ServerResponse;
  readonly #limits: PaceLimits;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #bytes = 0;
  #isSending = false;
  #isComplete = false;

  constructor(response: ServerResponse, limits: PaceLimits) {
    this.#response = response;
    this.#limits = limits;
  }

  write(text: string): void {
    const bytes = Buffer.from(text);
    this.#bytes += bytes.length;
    this.#waitingBytes += bytes.length;
    for (let from = 0; from < bytes.length; from += sliceBytes)
      this.#waiting.push(bytes.subarray(from, from + sliceBytes));
    this.#send();
  }

  /** Ends the answer behind what waits. From now on, a client that takes too little of it in a window is cut. */
  end(): void {
    this.#isComplete = true;
    const { windowMs, leastShare } = this.#limits;
    const least = this.#bytes * leastShare;
    let before = this.#waitingBytes;
    const timer = setInterval(() => {
      if (this.#waitingBytes > 0 && before - this.#waitingBytes < least) this.#response.destroy();
      before = this.#waitingBytes;
    }, windowMs).unref();
    this.#response.once('close', () => clearInterval(timer));
    this.#send();
  }

  #send(): void {
    if (this.#isSending || this.#response.destroyed) return;
    const slice = this.#waiting.shift();
    if (slice === undefined) {
      if (this.#isComplete) this.#response.end();
      return;
    }
    this.#isSending = true;
    this.#response.write(slice, () => {
      this.#isSending = false;
      this.#waitingBytes -= slice.length;
      this.#send();
    });
  }
}
