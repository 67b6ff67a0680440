/** The containers of a VM that may be the benchmark's, as the engine lists, inspects and reports them. */
import {
  inspectCommand,
  isCandidate,
  readInspect,
  type ContainerEvent,
  type ContainerRow,
  type ContainerState,
  type DockerAnswer,
  type DockerCommand,
  type ListedContainer,
  type OwnShellChannel,
} from '../../vm/index.ts';
import { createEngine, type FoundEngine } from './engine.ts';
import type { EngineEvents } from './engine-events.ts';

export type Refreshed =
  | { readonly kind: 'ok' }
  /** No answer, or none that can be read. `detail` null: none came in time. */
  | { readonly kind: 'missed'; readonly command: string; readonly detail: string | null }
  | Exclude<DockerAnswer<never>, { readonly kind: 'ok' }>;

/** So many changes without a report may be chance: the engine answers a question a moment before it reports. */
const mostUnreported = 1;

export class KnownContainers {
  readonly #host: Pick<OwnShellChannel, 'ask'>;
  readonly #configured: string | null;
  readonly #events: Pick<EngineEvents, 'listen' | 'isLive'> | null;
  readonly #engine: FoundEngine;
  /** All containers, as the engine has listed or reported them. */
  #listed: readonly ListedContainer[] = [];
  #states: readonly ContainerState[] = [];
  #mustList = true;
  #isRefreshing = false;
  /** The newest refresh was answered. */
  #isKnown = false;
  /** Reports of the engine, now and at the start of the newest refresh. */
  #reports = 0;
  #refreshedAtReport = 0;
  /** Changes that a refresh found and the engine had not reported, although it seems to report. */
  #unreported = 0;

  /** @param configured the name of the benchmark's container; null: any usual one */
  constructor(
    host: Pick<OwnShellChannel, 'ask'>,
    configured: string | null,
    events: Pick<EngineEvents, 'listen' | 'isLive'> | null,
  ) {
    this.#host = host;
    this.#configured = configured;
    this.#events = events;
    this.#engine = createEngine(host, configured);
  }

  get docker(): DockerCommand {
    return this.#engine.docker;
  }

  /** Whether the engine reports all that happens to the containers that may be the benchmark's. */
  get isReporting(): boolean {
    return this.#events?.isLive === true && this.#unreported <= mostUnreported;
  }

  /** Whether an engine that nobody listens to may start the benchmark's container. */
  get hasOtherEngines(): boolean {
    return this.#engine.hasOthers;
  }

  /** Those that may be the benchmark's, with their states. */
  get rows(): readonly ContainerRow[] {
    return this.#listed.flatMap((row) => {
      const state = this.state(row.name);
      return state === null ? [] : [{ ...row, state: state.state }];
    });
  }

  get running(): readonly ContainerState[] {
    return this.#states.filter(({ state }) => state === 'running');
  }

  state(name: string): ContainerState | null {
    return this.#states.find((state) => state.name === name) ?? null;
  }

  /** Returns the name of the container that a report is about; undefined: it is not known. */
  nameOf({ name, id }: ContainerEvent): string | undefined {
    return name === '' ? this.#listed.find((row) => row.id === id)?.name : name;
  }

  /** The next refresh asks for the list as well. */
  mustList(): void {
    this.#mustList = true;
  }

  /** Asks the engine for the states of the containers, and for the list if its events do not cover it. */
  async refresh(): Promise<Refreshed> {
    this.#isRefreshing = true;
    const isListening = this.#isKnown && this.#events?.isLive === true;
    const before = this.#summary();
    const reports = this.#reports;
    try {
      const refreshed = await this.#ask();
      this.#isKnown = refreshed.kind === 'ok';
      const hasChanged = this.#isKnown && before !== this.#summary();
      const isQuiet = this.#reports === this.#refreshedAtReport;
      // The answer may be older than a report that came meanwhile. Then the next refresh finds the change.
      this.#refreshedAtReport = reports;
      if (isListening && hasChanged && isQuiet) this.#unreported += 1;
      if (refreshed.kind !== 'ok') this.#mustList = true;
      if (refreshed.kind !== 'ok' && refreshed.kind !== 'missed') this.#states = [];
      return refreshed;
    } finally {
      this.#isRefreshing = false;
    }
  }

  /** Takes what the engine reported. Returns whether it may concern the benchmark. */
  take(event: ContainerEvent): boolean {
    const { action, ...container } = event;
    this.#reports += 1;
    const before = this.#listed.find(({ id }) => id === event.id);
    if (event.name === '') {
      this.#mustList = true;
      return before === undefined || isCandidate(before, this.#configured);
    }
    // The status text of the list is shown only for a container that does not run.
    const row = { ...container, status: action === 'start' ? 'Up' : (before?.status ?? '') };
    const others = this.#listed.filter(({ id, name }) => id !== event.id && name !== event.name);
    const isGone = action === 'destroy' || action === 'remove';
    // Newest first, as the engine lists them: `inspect` is asked for the first ones only.
    this.#listed = isGone ? others : [row, ...others];
    const isOurs = [row, before].some((each) => each !== undefined && isCandidate(each, this.#configured));
    // A list that was requested before may be older than this event.
    if (isOurs && this.#isRefreshing) this.#mustList = true;
    return isOurs;
  }

  #summary(): string {
    return JSON.stringify(this.#states.map(({ name, state, startedAt }) => [name, state, startedAt]));
  }

  async #ask(): Promise<Refreshed> {
    const isReported = this.#events?.isLive === true && this.#candidates().length > 0;
    const isListing = this.#mustList || !isReported;
    const listed = isListing ? await this.#list() : ({ kind: 'ok' } as const);
    if (listed.kind !== 'ok') return listed;
    const inspected = await this.#inspect(this.#candidates());
    if (inspected.kind !== 'ok') return inspected;
    this.#states = inspected.value;
    // Only the list has the text that says how a container ended, and it may have ended after it was listed.
    const hasEnded = /^(exited|dead)$/;
    const isOld = this.rows.some(({ state, status }) => hasEnded.test(state) && /^(up\b|$)/i.test(status));
    return isOld ? this.#list() : { kind: 'ok' };
  }

  /** Those that run first: the engine is not asked about all of hundreds that have ended. */
  #candidates(): readonly ListedContainer[] {
    const isUp = ({ status }: ListedContainer): boolean => /^up\b/i.test(status);
    return this.#listed
      .filter((row) => isCandidate(row, this.#configured))
      .sort((a, b) => Number(isUp(b)) - Number(isUp(a)));
  }

  async #list(): Promise<Refreshed> {
    this.#mustList = false;
    const answer = await this.#engine.list();
    if (answer === null) return { kind: 'missed', command: `${this.#engine.name} ps`, detail: null };
    if (answer.kind !== 'ok') return answer;
    this.#listed = answer.value;
    this.#events?.listen(this.docker);
    return { kind: 'ok' };
  }

  async #inspect(
    wanted: readonly ListedContainer[],
  ): Promise<
    | { readonly kind: 'ok'; readonly value: readonly ContainerState[] }
    | Exclude<Refreshed, { readonly kind: 'ok' }>
  > {
    if (wanted.length === 0) return { kind: 'ok', value: [] };
    const command = `${this.#engine.name} inspect`;
    const names = wanted.map(({ name }) => name);
    const answer = await this.#host.ask(10, inspectCommand(this.docker, names));
    if (answer === null) return { kind: 'missed', command, detail: null };
    const read = readInspect(answer, names);
    return read.kind === 'failed' ? { kind: 'missed', command, detail: read.detail } : read;
  }
}
