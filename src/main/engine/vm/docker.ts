/** How docker is asked, and what it says of containers. Formats are those of `docker ps` and `docker inspect`. */
import type { Mount } from './mounts.ts';
import { section } from './section.ts';
import { isSendable } from './shell-script.ts';

/** One row of {@link listCommand}. */
export interface ContainerRow {
  readonly name: string;
  /** "running", "exited", "created", "restarting", "paused", "dead". */
  readonly state: string;
  /** In words: "Up 49 minutes", "Exited (88) 3 minutes ago". */
  readonly status: string;
  readonly image: string;
  readonly id: string;
}

/** What `docker inspect` tells of one container. */
export interface ContainerState {
  readonly state: string;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** Changes with every start: tells one boot from the next. */
  readonly startedAt: string;
  /** Its own addresses in docker's networks; none on the VM's own network. */
  readonly addresses: readonly string[];
  readonly mounts: readonly Mount[];
}

export type DockerAnswer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  /** This user may not talk to the docker daemon. */
  | { readonly kind: 'denied'; readonly detail: string }
  /** There is no docker on this machine. */
  | { readonly kind: 'missing'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string };

/** How docker is called on the VM: directly, or by sudo without a password where the user is not in the group. */
export type DockerCommand = 'docker' | 'sudo -n docker';

export const listFormat = '{{.Names}}|{{.State}}|{{.Status}}|{{.Image}}|{{.ID}}';
export const inspectFormat =
  '{{.State.Status}}|{{.State.ExitCode}}|{{.State.OOMKilled}}|{{.State.StartedAt}}|' +
  '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}|{{json .Mounts}}';

/** Request words: all containers, one a line. */
export function listCommand(docker: DockerCommand): string[] {
  return ['run', ...docker.split(' '), 'ps', '-a', '--no-trunc', '--format', listFormat];
}

/** Request words: the state of one container. */
export function inspectCommand(docker: DockerCommand, container: string): string[] {
  return ['run', ...docker.split(' '), 'inspect', '--format', inspectFormat, container];
}

/**
 * Request words: what the container has said since a start, each line with its time, until the channel closes. An empty line stands
 * where what had been said before ends.
 */
export function followLogCommand(docker: DockerCommand, container: string, startedAt: string): string[] {
  return ['until_closed', 'container_log', docker, container, startedAt];
}

/** Request words: the last lines of a container with their times, and of long ones what fits into an answer: the cause of an end stands last. */
export function lastLinesCommand(docker: DockerCommand, container: string, startedAt: string): string[] {
  return [
    ...['last_of', ...docker.split(' '), 'logs', '--timestamps', '--tail', '300'],
    ...['--since', startedAt, container],
  ];
}

/**
 * Request words: what a container said before a start, each line with its time. The engine counts `--tail` from the end of the whole
 * log, before it looks at `--until`.
 */
export function earlierLinesCommand(docker: DockerCommand, container: string, startedAt: string): string[] {
  return [
    ...['last_of', ...docker.split(' '), 'logs', '--timestamps', '--tail', '2000'],
    ...['--until', startedAt, container],
  ];
}

/** Request words: how often the engine has restarted a container by itself, since somebody started it. */
export function restartsCommand(docker: DockerCommand, container: string): string[] {
  return ['run', ...docker.split(' '), 'inspect', '--format', '{{.RestartCount}}', container];
}

/** Returns the count in an answer of {@link restartsCommand}; null: the engine does not say. */
export function readRestarts(answer: string): number | null {
  const read = readAnswer(answer, (body) => /^\d{1,9}$/.exec(body.trim())?.[0]);
  return read.kind === 'ok' && read.value !== undefined ? Number(read.value) : null;
}

export function readList(answer: string): DockerAnswer<readonly ContainerRow[]> {
  const read = readAnswer(answer, (body) => {
    // A line without any separator is a warning from docker.
    const lines = body.split('\n').filter((line) => line.includes('|'));
    return lines.map((line) => {
      const [name = '', state = '', status = '', image = '', id] = line.split('|');
      return id === undefined ? null : { name, state, status, image, id };
    });
  });
  if (read.kind !== 'ok') return read;
  const rows = read.value.filter((row) => row !== null);
  return rows.length === read.value.length ? { kind: 'ok', value: rows } : unreadable('docker ps');
}

function unreadable(command: string): DockerAnswer<never> {
  return { kind: 'failed', detail: `${command} gave an answer that cannot be read, or only a part of it` };
}

export function readInspect(answer: string): DockerAnswer<ContainerState> {
  const read = readAnswer(answer, (body) => {
    const [state, exitCode, outOfMemory, startedAt, addresses, ...mounts] = body.trim().split('|');
    return {
      state: state ?? '',
      exitCode: Number(exitCode),
      outOfMemory: outOfMemory === 'true',
      startedAt,
      addresses: (addresses ?? '').split(' ').filter((address) => address !== ''),
      mounts: readMounts(mounts.join('|')),
    };
  });
  if (read.kind !== 'ok') return read;
  const { startedAt, mounts } = read.value;
  // The mounts come last, as JSON: if they are whole, everything is.
  return startedAt === undefined || mounts === null
    ? unreadable('docker inspect')
    : { kind: 'ok', value: { ...read.value, startedAt, mounts } };
}

/** Matches the time at the start of a line of `logs --timestamps`: it ends with "Z" (Docker) or with "+00:00" (podman). */
export const lineTime = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) /;

/** Lines of an answer of {@link lastLinesCommand}, with their times; none where docker would not tell. */
export function readLastLines(answer: string): string[] {
  const read = readAnswer(answer, (body) => body.split(/\r?\n|\r/));
  return read.kind === 'ok' ? read.value : [];
}

/** Null: this is not the whole list. */
function readMounts(json: string): Mount[] | null {
  try {
    const mounts = JSON.parse(json) as { Source?: unknown; Destination?: unknown }[] | null;
    return (mounts ?? []).flatMap(({ Source: source, Destination: destination }) =>
      typeof source === 'string' &&
      typeof destination === 'string' &&
      source.startsWith('/') &&
      isSendable(source)
        ? [{ source, destination }]
        : [],
    );
  } catch {
    return null;
  }
}

function readAnswer<T>(answer: string, read: (body: string) => T): DockerAnswer<T> {
  const { body, end } = section(answer, 'exit');
  const detail = body.trim().slice(0, 300);
  if (end === '0') return { kind: 'ok', value: read(body) };
  if (/permission denied|a password is required|a terminal is required|not in the sudoers/i.test(body))
    return { kind: 'denied', detail };
  if (end === '127' || /not found|No such file or directory/i.test(body)) return { kind: 'missing', detail };
  if (end === '124' || end === '137') return { kind: 'failed', detail: 'docker does not answer in time' };
  if (end === null) return { kind: 'failed', detail: 'the answer of docker ends in the middle' };
  return { kind: 'failed', detail: detail === '' ? `docker ended with exit code ${end}` : detail };
}
