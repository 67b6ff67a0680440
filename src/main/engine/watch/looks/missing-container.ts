/** How long no container has been found on a VM, and whether somebody makes its first one. */
import { preparingCommand, type OwnShellChannel } from '../../vm/index.ts';
import type { Sight } from '../sight.ts';

/** A VM that is being set up has its first container within this time, or prepares one. */
const appearsWithinMs = 45_000;
/** An image of 30 GB may take an hour. */
const preparesWithinMs = 3_600_000;

export class MissingContainer {
  readonly #host: Pick<OwnShellChannel, 'ask'>;
  readonly #monotonicMs: () => number;
  #sinceMs: number | null = null;
  #looks = 0;
  /** Since when somebody makes the first container of the VM, as far as that shows. */
  #preparingSinceMs: number | null = null;

  constructor(host: Pick<OwnShellChannel, 'ask'>, monotonicMs: () => number) {
    this.#host = host;
    this.#monotonicMs = monotonicMs;
  }

  /** Notes a look that found no container. Returns how long, and in how many looks, none was found. */
  note(): NonNullable<Sight['missing']> {
    const nowMs = this.#monotonicMs();
    this.#sinceMs ??= nowMs;
    this.#looks += 1;
    return { looks: this.#looks, forMs: nowMs - this.#sinceMs };
  }

  /** Notes that there is a container, or that none is missing. */
  forget(): void {
    this.#sinceMs = null;
    this.#looks = 0;
  }

  /** Asks the VM whether somebody makes its first container. */
  async isPrepared(): Promise<boolean> {
    const answer = await this.#host.ask(8, preparingCommand);
    if (answer?.startsWith('yes') !== true) this.#preparingSinceMs = null;
    else this.#preparingSinceMs ??= this.#monotonicMs();
    return this.#preparingSinceMs !== null && this.#monotonicMs() - this.#preparingSinceMs < preparesWithinMs;
  }

  /** Returns whether the VM may just be making its first container. */
  mayAppear({ missing, startedAt }: Pick<Sight, 'missing' | 'startedAt'>): boolean {
    const isYoung = (missing?.forMs ?? 0) < appearsWithinMs;
    return startedAt === null && (this.#preparingSinceMs !== null || isYoung);
  }
}
