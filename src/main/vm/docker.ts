/** The container that runs Windows: which one it is, and how it is. Formats are those of `docker ps` and `docker inspect`. */
import { section } from './section.ts';

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
  '{{.State.Status}}|{{.State.ExitCode}}|{{.State.OOMKilled}}|{{.State.StartedAt}}';

/** Request words: all containers, one a line. */
export function listCommand(docker: DockerCommand): string[] {
  return ['run', ...docker.split(' '), 'ps', '-a', '--no-trunc', '--format', listFormat];
}

/** Request words: the state of one container. */
export function inspectCommand(docker: DockerCommand, container: string): string[] {
  return ['run', ...docker.split(' '), 'inspect', '--format', inspectFormat, container];
}

/** Request words: the container's log, from its last lines on, until the channel closes. */
export function logsCommand(docker: DockerCommand, container: string): string[] {
  return ['until_closed', ...docker.split(' '), 'logs', '--follow', '--tail', '2000', container];
}

export function readList(answer: string): DockerAnswer<readonly ContainerRow[]> {
  return readAnswer(answer, (body) =>
    body.split('\n').flatMap((line) => {
      const [name, state, status, image, id] = line.split('|');
      return name !== undefined && id !== undefined && state !== undefined
        ? [{ name, state, status: status ?? '', image: image ?? '', id }]
        : [];
    }),
  );
}

export function readInspect(answer: string): DockerAnswer<ContainerState> {
  const read = readAnswer(answer, (body) => {
    const [state, exitCode, outOfMemory, startedAt] = body.trim().split('|');
    return { state: state ?? '', exitCode: Number(exitCode), outOfMemory: outOfMemory === 'true', startedAt };
  });
  if (read.kind !== 'ok') return read;
  const { startedAt } = read.value;
  return startedAt === undefined
    ? { kind: 'failed', detail: 'docker inspect gave an answer that could not be read' }
    : { kind: 'ok', value: { ...read.value, startedAt } };
}

/**
 * The container to watch: the configured one, else the first of the names that the benchmarks' own scripts use
 * (WAA and openadapt-evals `winarena`, openadapt-ml `waa-container` and `win11-waa`, WAA-V2 `winarena-v2…`), running ones first.
 */
export function chooseContainer(
  rows: readonly ContainerRow[],
  configured: string | null,
): ContainerRow | null {
  if (configured !== null) return rows.find((row) => row.name === configured) ?? null;
  const rank = (row: ContainerRow): number => {
    const known = ['winarena', 'waa-container', 'win11-waa', 'winarena-v2'].indexOf(row.name);
    if (known >= 0) return known;
    return /^winarena-v2_\d+$/.test(row.name) ? 4 : -1;
  };
  const candidates = rows
    .filter((row) => rank(row) >= 0)
    .sort((a, b) => Number(b.state === 'running') - Number(a.state === 'running') || rank(a) - rank(b));
  return candidates[0] ?? null;
}

function readAnswer<T>(answer: string, read: (body: string) => T): DockerAnswer<T> {
  const { body, end } = section(answer, 'exit');
  const detail = body.trim().slice(0, 300);
  if (end === '0') return { kind: 'ok', value: read(body) };
  if (/permission denied|a password is required|a terminal is required|not in the sudoers/i.test(body))
    return { kind: 'denied', detail };
  if (end === '127' || /not found|No such file or directory/i.test(body)) return { kind: 'missing', detail };
  if (end === '124' || end === '137') return { kind: 'failed', detail: 'docker does not answer in time' };
  return { kind: 'failed', detail: detail === '' ? `docker ended with exit code ${end ?? '?'}` : detail };
}
