/** Which of a VM's containers is the one to watch. Pure. */
import type { DockerCommand } from './docker-commands.ts';
import type { ContainerRow, ContainerState, ListedContainer } from './docker.ts';

/** What is known of a container that runs, beyond its row; asked for only where several could be the one. */
export interface Evidence {
  readonly name: string;
  /** A run.py process is in it. */
  readonly runsBenchmark: boolean;
  /** A virtual machine is in it. */
  readonly hasGuest: boolean;
  /** The benchmark server of its guest answers. */
  readonly answers: boolean;
  /** RFC 3339 in UTC. */
  readonly startedAt: string;
}

export interface ContainerChoice {
  readonly row: ContainerRow;
  readonly why: string;
}

/** Names in the benchmarks' own scripts: WAA and openadapt-evals, two of openadapt-ml, WAA-V2. */
const usualNames = ['winarena', 'waa-container', 'win11-waa', 'winarena-v2'];
const numberedName = /^winarena-v2_\d+$/;
/** WAA's own image and OpenAdapt's, in any registry and of any tag. OSWorld's is a guest without the benchmark in it. */
const usualImage = /(?:^|\/)(?:windowsarena\/winarena[a-z0-9._-]*|winarena|waa-auto)(?:[:@][^/]*)?$/;

/** Request words: {@link Evidence} on each of these. */
export function evidenceCommand(
  docker: DockerCommand,
  probePort: number,
  containers: readonly ContainerState[],
): string[] {
  const pairs = containers.flatMap(({ name, addresses }) => [name, addresses[0] ?? '-']);
  return ['evidence', docker, String(probePort), ...pairs];
}

/** @param containers those that {@link evidenceCommand} was given */
export function readEvidence(answer: string, containers: readonly ContainerState[]): Evidence[] {
  return answer.split('\n').flatMap((line) => {
    const match = /^candidate (\S+) (r*)(g*)(a*)\.$/.exec(line);
    const container = containers.find(({ name }) => name === match?.[1]);
    if (match === null || container === undefined) return [];
    return [
      {
        name: container.name,
        startedAt: container.startedAt,
        runsBenchmark: match[2] !== '',
        hasGuest: match[3] !== '',
        answers: match[4] !== '',
      },
    ];
  });
}

/** Returns whether this container may be the benchmark's, by its name and image. */
export function isCandidate(container: ListedContainer, configured: string | null): boolean {
  return configured === null ? rank(container) !== null : container.name === configured;
}

/** Those that may be the one: all that run, best name first, then the others. */
export function candidates(rows: readonly ContainerRow[], configured: string | null): ContainerRow[] {
  return rows
    .filter((row) => isCandidate(row, configured))
    .sort(
      (a, b) =>
        Number(b.state === 'running') - Number(a.state === 'running') || (rank(a) ?? 0) - (rank(b) ?? 0),
    );
}

/**
 * Of {@link candidates} the one that most likely runs the benchmark: by run.py in it, a guest, the guest's answer, its name, its
 * start. `evidence` may be empty: then the name decides.
 */
export function chooseContainer(
  rows: readonly ContainerRow[],
  configured: string | null,
  evidence: readonly Evidence[],
): ContainerChoice | null {
  const all = candidates(rows, configured);
  const of = (row: ContainerRow) => evidence.find(({ name }) => name === row.name);
  const [best] = [...all].sort(
    (a, b) =>
      Number(b.state === 'running') - Number(a.state === 'running') ||
      weight(of(b)) - weight(of(a)) ||
      (rank(a) ?? 0) - (rank(b) ?? 0) ||
      (of(b)?.startedAt ?? '').localeCompare(of(a)?.startedAt ?? ''),
  );
  if (best === undefined) return null;
  if (configured !== null) return { row: best, why: 'named in the configuration' };
  const isNamed = (rank(best) ?? 0) < byImage;
  const what = isNamed ? `named ${best.name}` : `of the image ${best.image}`;
  const running = all.filter(({ state }) => state === 'running');
  const found = of(best);
  if (running.length < 2 || found === undefined) return { row: best, why: what };
  return { row: best, why: `${what}, and of ${running.length} that run ${mark(found)}` };
}

/** A container that says clearly more for itself than the one that is watched: the benchmark runs in it and not in the other. */
export function isClearlyBetter(challenger: Evidence, watched: Evidence): boolean {
  if (watched.runsBenchmark) return false;
  return challenger.runsBenchmark || (challenger.hasGuest && !watched.hasGuest);
}

const byImage = usualNames.length + 1;

/** Null: no candidate. */
function rank(row: ListedContainer): number | null {
  const known = usualNames.indexOf(row.name);
  if (known >= 0) return known;
  if (numberedName.test(row.name)) return usualNames.length;
  return usualImage.test(row.image) ? byImage : null;
}

function weight(evidence: Evidence | undefined): number {
  if (evidence === undefined) return 0;
  return 4 * Number(evidence.runsBenchmark) + 2 * Number(evidence.hasGuest) + Number(evidence.answers);
}

function mark(evidence: Evidence): string {
  if (evidence.runsBenchmark) return 'run.py runs in it';
  if (evidence.answers) return 'its benchmark server answers';
  return evidence.hasGuest ? 'Windows runs in it' : 'it is the first by name and start';
}
