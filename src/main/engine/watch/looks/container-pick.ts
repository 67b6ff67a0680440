/** Which container is watched, look after look: the likeliest, and never back and forth between two. */
import {
  candidates,
  chooseContainer,
  isClearlyBetter,
  type ContainerChoice,
  type ContainerRow,
  type Evidence,
} from '../../vm/index.ts';
import { defaultTempo, type Tempo } from '../tempo.ts';

export interface ContainerPick {
  /**
   * Returns the container to watch; null: there is none. `wait`: the watched one is gone and others run, so pick again with the next look.
   * @param rows all containers of the VM
   */
  pick(rows: readonly ContainerRow[]): Promise<ContainerChoice | 'wait' | null>;
}

export interface ContainerPickOptions {
  readonly configured: string | null;
  /** The one that was watched before the connection was lost. */
  readonly before: { readonly name: string; readonly why: string } | null;
  /** Asks the VM what runs in these; null: it did not answer. */
  readonly askEvidence: (names: readonly string[]) => Promise<readonly Evidence[] | null>;
  readonly monotonicMs: () => number;
  readonly tempo?: Tempo | undefined;
}

export function createContainerPick(options: ContainerPickOptions): ContainerPick {
  const { configured, monotonicMs, tempo = defaultTempo } = options;
  /** With its id, as soon as that is known: it may be renamed. */
  let watched: { readonly name: string; readonly why: string; readonly id?: string } | null = options.before;
  let hasMissed = false;
  let evidence: readonly Evidence[] = [];
  let evidenceOf = '';
  let evidenceAtMs = Number.NEGATIVE_INFINITY;
  /** It was better than the one that is watched when they were last asked. */
  let challenger: string | null = null;

  /** Whether another one has been clearly better twice in a row: between two tasks its process may be missing for a moment. */
  async function isOutdone(running: readonly ContainerRow[]): Promise<boolean> {
    const names = running.map(({ name }) => name).sort();
    if (names.join() === evidenceOf && monotonicMs() - evidenceAtMs < tempo.evidenceEveryMs) return false;
    const answer = await options.askEvidence(names);
    if (answer === null) return false;
    evidence = answer;
    evidenceOf = names.join();
    evidenceAtMs = monotonicMs();
    const own = evidence.find(({ name }) => name === watched?.name);
    if (own === undefined) return false;
    const better = evidence.find((other) => isClearlyBetter(other, own));
    const isSecondTime = better?.name === challenger;
    challenger = better?.name ?? null;
    return isSecondTime;
  }

  return {
    async pick(rows) {
      const all = candidates(rows, configured);
      const running = all.filter(({ state }) => state === 'running');
      if (running.length < 2) evidence = [];
      const isLess = running.length > 1 && (await isOutdone(running));
      const current =
        all.find(({ name }) => name === watched?.name) ?? all.find(({ id }) => id === watched?.id);
      const stay = current !== undefined && watched !== null ? { row: current, why: watched.why } : null;
      if (stay !== null) watched = { name: stay.row.name, id: stay.row.id, why: stay.why };
      if (stay !== null && (running.length === 0 || (stay.row.state === 'running' && !isLess))) {
        hasMissed = false;
        return stay;
      }
      // It may just be restarting: another one is taken with the second look only.
      if (watched !== null && running.length > 0 && stay?.row.state !== 'running' && !hasMissed) {
        hasMissed = true;
        return stay ?? 'wait';
      }
      hasMissed = false;
      challenger = null;
      const choice = chooseContainer(rows, configured, evidence);
      watched = choice === null ? null : { name: choice.row.name, id: choice.row.id, why: choice.why };
      return choice;
    },
  };
}
