/**
 * How the answers of the container engine are read (see docker-commands.ts). States and times come from `inspect` as JSON, because the
 * columns of `ps` differ between the engines ("running", "Up 2 seconds ago").
 */
import { maskSecrets } from '../../../shared/mask-secrets.ts';
import { cutText, plainText } from '../../../shared/plain-text.ts';
import { answerBytes, mostInspected, type HiddenDocker } from './docker-commands.ts';
import type { Mount } from './mounts.ts';
import { section } from './section.ts';
import { isSendable } from './request-line.ts';

/** One row of `listCommand`. */
export interface ListedContainer {
  readonly name: string;
  readonly id: string;
  readonly image: string;
  /** For people only: "Up 49 minutes", "Exited (88) 3 minutes ago". */
  readonly status: string;
}

/** A container that may be the benchmark's, with its state of {@link readInspect}. */
export interface ContainerRow extends ListedContainer {
  /** "running", "exited", "created", "restarting", "paused", "dead". */
  readonly state: string;
}

/** What `inspect` says of one container. */
export interface ContainerState {
  readonly name: string;
  /** In Docker's words, see {@link ContainerRow.state}. */
  readonly state: string;
  readonly exitCode: number;
  /** Why the engine could not start it, in the engine's words; null: it did. */
  readonly startError: string | null;
  readonly outOfMemory: boolean;
  /** RFC 3339 in UTC, with milliseconds. Changes with every start: tells one boot from the next. */
  readonly startedAt: string;
  /** Its own addresses in the engine's networks; none on the VM's own network. */
  readonly addresses: readonly string[];
  readonly mounts: readonly Mount[];
}

export type DockerAnswer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  /** This user may not talk to the engine. */
  | { readonly kind: 'denied'; readonly detail: string }
  /** This engine is not installed. */
  | { readonly kind: 'missing'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string };

/** Returns the count in an answer of `restartsCommand`; null: the engine does not say. */
export function readRestarts(answer: string): number | null {
  // podman-docker and sudo may print a warning beside it.
  const read = readAnswer(answer, (body) => /^\d{1,9}$/m.exec(body)?.[0]);
  return read.kind === 'ok' && read.value !== undefined ? Number(read.value) : null;
}

/** Returns the ways in an answer to `hiddenDockersCommand`, the likeliest first. */
export function readHiddenDockers(answer: string): HiddenDocker[] {
  return answer
    .split('\n')
    .filter((line): line is HiddenDocker =>
      /^(docker -H unix:\/|\/)[\w./-]+( -H unix:\/[\w./-]+)?$/.test(line),
    );
}

/** Returns the rows that have arrived of a list too long for one answer; null: it is whole. */
export function rowsOfCutList(answer: string): string | null {
  return Buffer.byteLength(answer) < answerBytes ? null : answer.slice(0, answer.lastIndexOf('\n') + 1);
}

/** Returns the containers of a list, each once. */
export function readList(answer: string): DockerAnswer<readonly ListedContainer[]> {
  const read = readAnswer(answer, (body) => {
    // A line without any separator is a warning from docker.
    const lines = body.split('\n').filter((line) => line.includes('|'));
    return lines.map((line) => {
      const [id = '', names = '', image = '', status] = line.split('|');
      // Links give a container more names, with the one that links to it in front: "web/database".
      const name = names.split(',').find((each) => !each.includes('/')) ?? '';
      return status === undefined ? null : { name, id, image, status };
    });
  });
  if (read.kind !== 'ok') return read;
  const rows = read.value.filter((row) => row !== null);
  if (rows.length < read.value.length) return unreadable('docker ps');
  // nerdctl lists what others made in containerd, which has no name, or that of a pod: "k8s://default/web/server".
  const named = rows.filter(({ name }) => name !== '');
  return { kind: 'ok', value: [...new Map(named.map((row) => [row.id, row])).values()] };
}

function unreadable(command: string): DockerAnswer<never> {
  return { kind: 'failed', detail: `${command} gave an answer that cannot be read, or only a part of it` };
}

/** Returns the states of the containers that still exist. @param names those that `inspectCommand` was given */
export function readInspect(
  answer: string,
  names: readonly string[],
): DockerAnswer<readonly ContainerState[]> {
  const { body, end } = section(answer, 'exit');
  // One that was removed after it was listed: the engine still prints the others.
  const isIncomplete = end !== null && end !== '0' && /no such (object|container)/i.test(body);
  const read = isIncomplete ? ({ kind: 'ok', value: body } as const) : readAnswer(answer, (text) => text);
  if (read.kind !== 'ok') return read;
  const lines = read.value.split('\n').filter((line) => line.startsWith('['));
  const states = lines.map(readState).filter((state) => state !== null);
  const isWhole = isIncomplete || states.length >= Math.min(names.length, mostInspected);
  return isWhole && states.length === lines.length
    ? { kind: 'ok', value: states }
    : unreadable('docker inspect');
}

/** Matches the time at the start of a line of `logs --timestamps`: it ends with "Z" (Docker) or with "+00:00" (podman). */
export const lineTime = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) /;

/** Lines of an answer of `lastLinesCommand`, with their times; none where docker would not tell. */
export function readLastLines(answer: string): string[] {
  const read = readLog(answer);
  return read.kind === 'ok' ? read.value : [];
}

/** Returns the lines of an answer of `lastLinesCommand`, or why there are none. */
export function readLog(answer: string): DockerAnswer<string[]> {
  return readAnswer(answer, (body) => body.split(/\r?\n|\r/));
}

/** Podman's own words for what Docker calls otherwise; nerdctl's `inspect` has none for what its `ps` calls "Created". */
const dockerWords: Readonly<Record<string, string>> = {
  '': 'created',
  configured: 'created',
  initialized: 'created',
  stopped: 'exited',
  stopping: 'running',
};

/** Null: the line is cut, or is no answer to `inspectFormat`. */
function readState(line: string): ContainerState | null {
  try {
    const [name, state, networks, mounts] = JSON.parse(line) as readonly [
      unknown,
      Readonly<Record<string, unknown>> | null,
      Readonly<Record<string, { readonly IPAddress?: unknown } | null>> | null,
      readonly { readonly Source?: unknown; readonly Destination?: unknown }[] | null,
    ];
    // nerdctl does not always say when.
    const start = state?.['StartedAt'];
    const startedAt = startTime(start === '' || start == null ? '1970-01-01T00:00:00Z' : start);
    const status = state?.['Status'];
    if (typeof name !== 'string' || typeof status !== 'string' || startedAt === null) return null;
    return {
      name: name.replace(/^\//, ''),
      state: stateWord(status, startedAt),
      exitCode: Number(state?.['ExitCode'] ?? 0),
      startError: errorText(state?.['Error']),
      outOfMemory: state?.['OOMKilled'] === true,
      startedAt,
      addresses: Object.values(networks ?? {}).flatMap((network) =>
        typeof network?.IPAddress === 'string' && network.IPAddress !== '' ? [network.IPAddress] : [],
      ),
      mounts: (mounts ?? []).flatMap(({ Source: source, Destination: destination }) =>
        typeof source === 'string' &&
        typeof destination === 'string' &&
        source.startsWith('/') &&
        isSendable(source)
          ? [{ source, destination }]
          : [],
      ),
    };
  } catch {
    return null;
  }
}

/** After the machine has booted, podman before 4.0 calls a container that has run before "configured". */
function stateWord(status: string, startedAt: string): string {
  const hasRun = status === 'configured' && Date.parse(startedAt) > 0;
  return hasRun ? 'exited' : (dockerWords[status] ?? status);
}

function errorText(error: unknown): string | null {
  return typeof error === 'string' && error.trim() !== '' ? engineText(plainText(error)) : null;
}

/** Returns the engine's words for people. Docker quotes the command that it could not start, whose arguments may hold keys. */
function engineText(text: string): string {
  return cutText(maskSecrets(text.slice(0, 4_000)), 300);
}

/**
 * Returns a time as RFC 3339 in UTC, with milliseconds. Reads RFC 3339 in any zone, and what Go prints for a time where a wrapper uses
 * a template without `json`: "2026-05-21 07:55:40.190529036 +0900 KST".
 */
export function startTime(value: unknown): string | null {
  const match =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)? ?(Z|[+-]\d\d:?\d\d)(?: [A-Z0-9+-]+)?(?: m=[+-][\d.]+)?$/.exec(
      typeof value === 'string' ? value : '',
    );
  if (match === null) return null;
  const [, day, time, fraction = '', zone = 'Z'] = match;
  const at = new Date(
    `${day}T${time}${fraction.slice(0, 4)}${zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2')}`,
  );
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** What Docker's socket, sudo and sudo-rs say if this user may not use the engine. */
const denials = new RegExp(
  [
    ...['permission denied', 'a password is required', 'a terminal is required', 'not in the sudoers'],
    ...['is not allowed to (execute|run)', 'may not run sudo', 'must have a tty', 'no tty present'],
    ...['interactive authentication is required', "I'm afraid I can't do that"],
  ].join('|'),
  'i',
);

function readAnswer<T>(answer: string, read: (body: string) => T): DockerAnswer<T> {
  const { body, end } = section(answer, 'exit');
  // A warning about an unreadable settings file does not mean that the engine denies access.
  const said = body.replace(/^(WARNING: |WARN\[|time=\S+ level=warning ).*\n/gm, '');
  const detail = engineText(said.trim());
  if (end === '0') return { kind: 'ok', value: read(body) };
  if (denials.test(said)) return { kind: 'denied', detail };
  // A file or a helper that podman misses ("newuidmap": executable file not found) is no missing engine.
  if (end === '127' || /^sudo(-rs)?: .*command not found/m.test(body)) return { kind: 'missing', detail };
  if (end === '124' || end === '137') return { kind: 'failed', detail: 'docker does not answer in time' };
  if (end === null) return { kind: 'failed', detail: 'the answer of docker ends in the middle' };
  return { kind: 'failed', detail: detail === '' ? `docker ended with exit code ${end}` : detail };
}
