/** Watches the jobs of Harbor, cua-bench and terminal-bench in a result folder. Their files tell all of a run, so no log is needed. */
import type { Feed } from '../../feed/index.ts';
import {
  documentsOf,
  findJobs,
  nameOf,
  readDocument,
  readJob,
  type JobFolder,
  type RunState,
  type TreeDocument,
} from '../../run/index.ts';
import { readJobFiles, type JobFileLine, type ShellChannel } from '../../vm/index.ts';
import type { Sight } from '../sight.ts';
import type { Tempo } from '../tempo.ts';
import { ourTimeMs, type VmClock } from '../vm-clock.ts';
import { countJobRunners } from './job-runner.ts';
import { startJobReading, type JobReading } from './job-reading.ts';
import { resultsLogName, type ResultPlace } from './result-place.ts';

export interface JobWatchOptions {
  readonly vm: string;
  readonly successThreshold: number;
  readonly feed: Feed;
  readonly clock: VmClock;
  readonly tempo: Tempo;
}

export interface JobPlace {
  readonly shell: ShellChannel;
  readonly place: ResultPlace;
  /** Name of the container. */
  readonly container: string | null;
  /** Of the machine that writes the files. */
  readonly zoneOffsetMinutes: number;
  readonly skewMs: number;
}

interface KnownDocument {
  /** As it was listed when it was read. */
  readonly line: JobFileLine;
  /** Null: it could not be read. */
  readonly document: TreeDocument | null;
}

/** What was written this shortly before the VM was first seen counts as under our eyes: clocks differ, looks take time. */
const firstSeenSlackMs = 10_000;

export class JobWatch {
  readonly #options: JobWatchOptions;
  readonly #firstSeenMs: number;
  /** Name of the result folder in the journal. */
  #folder: string | null = null;
  readonly #documents = new Map<string, KnownDocument>();
  /** By the folder of the job. */
  readonly #readings = new Map<string, JobReading>();
  /** The newest answer about processes that was used: one answer counts once. */
  #host: Sight['host'] = null;
  #isRunnerMissing = false;

  constructor(options: JobWatchOptions) {
    const { vm, feed, clock } = options;
    this.#options = options;
    this.#firstSeenMs = feed.firstSeen(vm, clock.wallMs());
  }

  /** The job to show: one that goes on, else the newest; null: there is none. */
  get shown(): { readonly run: RunState; readonly activeAt: number } | null {
    const all = [...this.#readings.values()].flatMap(({ run, activeAt }) =>
      run === null ? [] : [{ run, activeAt }],
    );
    const byTime = all.toSorted((a, b) => a.activeAt - b.activeAt);
    return byTime.findLast(({ run }) => run.state === 'running') ?? byTime.at(-1) ?? null;
  }

  /** Returns whether a look should come soon: a process that was seen is missing, and there is a newer answer about processes. */
  isLookUrgent({ host }: Pick<Sight, 'host'>): boolean {
    return this.#isRunnerMissing && host !== this.#host;
  }

  /**
   * Reads what is new of the jobs that these files belong to.
   * @param sight from before the files were listed
   * @throws what the journal throws: the next look reads the job again
   */
  async look(where: JobPlace, files: readonly JobFileLine[], sight: Sight): Promise<void> {
    const { place, container, skewMs } = where;
    const folder = resultsLogName(place, container);
    if (folder !== this.#folder) {
      this.#folder = folder;
      this.#documents.clear();
      this.#readings.clear();
    }
    const jobs = findJobs(
      files.map(({ path, modifiedAt }) => ({ path, modifiedAt: ourTimeMs(modifiedAt, skewMs) })),
    );
    const lines = new Map(files.map((line) => [line.path, line]));
    for (const job of jobs) {
      if (!this.#isWanted(job, job === jobs.at(-1))) continue;
      if (!(await this.#readDocuments(where, job, lines))) return;
      this.#take(where, job);
    }
    this.#watchRunners(sight);
  }

  #watchRunners(sight: Sight): void {
    if (sight.host === this.#host) return;
    this.#host = sight.host;
    const missing = [...this.#readings.values()].map((reading) =>
      reading.watchRunner(countJobRunners(sight, reading.activeAt)),
    );
    this.#isRunnerMissing = missing.includes(true);
  }

  /** As of logs, the newest is read however old it is, and those before it only if they are written to. */
  #isWanted({ path, activeAt }: JobFolder, isNewest: boolean): boolean {
    return isNewest || this.#readings.has(path) || activeAt >= this.#firstSeenMs - firstSeenSlackMs;
  }

  /** Reads the files of the job that have changed. @returns false if the VM did not answer */
  async #readDocuments(
    { shell, place }: JobPlace,
    job: JobFolder,
    lines: ReadonlyMap<string, JobFileLine>,
  ): Promise<boolean> {
    const changed = documentsOf(job).flatMap((path) => {
      const line = lines.get(path);
      return line === undefined || isSameFile(this.#documents.get(path)?.line, line) ? [] : [line];
    });
    if (changed.length === 0) return true;
    const texts = await readJobFiles(shell, place.path, changed);
    if (texts === null) return false;
    for (const line of changed) {
      const text = texts.get(line.path);
      this.#documents.set(line.path, { line, document: text === undefined ? null : readDocument(text) });
    }
    return true;
  }

  #take({ place, container, zoneOffsetMinutes, skewMs }: JobPlace, folder: JobFolder): void {
    const job = readJob(folder, {
      folderName: nameOf(place.path.replace(/\/+$/, '')),
      documentOf: (path) => this.#documents.get(path)?.document ?? null,
      zoneOffsetMinutes,
      skewMs,
    });
    if (job === null) return;
    const reading = this.#readings.get(folder.path) ?? this.#start(place, container, folder);
    this.#readings.set(folder.path, reading);
    reading.take(job);
  }

  #start(place: ResultPlace, container: string | null, { path }: JobFolder): JobReading {
    const jobPlace = { ...place, path: path === '.' ? place.path : `${place.path}${path.slice(1)}` };
    return startJobReading({
      ...this.#options,
      log: resultsLogName(jobPlace, container),
      firstSeenMs: this.#firstSeenMs,
    });
  }
}

function isSameFile(a: JobFileLine | undefined, b: JobFileLine): boolean {
  return a?.modifiedAt === b.modifiedAt && a.sizeBytes === b.sizeBytes;
}
