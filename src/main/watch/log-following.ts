/** Keeps the chosen log followed: across lost connections, rotation, truncation, and restarts of the container it lies in. */
import type { Client } from 'ssh2';
import {
  containerShell,
  hostShell,
  openFollow,
  readIdentity,
  type DockerCommand,
  type FollowChannel,
  type LogFile,
  type LogIdentity,
  type ShellChannel,
} from '../vm/index.ts';
import { fingerprintLength, type LogReading } from './log-reading.ts';
import { placeText, type LogPlace } from './log-place.ts';

/** What following needs of the connection that is up now. */
export interface LogAccess {
  readonly client: Client;
  readonly host: ShellChannel;
  readonly inside: ShellChannel | null;
  readonly docker: DockerCommand;
  readonly container: string | null;
}

export interface LogFollowingOptions {
  /** Begins the reading of a log at the place where it was left. `continues`: the reading whose log this one has replaced. */
  readonly read: (
    place: LogPlace,
    container: string | null,
    identity: LogIdentity,
    continues: LogReading | null,
  ) => LogReading;
  readonly onTrouble: (trouble: { message: string; hint: string } | null) => void;
  readonly warn: (detail: object, message: string) => void;
  /** What was read could not be written. */
  readonly onFailure: (error: unknown) => void;
}

export interface LogFollowing {
  readonly place: LogPlace | null;
  readonly reading: LogReading | null;
  /** Follows this log from now on, if it does not already; to be called with each look, `file` being what the look saw of it. */
  follow(place: LogPlace, file: LogFile | null, access: LogAccess): Promise<void>;
  /** The connection is gone: the reading stays, and goes on when {@link follow} is called again. */
  pause(): void;
  close(): void;
}

export function createLogFollowing(options: LogFollowingOptions): LogFollowing {
  let place: LogPlace | null = null;
  let container: string | null = null;
  let reading: LogReading | null = null;
  let channel: FollowChannel | null = null;
  let isStarting = false;
  let arrivedBefore = 0;

  function stop(): void {
    channel?.close();
    channel = null;
    reading?.flush();
  }

  /**
   * The file under that name is not the one that is being read, or has shrunk. Compared with what had arrived when the look before
   * was over: more may have arrived than this look, on its way, could see.
   */
  function isReplaced(file: LogFile): boolean {
    return file.inode !== reading?.inode || file.size < arrivedBefore;
  }

  async function start(access: LogAccess): Promise<void> {
    if (place === null) return;
    const shell = place.where === 'host' ? access.host : access.inside;
    if (shell === null) return;
    const words = ['identify', shellPath(place.path), String(fingerprintLength)];
    const answer = await shell.ask(10, words);
    if (answer === null) return;
    const identity = readIdentity(answer);
    if (identity === null) {
      const missing = /No such file/i.test(answer);
      options.onTrouble({
        message: `The log ${placeText(place)} ${missing ? 'does not exist' : 'cannot be read'} on the VM.`,
        hint: missing
          ? 'It will be followed as soon as it is there. Is "benchmark.log" right?'
          : `Check its permissions: ${answer.trim().slice(0, 200)}`,
      });
      return;
    }
    options.onTrouble(null);
    const continues = reading !== null && wasRotated(reading, identity) ? reading : null;
    reading = options.read(place, container, identity, continues);
    channel = openChannel(place, reading, access);
  }

  function openChannel(at: LogPlace, target: LogReading, access: LogAccess): FollowChannel {
    const shell = at.where === 'host' ? hostShell : containerShell(access.docker, access.container ?? '');
    const words = [
      'until_closed',
      'tail',
      '-c',
      `+${target.startOffset + 1}`,
      '-f',
      '--',
      shellPath(at.path),
    ];
    const opened = openFollow(access.client, shell, words, {
      data: (chunk) => {
        try {
          target.push(chunk);
        } catch (error) {
          // What could not be written is not lost: the next look reads it again from where the journal stands.
          if (channel === opened) forget();
          options.onFailure(error);
        }
      },
      notice: (text) => {
        options.warn({ log: placeText(at), text: text.trim() }, 'the followed log says');
        // What was cut off is gone; what comes now begins at the start of the file.
        if (text.includes('truncated')) drop(opened);
      },
      closed: () => drop(opened),
    });
    return opened;
  }

  /** Drops what has been read and not been written. */
  function forget(): void {
    channel?.close();
    channel = null;
    reading = null;
  }

  /** The next look starts anew. */
  function drop(which: FollowChannel): void {
    if (channel === which) stop();
  }

  return {
    get place() {
      return place;
    },
    get reading() {
      return reading;
    },
    async follow(wanted, file, access) {
      if (isStarting) return;
      const isOther =
        place?.path !== wanted.path ||
        place.where !== wanted.where ||
        (wanted.where === 'container' && container !== access.container);
      if (isOther) {
        stop();
        reading = null;
        place = wanted;
        container = wanted.where === 'container' ? access.container : null;
      } else if (channel !== null && (file === null || !isReplaced(file))) {
        arrivedBefore = reading?.receivedTo ?? 0;
        return;
      }
      arrivedBefore = 0;
      stop();
      isStarting = true;
      try {
        await start(access);
      } finally {
        isStarting = false;
      }
    },
    pause: stop,
    close: stop,
  };
}

/** The same name, another file or a shorter one, while a run is on: logrotate's doing, and the run goes on in it. */
function wasRotated(reading: LogReading, identity: LogIdentity): boolean {
  const isReplaced = identity.inode !== reading.inode || identity.size < reading.receivedTo;
  return isReplaced && reading.run?.state === 'running';
}

/** A channel's shell begins in the home folder; a quoted "~" would not be expanded. */
function shellPath(path: string): string {
  return path.startsWith('~/') ? `./${path.slice(2)}` : path;
}
