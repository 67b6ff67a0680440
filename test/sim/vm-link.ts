/** A connection to the simulated VM: a shell that answers about files, and channels that deliver a log in random chunks. */
import { EventEmitter } from 'node:events';
import { posix } from 'node:path';
import {
  parseRequestLine,
  shellScript,
  type Channels,
  type Contact,
} from '../../src/main/engine/vm/index.ts';
import { pick, type Random } from '../support/run-logs/plan.ts';
import type { VmDisk, VmFile } from './vm-disk.ts';

/** How long the network and the VM take for a message, milliseconds. */
const delaysMs = [0, 10, 50, 200, 1000];
/** The last one is longer than most steps: the log hangs for a while. */
const betweenChunksMs = [10, 50, 100, 300, 3000];
const chunkBytes = [1, 7, 100, 700, 3000, 30_000];

export class VmLink {
  readonly contact: Contact;
  readonly #disk: VmDisk;
  readonly #random: Random;
  readonly #gone = new EventEmitter().setMaxListeners(0);
  #isGone = false;

  constructor(disk: VmDisk, random: Random) {
    this.#disk = disk;
    this.#random = random;
    const channels: Channels = {
      open: (_command, opened) =>
        this.#later(() => opened({ ok: true, channel: new VmChannel(this, disk, random) as never })),
      openSftp: (opened) => this.#later(() => opened({ ok: false, kind: 'failed', detail: '' })),
      hold: () => () => undefined,
      isShort: false,
      isSingle: false,
      onShort: () => undefined,
      onLost: (listener) => {
        this.#gone.once('gone', listener);
        return () => this.#gone.off('gone', listener);
      },
    };
    const isGone = (): boolean => this.#isGone;
    const host = {
      get closed() {
        return isGone();
      },
      ask: (_limitSeconds: number, words: readonly string[]) => this.#ask(words),
    };
    this.contact = { channels, host, firstUse: [] } as unknown as Contact;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** What is on its way is lost, and nothing answers any more. */
  lose(): void {
    this.#isGone = true;
    this.#gone.emit('gone');
  }

  #later(work: () => void): void {
    setTimeout(work, pick(this.#random, delaysMs));
  }

  #ask(words: readonly string[]): Promise<string | null> {
    if (this.#isGone) return Promise.resolve(null);
    return new Promise((resolve) => {
      const giveUp = (): void => resolve(null);
      this.#gone.once('gone', giveUp);
      this.#later(() => {
        // The VM looks at its files when the question arrives, or shortly after.
        const answer = this.#disk.takeUp(words);
        this.#later(() => {
          const text = answer();
          this.#later(() => {
            this.#gone.off('gone', giveUp);
            resolve(text);
          });
        });
      });
    });
  }
}

/** What a request asks to be read. */
interface Wanted {
  readonly inode: string;
  /** The first byte; they count from 1. */
  readonly from: number;
  readonly size: number;
  readonly path: string;
  /** Null: only up to the present end of the file. */
  readonly detour: string | null;
}

function followed([inode = '', from = '', size = '', path = '', detour = '']: readonly string[]): Wanted {
  return { inode, from: Number(from), size: Number(size), path, detour };
}

function rest([, inode = '', from = '', path = '']: readonly string[]): Wanted {
  return { inode, from: Number(from), size: 0, path, detour: null };
}

/** The part of ssh2's channel that a reader of files uses. */
class VmChannel extends EventEmitter {
  readonly stderr = new EventEmitter();
  readonly #link: VmLink;
  readonly #disk: VmDisk;
  readonly #random: Random;
  #isClosed = false;

  constructor(link: VmLink, disk: VmDisk, random: Random) {
    super();
    this.#link = link;
    this.#disk = disk;
    this.#random = random;
  }

  /** Takes the script and its two requests, which come as one write. */
  write(text: string): void {
    const [begin = '', request = ''] = text.slice(shellScript.length).split('\n');
    const [, nonce = ''] = parseRequestLine(begin);
    const [verb, ...words] = parseRequestLine(request);
    this.#later(() => {
      this.emit('data', Buffer.from(`${nonce}\n`));
      this.#later(() => this.#open(verb === 'follow' ? followed(words) : rest(words)));
    });
  }

  pause(): void {
    // What comes is small enough to be taken.
  }

  resume(): void {
    // See `pause`.
  }

  end(): void {
    this.#isClosed = true;
  }

  close(): void {
    this.#isClosed = true;
  }

  #later(work: () => void, delayMs = pick(this.#random, delaysMs)): void {
    setTimeout(() => {
      if (!this.#isClosed && !this.#link.isGone) work();
    }, delayMs);
  }

  #open(wanted: Wanted): void {
    const file = this.#disk.at(posix.normalize(wanted.path));
    if (file?.inode !== wanted.inode || file.bytes.length < wanted.size) {
      this.stderr.emit('data', Buffer.from('another file\n'));
      this.#finish();
      return;
    }
    this.stderr.emit('data', Buffer.from('same\n'));
    const { path, detour } = wanted;
    const cutMessage = detour === null ? null : `${detour}usr/bin/tail: ${path}: file truncated\n`;
    this.#deliver(file, { at: wanted.from - 1, cuts: file.cuts, cutMessage });
  }

  #deliver(
    file: VmFile,
    tail: { at: number; readonly cuts: number; readonly cutMessage: string | null },
  ): void {
    const isCut = file.cuts !== tail.cuts;
    if (isCut) {
      if (tail.cutMessage !== null) this.emit('data', Buffer.from(tail.cutMessage));
      this.#finish();
      return;
    }
    const rest = file.bytes.subarray(tail.at);
    // A hole comes at once.
    const zeros =
      rest[0] === 0
        ? Math.max(
            0,
            rest.findIndex((byte) => byte !== 0),
          )
        : 0;
    const chunk = rest.subarray(0, zeros + pick(this.#random, chunkBytes));
    if (chunk.length > 0) {
      file.cutsWhenSent = file.cuts;
      this.emit('data', Buffer.from(chunk));
    } else if (tail.cutMessage === null) {
      this.#finish();
      return;
    }
    const next = { ...tail, at: tail.at + chunk.length };
    this.#later(() => this.#deliver(file, next), pick(this.#random, betweenChunksMs));
  }

  #finish(): void {
    this.#isClosed = true;
    this.emit('close');
  }
}
