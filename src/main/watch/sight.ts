/** Everything that is known of one VM at one moment: the picture from which status, conditions and tasks are made. Plain data. */
import type { BootState, InsideFacts, MachineFacts, ProbeAnswer, SshProblem } from '../vm/index.ts';

export interface Sight {
  readonly ssh:
    | { readonly kind: 'up' }
    /** Lost a moment ago, and likely to be back before anybody needs to know. */
    | { readonly kind: 'blinking' }
    | { readonly kind: 'down'; readonly everUp: boolean; readonly problem: SshProblem | null };
  readonly docker:
    | { readonly kind: 'unknown' }
    | { readonly kind: 'ok' }
    | { readonly kind: 'denied' | 'missing' | 'failed'; readonly detail: string };
  readonly container: ContainerSight;
  /** Which start of the container `boot` and `probe` tell of, as docker tells it (ISO 8601); outlasts a lost connection. Null: none yet. */
  readonly startedAt: string | null;
  readonly boot: BootState;
  readonly probe: ProbeSight;
  readonly machine: MachineFacts | null;
  readonly inside: InsideFacts | null;
  readonly log: LogSight;
  readonly run: RunSight | null;
}

export type ContainerSight =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'running'; readonly name: string }
  /** `state` and `status` in docker's words; `exitCode` null where it is not known. */
  | {
      readonly kind: 'stopped';
      readonly name: string;
      readonly state: string;
      readonly status: string;
      readonly exitCode: number | null;
      readonly looks: number;
    }
  | { readonly kind: 'absent'; readonly wanted: string | null; readonly looks: number };

export interface ProbeSight {
  /** Newest answer; null before the first. */
  readonly answer: ProbeAnswer | null;
  /** "localhost:5000", "container:172.30.0.2:5000": where a proper answer came from. */
  readonly place: string | null;
  /** A proper answer has been given since this boot began. */
  readonly wasReady: boolean;
  /** Answers missed since the last proper one. */
  readonly misses: number;
}

export interface LogSight {
  /** "/tmp/x.log", "container:/client/…"; null: none found. */
  readonly path: string | null;
  readonly trouble: { readonly message: string; readonly hint: string } | null;
}

export interface RunSight {
  readonly isRunning: boolean;
  readonly endedWell: boolean;
  /** How long its log has not grown. */
  readonly silentForMs: number;
}

export const firstSight: Sight = {
  ssh: { kind: 'down', everUp: false, problem: null },
  docker: { kind: 'unknown' },
  container: { kind: 'unknown' },
  startedAt: null,
  boot: { phase: null, text: null, percent: null, trouble: null },
  probe: { answer: null, place: null, wasReady: false, misses: 0 },
  machine: null,
  inside: null,
  log: { path: null, trouble: null },
  run: null,
};

/** Misses after which a server that answered before counts as gone: it may be busy for seconds, and one miss means nothing. */
const missesUntilDown = { refused: 3, wrong: 3, silent: 2 };

/** Whether `/probe` answers properly, as far as can be told now. */
export function isReady(sight: Sight): boolean {
  const { answer, wasReady, misses } = sight.probe;
  if (sight.ssh.kind === 'down' || answer === null) return false;
  // An answer of before it stopped says nothing any more.
  if (sight.container.kind === 'stopped' || sight.container.kind === 'absent') return false;
  if (answer.kind === 'ready') return true;
  return wasReady && misses < missesUntilDown[answer.kind];
}
