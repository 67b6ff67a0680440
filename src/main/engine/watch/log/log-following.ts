/**
 * Keeps the chosen log followed: across lost connections, rotation, truncation, and restarts of the container it lies in. Where the
 * reading stands is in the journal, with a mark by which the file is known again; each beginning goes out from there, so that it makes
 * no difference what has been lost in between, the connection or BenchTray itself.
 */
import { followFile, readFileRest, type Channels, type FollowChannel, type LogFile } from '../../vm/index.ts';
import { catchUp, finish, type CatchUpTools } from './follow-catch-up.ts';
import { NoAnswer, type Reach, type Shells } from './follow-files.ts';
import { createProof } from './follow-mark.ts';
import type { LogReading } from './log-reading.ts';
import { createArrival } from './log-arrival.ts';
import { isSameTarget, type LogTarget } from './log-place.ts';

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
  /** What was read could not be written. */
  readonly onFailure: (error: unknown) => void;
  /** The file was cut, or the command that reads it has ended: the next look should come soon. */
  readonly onEnded: () => void;
}

export interface LogFollowing {
  readonly target: LogTarget | null;
  readonly reading: LogReading | null;
  /** A channel is open on which all that is added comes in. */
  readonly isLive: boolean;
  /** More of the log is known to be there than has arrived. */
  readonly isBehind: boolean;
  /**
   * Follows this log from now on, if it does not already; to be called with each look. `file`: what the look saw of it, null where it
   * saw none.
   */
  follow(target: LogTarget, file: LogFile | null, access: LogAccess): Promise<void>;
  /** The connection is gone: it goes on when {@link follow} is called again. */
  pause(): void;
}

/** A file that cannot be read to its end in so many attempts is given up, so that what comes after it is read. */
const drainAttempts = 4;

export function createLogFollowing(options: LogFollowingOptions): LogFollowing {
  let target: LogTarget | null = null;
  let reading: LogReading | null = null;
  let channel: FollowChannel | null = null;
  let isStarting = false;
  let mustStart = false;
  /** Grows when what is under way is to be given up. */
  let turn = 0;
  let arrivedBefore = 0;
  let sizeSeen = 0;
  let failedDrains = 0;
  /** Inode of an empty file that has the log's name, while the one that was moved away is followed. */
  let emptyBeside: string | null = null;
  const arrival = createArrival(options);
  /** Ends the waiting for a file that is being read to its end. */
  let abandon: () => void = () => undefined;

  function setReading(next: LogReading | null): void {
    reading = next;
    options.onReading(next);
  }

  function closeChannel(): void {
    channel?.close();
    channel = null;
  }

  function settle(): void {
    closeChannel();
    try {
      reading?.flush();
    } catch (error) {
      forget(error);
    }
  }

  /** Drops what has been read and not been written: the next look reads it again from where the journal stands. */
  function forget(error: unknown): void {
    turn += 1;
    closeChannel();
    setReading(null);
    options.onFailure(error);
  }

  /**
   * The file under that name is not the one that is being read, or has shrunk. Compared with what had arrived when the look before
   * was over: more may have arrived than this look, on its way, could see. One that is still empty may stay so, while the writer goes
   * on in the one that was moved away.
   */
  function isReplaced(file: LogFile | null): boolean {
    if (file === null) return false;
    if (file.inode === reading?.inode) return file.size < arrivedBefore;
    return file.size > 0 || file.inode !== emptyBeside;
  }

  function open(
    how: typeof followFile,
    { command }: Reach,
    file: LogFile,
    into: LogReading,
    channels: Channels,
    whenClosed: () => void,
  ): void {
    setReading(into);
    sizeSeen = file.size;
    const proof = createProof(into.seen, into.receivedTo);
    const place = { path: file.path, inode: file.inode, offset: proof.from, size: file.size };
    arrival.begin();
    const events = {
      data(chunk: Buffer) {
        const bytes = proof.take(chunk);
        if (bytes === null) {
          opened.close();
          events.notice('the file was replaced');
          events.closed();
          return;
        }
        if (bytes.length === 0) return;
        arrival.came();
        try {
          into.push(bytes);
        } catch (error) {
          forget(error);
          whenClosed();
        }
      },
      notice(text: string) {
        arrival.said(text.trim());
        options.warn({ log: file.path, text: text.trim() }, 'the followed log says');
      },
      closed() {
        if (isOutstanding()) arrival.missed('ended', file.path);
        if (channel === opened) settle();
        whenClosed();
      },
    };
    const opened = how(channels, command, place, events);
    channel = opened;
  }

  const isOutstanding = (): boolean => channel !== null && (reading?.receivedTo ?? 0) < sizeSeen;

  /** A command on the VM that hangs is given up, or the log would be deaf for ever. */
  function giveUpIfStuck(): void {
    if (!isOutstanding()) {
      if (channel !== null) arrival.came();
      return;
    }
    if (!arrival.isOverdue) return;
    arrival.missed('hung', target?.path ?? '');
    settle();
    mustStart = true;
    abandon();
  }

  async function drain(channels: Channels, by: Reach, file: LogFile, into: LogReading): Promise<boolean> {
    const ownTurn = turn;
    if (into.receivedTo < file.size)
      await new Promise<void>((resolve) => {
        abandon = resolve;
        open(readFileRest, by, file, into, channels, resolve);
      });
    if (turn !== ownTurn) return false;
    if (into.receivedTo >= file.size) {
      failedDrains = 0;
      return true;
    }
    failedDrains += 1;
    if (failedDrains < drainAttempts) return false;
    failedDrains = 0;
    options.warn(
      { log: file.path, from: into.receivedTo },
      'the rest of a log cannot be read and is left out',
    );
    return true;
  }

  async function start(wanted: LogTarget, { channels, ...shells }: LogAccess): Promise<void> {
    const ownTurn = turn;
    let arrivedAtStart = reading?.receivedTo ?? 0;
    const tools: CatchUpTools = {
      ...options,
      onTrouble: (trouble) => arrival.tellFile(trouble),
      shells,
      present: () => reading,
      stillArrives() {
        const more = channel !== null && reading !== null && reading.receivedTo > arrivedBefore;
        arrivedAtStart = reading?.receivedTo ?? 0;
        return more;
      },
      settle,
      drain: (by, file, into) => drain(channels, by, file, into),
      isOn: () => turn === ownTurn,
    };
    const last = target ?? options.lastTarget();
    if (last !== null && !isSameTarget(last, wanted)) {
      settle();
      if (!(await finish(last, tools))) return;
      settle();
      setReading(null);
      arrival.forget();
    }
    target = wanted;
    const found = await catchUp(wanted, tools);
    arrivedBefore = arrivedAtStart;
    if (found === null || turn !== ownTurn) return;
    closeChannel();
    target = { ...wanted, hostPath: found.by.hostPath };
    mustStart = false;
    arrivedBefore = 0;
    open(followFile, found.by, found.file, found.reading, channels, () => {
      mustStart = true;
      options.onEnded();
    });
  }

  async function begin(wanted: LogTarget, access: LogAccess): Promise<void> {
    isStarting = true;
    try {
      await start(wanted, access);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    } finally {
      isStarting = false;
    }
  }

  return {
    get target() {
      return target;
    },
    get reading() {
      return reading;
    },
    get isLive() {
      return channel !== null;
    },
    get isBehind() {
      return isStarting || mustStart || isOutstanding();
    },
    async follow(wanted, file, access) {
      giveUpIfStuck();
      if (isStarting) return;
      if (channel !== null && target !== null && isSameTarget(target, wanted) && !isReplaced(file)) {
        arrivedBefore = reading?.receivedTo ?? 0;
        sizeSeen = Math.max(sizeSeen, file?.size ?? 0);
        return;
      }
      await begin(wanted, access);
      emptyBeside = file?.size === 0 ? file.inode : null;
    },
    pause() {
      turn += 1;
      mustStart = false;
      arrival.forget();
      settle();
      abandon();
    },
  };
}
