/** Two films: the step that each is at, and what moves them. */
import type { Step } from '../../state/steps-api.ts';
import { createAddressed, type Addressed } from './address.svelte.ts';
import { frameText, stepName } from './film-steps.ts';
import type { Frame } from './frame-cache.ts';
import { createFrames, type Frames } from './frames.svelte.ts';
import { indexAt, jointSteps } from './pair-steps.ts';
import { createPlayer, type Player, type Track } from './player.svelte.ts';

export const filmNames = ['a', 'b'] as const;
export type FilmName = (typeof filmNames)[number];
type OfEach<Value> = Readonly<Record<FilmName, Value>>;

export interface FilmOfPair {
  readonly runId: string;
  /** None: there is nothing to show. */
  readonly steps: readonly Step[];
  /** Why screenshots are missing; null: not known. */
  readonly missing?: string | null;
}

/** Names of steps, as the address has them; a missing one stays. */
export interface NamedSteps {
  /** Step of both films, or of A; null: the first. */
  readonly step?: string | null;
  /** Step of B; null: B moves together with A. */
  readonly stepB?: string | null;
}

interface PairOptions {
  readonly base: () => URL;
  readonly films: () => OfEach<FilmOfPair>;
  readonly steps: () => Required<NamedSteps>;
  /** Receives the names of the steps once they rest. */
  readonly onSteps: (steps: NamedSteps) => void;
}

/** Returns the track that these functions describe. The player reads it again and again. */
function trackOf(of: {
  readonly index: () => number;
  readonly last: () => number;
  readonly isReady: () => boolean;
  readonly show: (index: number) => void;
}): Track {
  return {
    get index() {
      return of.index();
    },
    get last() {
      return of.last();
    },
    get isReady() {
      return of.isReady();
    },
    show: of.show,
  };
}

/** Created with its component: it loads screenshots for as long as that is shown. */
export class Pair {
  /** The film that was used last. The keys move it while each moves by itself. */
  active = $state<FilmName>('a');
  /** Moves both films. */
  readonly both: Player;
  readonly alone: OfEach<Player>;
  readonly #films: () => OfEach<FilmOfPair>;
  readonly #places: OfEach<Addressed>;
  readonly #frames: Frames;

  /** Both films have steps. */
  readonly isComplete = $derived.by(() => filmNames.every((name) => this.#steps(name).length > 0));
  /** They move together, by the numbers of their steps. */
  readonly isJoined = $derived.by(() => !this.isComplete || this.#places.b.chosen === null);
  readonly joint = $derived.by(() => jointSteps(this.#steps('a'), this.#steps('b')));
  readonly jointIndex = $derived.by(() => indexAt(this.joint, this.#places.a.chosen));
  readonly jointName = $derived.by(() => stepName(this.joint, this.jointIndex));
  /** The place of each film among its steps. */
  readonly indexes = $derived.by((): OfEach<number> => ({ a: this.#indexIn('a'), b: this.#indexIn('b') }));
  readonly #urls = $derived.by((): OfEach<readonly (string | null)[]> => ({
    a: this.#steps('a').map(({ screenshot }) => screenshot?.url ?? null),
    b: this.#steps('b').map(({ screenshot }) => screenshot?.url ?? null),
  }));

  constructor({ base, films, steps, onSteps }: PairOptions) {
    this.#films = films;
    this.#places = {
      a: createAddressed(
        () => steps().step,
        (step) => onSteps({ step }),
      ),
      b: createAddressed(
        () => steps().stepB,
        (stepB) => onSteps({ stepB }),
      ),
    };
    this.#frames = createFrames(base, () =>
      filmNames.map((name) => ({ urls: this.#urls[name], index: this.indexes[name] })),
    );
    this.both = createPlayer(this.#jointTrack());
    this.alone = { a: createPlayer(this.#trackOf('a')), b: createPlayer(this.#trackOf('b')) };
  }

  /** The one that the keys move. */
  get keyed(): Player {
    return this.isJoined ? this.both : this.alone[this.active];
  }

  /** Returns null where the step has no screenshot. */
  frameOf(name: FilmName): Frame<ImageBitmap> | null {
    return this.#frames.at(this.#urlOf(name));
  }

  retry(name: FilmName): void {
    this.#frames.retry(this.#urlOf(name));
  }

  /** Returns "A: Step 2 of 6: click"; empty for a film without steps. */
  wordsOf(name: FilmName): string {
    const steps = this.#steps(name);
    return steps.length === 0 ? '' : `${name.toUpperCase()}: ${frameText(steps, this.indexes[name])}`;
  }

  /** @param isTogether both go to the step of the film that was used last */
  join(isTogether: boolean): void {
    const at = this.#nameIn(isTogether ? this.active : 'a');
    const inB = isTogether ? null : this.#nameIn('b');
    for (const player of [this.both, this.alone.a, this.alone.b]) player.pause();
    this.#places.a.chosen = at;
    this.#places.b.chosen = inB;
  }

  #steps(name: FilmName): readonly Step[] {
    return this.#films()[name].steps;
  }

  #indexIn(name: FilmName): number {
    return indexAt(this.#steps(name), this.isJoined ? this.jointName : this.#places[name].chosen);
  }

  #nameIn(name: FilmName): string {
    return stepName(this.#steps(name), this.indexes[name]);
  }

  #urlOf(name: FilmName): string | null {
    return this.#urls[name][this.indexes[name]] ?? null;
  }

  #isDrawn(name: FilmName): boolean {
    return this.frameOf(name)?.kind !== 'loading';
  }

  #trackOf(name: FilmName): Track {
    return trackOf({
      index: () => this.indexes[name],
      last: () => this.#steps(name).length - 1,
      isReady: () => this.#isDrawn(name),
      show: (wanted) => (this.#places[name].chosen = stepName(this.#steps(name), wanted)),
    });
  }

  #jointTrack(): Track {
    return trackOf({
      index: () => this.jointIndex,
      last: () => this.joint.length - 1,
      isReady: () => filmNames.every((name) => this.#isDrawn(name)),
      show: (wanted) => (this.#places.a.chosen = stepName(this.joint, wanted)),
    });
  }
}
