/**
 * Keeps the chosen log followed: across lost connections, rotation, truncation, and restarts of the container it lies in. Where the
 * reading stands is in the journal, with a mark by which the file is known again; each beginning goes out from there, so that it makes
 * no difference what has been lost in between, the connection or BenchTray itself.
 */
import { followFile, readFileRest, type Channels, type FollowChannel, type LogFile } from '../../vm/index.ts';
import { catchUp, finish, type CatchUpTools } from './follow-catch-up.ts';
import { NoAnswer, type Reach } from './follow-files.ts';
import { createProof } from './follow-mark.ts';
import type { LogAccess, LogFollowingOptions } from './following-options.ts';
import type { LogReading } from './log-reading.ts';
import { createArrival, type Arrival } from './log-arrival.ts';
import { isSameTarget, type LogTarget } from './log-place.ts';

/** A file that cannot be read to its end in so many attempts is given up, so that what comes after it is read. */
const drainAttempts = 4;

export class LogFollowing {
  readonly #options: LogFollowingOptions;
  readonly #arrival: Arrival;
  #target: LogTarget | null = null;
  #reading: LogReading | null = null;
  #channel: FollowChannel | null = null;
  #isStarting = false;
  #mustStart = false;
  /** Grows when what is under way is to be given up. */
  #turn = 0;
  #arrivedBefore = 0;
  #sizeSeen = 0;
  #failedDrains = 0;
  /** Inode of an empty file that has the log's name, while the one that was moved away is followed. */
  #emptyBeside: string | null = null;
  /** Resolves when a file that is being read to its end has ended, or is given up; null: none was. */
  #draining: PromiseWithResolvers<void> | null = null;

  constructor(options: LogFollowingOptions) {
    this.#options = options;
    this.#arrival = createArrival(options);
  }

  get target(): LogTarget | null {
    return this.#target;
  }

  get reading(): LogReading | null {
    return this.#reading;
  }

  /** A channel is open on which all that is added comes in. */
  get isLive(): boolean {
    return this.#channel !== null;
  }

  /** A log is being opened, and until that is done no other one. */
  get isStarting(): boolean {
    return this.#isStarting;
  }

  /** More of the log is known to be there than has arrived. */
  get isBehind(): boolean {
    return this.#isStarting || this.#mustStart || this.#isOutstanding;
  }

  /** The same, also if nothing reads the log now. */
  get isUnfinished(): boolean {
    return this.#isStarting || this.#mustStart || this.#isShort;
  }

  /** Returns whether all that is added to this log comes in. */
  isFollowing(log: LogTarget): boolean {
    return this.isLive && this.#target !== null && isSameTarget(this.#target, log);
  }

  /** Follows this log, if it does not already. Call it with each look. @param file as the look saw it; null: it saw none */
  async follow(wanted: LogTarget, file: LogFile | null, access: LogAccess): Promise<void> {
    this.#giveUpIfStuck();
    if (this.#isStarting) return;
    if (this.isFollowing(wanted) && !this.#isReplaced(file)) {
      this.#arrivedBefore = this.#reading?.receivedTo ?? 0;
      this.#sizeSeen = Math.max(this.#sizeSeen, file?.size ?? 0);
      return;
    }
    this.#isStarting = true;
    try {
      await this.#start(wanted, access);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    } finally {
      this.#isStarting = false;
    }
    this.#emptyBeside = file?.size === 0 ? file.inode : null;
  }

  /** The connection is gone: the next call of `follow` goes on. */
  pause(): void {
    this.#turn += 1;
    this.#mustStart = false;
    this.#arrival.forget();
    this.#settle();
    this.#draining?.resolve();
  }

  get #isOutstanding(): boolean {
    return this.isLive && this.#isShort;
  }

  get #isShort(): boolean {
    return (this.#reading?.receivedTo ?? 0) < this.#sizeSeen;
  }

  #setReading(next: LogReading | null): void {
    this.#reading = next;
    this.#options.onReading(next);
  }

  #closeChannel(): void {
    this.#channel?.close();
    this.#channel = null;
  }

  #settle(): void {
    this.#closeChannel();
    try {
      this.#reading?.flush();
    } catch (error) {
      this.#forget(error);
    }
  }

  /** Drops what has been read and not been written: the next look reads it again from where the journal stands. */
  #forget(error: unknown): void {
    this.#turn += 1;
    this.#closeChannel();
    this.#setReading(null);
    this.#options.onFailure(error);
  }

  /**
   * Returns whether the file under that name is another one than the one that is being read, or has shrunk since the look before:
   * more may have arrived than this look, on its way, could see. One that is still empty may stay so, while the writer goes on in the
   * one that was moved away.
   */
  #isReplaced(file: LogFile | null): boolean {
    if (file === null) return false;
    if (file.inode === this.#reading?.inode) return file.size < this.#arrivedBefore;
    return file.size > 0 || file.inode !== this.#emptyBeside;
  }

  /** Gives up a command on the VM that hangs, or the log would be deaf for ever. */
  #giveUpIfStuck(): void {
    if (!this.#isOutstanding) {
      if (this.isLive) this.#arrival.came();
      return;
    }
    if (!this.#arrival.isOverdue) return;
    this.#arrival.missed('hung', this.#target?.path ?? '');
    this.#settle();
    this.#mustStart = true;
    this.#draining?.resolve();
  }

  async #start(wanted: LogTarget, { channels, ...shells }: LogAccess): Promise<void> {
    const ownTurn = this.#turn;
    let arrivedAtStart = this.#reading?.receivedTo ?? 0;
    const tools: CatchUpTools = {
      ...this.#options,
      onTrouble: (trouble) => this.#arrival.tellFile(trouble),
      shells,
      present: () => this.#reading,
      stillArrives: () => {
        const receivedTo = this.#reading?.receivedTo ?? 0;
        arrivedAtStart = receivedTo;
        return this.isLive && receivedTo > this.#arrivedBefore;
      },
      settle: () => this.#settle(),
      drain: (by, file, into) => this.#drain(channels, by, file, into),
      isOn: () => this.#turn === ownTurn,
    };
    const last = this.#target ?? this.#options.lastTarget();
    if (last !== null && !isSameTarget(last, wanted)) {
      this.#settle();
      if (!(await finish(last, tools))) return;
      this.#settle();
      this.#setReading(null);
      this.#arrival.forget();
    }
    this.#target = wanted;
    const found = await catchUp(wanted, tools);
    this.#arrivedBefore = arrivedAtStart;
    if (found === null || this.#turn !== ownTurn) return;
    this.#closeChannel();
    this.#target = { ...wanted, hostPath: found.by.hostPath };
    this.#mustStart = false;
    this.#arrivedBefore = 0;
    this.#open(followFile, found.by, found.file, found.reading, channels, () => {
      this.#mustStart = true;
      this.#options.onEnded();
    });
  }

  async #drain(channels: Channels, by: Reach, file: LogFile, into: LogReading): Promise<boolean> {
    const ownTurn = this.#turn;
    if (into.receivedTo < file.size) {
      const draining: PromiseWithResolvers<void> = Promise.withResolvers();
      this.#draining = draining;
      this.#open(readFileRest, by, file, into, channels, draining.resolve);
      await draining.promise;
    }
    if (this.#turn !== ownTurn) return false;
    if (into.receivedTo >= file.size) {
      this.#failedDrains = 0;
      return true;
    }
    this.#failedDrains += 1;
    if (this.#failedDrains < drainAttempts) return false;
    this.#failedDrains = 0;
    this.#options.warn(
      { log: file.path, from: into.receivedTo },
      'the rest of a log cannot be read and is left out',
    );
    return true;
  }

  #open(
    how: typeof followFile,
    { command }: Reach,
    file: LogFile,
    into: LogReading,
    channels: Channels,
    whenClosed: () => void,
  ): void {
    this.#setReading(into);
    this.#sizeSeen = file.size;
    const proof = createProof(into.seen, into.receivedTo);
    const place = { path: file.path, inode: file.inode, offset: proof.from, size: file.size };
    this.#arrival.begin();
    const events = {
      data: (chunk: Buffer) => {
        const bytes = proof.take(chunk);
        if (bytes === null) {
          opened.close();
          events.notice('the file was replaced');
          events.closed();
          return;
        }
        if (bytes.length === 0) return;
        this.#arrival.came();
        try {
          into.push(bytes);
        } catch (error) {
          this.#forget(error);
          whenClosed();
        }
      },
      notice: (text: string) => {
        this.#arrival.said(text.trim());
        this.#options.warn({ log: file.path, text: text.trim() }, 'the followed log says');
      },
      closed: () => {
        if (this.#isOutstanding) this.#arrival.missed('ended', file.path);
        if (this.#channel === opened) this.#settle();
        whenClosed();
      },
    };
    const opened = how(channels, command, place, events);
    this.#channel = opened;
  }
}
