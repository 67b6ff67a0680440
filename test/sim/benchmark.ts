/** The benchmark on the simulated VM: writes the logs of run after run, into files that are rotated and cut under it. */
import { carriedOver } from '../../src/main/engine/watch/log/log-identity.ts';
import { makeRunLog, type RunLogKind } from '../support/run-logs/index.ts';
import { pick, type Random } from '../support/run-logs/plan.ts';
import type { Oracle } from './oracle.ts';
import type { VmDisk, VmFile } from './vm-disk.ts';

/** What one file has held since it was made or cut. */
export interface Generation {
  readonly file: VmFile;
  /** Where its first written byte stands among all that was written. */
  readonly base: number;
  /** How many zeros the file begins with: see {@link Benchmark}. */
  readonly hole: number;
  bytes: Buffer;
}

/** Kinds whose logs tell their dates, so that an id of a run does not depend on its file. */
export const simulatedKinds = [
  'waa',
  'waa_first',
  'waa_fork',
  'waa_wrapped',
  'osworld',
  'osworld_many',
] as const satisfies readonly RunLogKind[];

const recordMs = 700;
const lineFeed = 0x0a;

/** Where the file's byte at `offset` stands among all that was written. */
export function positionOf({ base, hole }: Generation, offset: number): number {
  return base + Math.max(0, offset - hole);
}

/**
 * A process that appends goes on at the start of a file that was cut. One that does not, as behind a shell's `>`, goes on at its own
 * place: the file then begins with zeros.
 */
export class Benchmark {
  readonly path: string;
  readonly generations: Generation[] = [];
  readonly #disk: VmDisk;
  readonly #oracle: Oracle;
  readonly #random: Random;
  readonly #kind: RunLogKind;
  #pieces: Buffer[] = [];
  /** Behind everything that the newest run says. */
  #nextStartMs = 0;
  /** What was written before this is not followed by what is there now: the log was edited, or cut without a copy. */
  wholeFrom = 0;
  /** Where the newest run begins among all that was written. */
  #runBase = 0;
  /** The file that was moved away and that it goes on writing into, until it notices; null: the one that has the log's name. */
  #moved: VmFile | null = null;
  readonly #appends: boolean;
  /** Where the process writes next in a file that was cut to nothing. */
  #place = 0;

  constructor(path: string, disk: VmDisk, oracle: Oracle, random: Random, appends: boolean) {
    this.#appends = appends;
    this.path = path;
    this.#disk = disk;
    this.#oracle = oracle;
    this.#random = random;
    this.#kind = pick(random, simulatedKinds);
  }

  /** Nothing is left to be written of the run that is on. */
  get isBetweenRuns(): boolean {
    return this.#pieces.length === 0;
  }

  /** The file that is under the log's name; null: none. */
  get current(): VmFile | null {
    return this.#disk.at(this.path);
  }

  /** It has not noticed yet that its file was moved. */
  get isInMoved(): boolean {
    return this.#moved !== null;
  }

  /** Begins a run. What is left of the one before is never written: its process was killed. */
  begin(startMs = Date.now(), end: 'finished' | 'interrupted' | 'running' = 'finished'): void {
    const seed = Math.floor(this.#random() * 1e9);
    const tasks = 1 + Math.floor(this.#random() * 6);
    const start = Math.max(startMs, this.#nextStartMs);
    const { pieces } = makeRunLog(this.#kind, seed, { tasks, startMs: start, end });
    this.#pieces = pieces.map(({ text }) => Buffer.from(text));
    this.#runBase = this.#oracle.written;
    this.#place = 0;
    this.#nextStartMs = start + (pieces.length + 60) * recordMs;
  }

  /** Writes so many pieces of the run. @param isCut the last one only in part: the rest comes next time */
  write(count: number, isCut = false): void {
    for (let left = count; left > 0; left -= 1) {
      const piece = this.#pieces.shift();
      if (piece === undefined) return;
      // A letter of several bytes may be cut, too.
      const at = isCut && left === 1 ? Math.floor(this.#random() * piece.length) : piece.length;
      if (at < piece.length) this.#pieces.unshift(piece.subarray(at));
      this.#append(piece.subarray(0, at));
    }
  }

  /** Moves the log away. @param isLate the process goes on in the old file for a while */
  rotate(isLate: boolean): void {
    if (this.current === null) return;
    this.reopen();
    const file = this.current;
    this.#disk.shiftRotated(this.path);
    this.#disk.rename(this.path, `${this.path}.1`);
    if (!isLate) return;
    this.#disk.create(this.path);
    this.#moved = file;
  }

  /** The process notices that its file was moved. */
  reopen(): void {
    this.#moved = null;
    this.#place = 0;
  }

  /** Cuts the log to nothing. @param isCopied a copy keeps what stood in it (logrotate's copytruncate) */
  cut(isCopied: boolean): void {
    if (this.current === null) return;
    const place = Math.max(this.#place, this.current.bytes.length);
    this.reopen();
    if (isCopied) {
      if (!this.#appends) this.#place = place;
      this.#disk.shiftRotated(this.path);
      this.#disk.copy(this.path, `${this.path}.1`);
    } else this.wholeFrom = this.#oracle.written;
    this.#disk.truncate(this.path);
  }

  /** The newest file holds one run, from its beginning on. */
  get isOfOneRun(): boolean {
    const newest = this.generations.at(-1);
    // What was cut since holds nothing of it any more.
    return newest?.base === this.#runBase && newest.bytes === this.current?.bytes;
  }

  /** Somebody edits the log: the same lines are in another file now, and none is where it was. */
  rewrite(): void {
    const { current } = this;
    if (current === null) return;
    const { bytes } = current;
    this.#runBase = this.#oracle.written;
    this.wholeFrom = this.#runBase;
    this.#disk.create(this.path);
    this.#append(Buffer.concat([Buffer.from('edited by hand\n'), bytes]));
  }

  #append(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const generation = this.#generation(bytes);
    const { file, hole } = generation;
    if (file.bytes.length === 0 && hole > 0) file.append(Buffer.alloc(hole));
    file.append(bytes);
    generation.bytes = file.bytes;
    this.#oracle.write(bytes);
  }

  /** @param next what is about to be written */
  #generation(next: Buffer): Generation {
    const newest = this.generations.at(-1);
    const file = this.#moved ?? this.current ?? this.#disk.create(this.path);
    if (newest?.file === file && file.bytes.length > 0) return newest;
    // If a file begins with a record, the half line that the one before ends with is never completed: its process was killed.
    const head = this.#place > 0 ? '' : next.toString();
    if (carriedOver(this.#oracle.halfLine, head).at(-1) === lineFeed) this.#oracle.write(Buffer.from('\n'));
    const begun = { file, base: this.#oracle.written, hole: this.#place, bytes: file.bytes };
    this.generations.push(begun);
    return begun;
  }
}
