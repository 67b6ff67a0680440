/** What the measuring program asks of the processes that serve and read, and what they answer. One request at a time. */

export interface PublishOrder {
  readonly count: number;
  /** How many are published at once: in one commit, where there are commits. */
  readonly together: number;
  /** Pause from one turn to the next; 0: the next turn of the event loop. */
  readonly everyMs: number;
  /** Of the last event; all others have another. */
  readonly lastMark: string;
  readonly extraBytes: number;
}

export interface Published {
  /** When the first event was published, `monotonicUs`. */
  readonly beganUs: number;
  /** How long it took to publish one turn's events: for BenchTray, what the journal takes, and the writing where it is done at once. Ascending. */
  readonly turnMs: readonly number[];
}

/** After a garbage collection. */
export interface ServerMemory {
  readonly residentMib: number;
  readonly heapMib: number;
}

/** How much later than it should the event loop came round, since it was asked last. */
export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What a process that serves can do. */
export interface ServerCommands {
  publish(order: PublishOrder): Promise<Published>;
  /** User and system, since the process began. */
  cpuMs(): number;
  memory(): ServerMemory;
  loopDelay(): LoopDelay;
  /** How many streams are open. */
  streams(): Promise<number> | number;
  /** The id with which a client asks for everything. */
  firstId(): string;
}

export interface ReadersOrder {
  readonly port: number;
  readonly path: string;
  readonly count: number;
  /** False: nothing is ever read. */
  readonly reading: boolean;
  readonly lastEventId?: string;
}

export interface Arrival {
  /** When the last of the readers had the last event, `monotonicUs`. */
  readonly endedUs: number;
  /** Readers that looked at each event: from its publishing to its arrival, ascending. */
  readonly delaysMs: readonly number[];
  /** Of one reader, on average, with whatever frames it. */
  readonly bytesPerReader: number;
}

/** What the process that reads can do. */
export interface ReaderCommands {
  /** Opens streams. Answers when each has got something. */
  open(order: ReadersOrder): Promise<void>;
  /** Opens streams one after the other. @returns milliseconds from the connecting to the first byte, ascending */
  firstBytes(order: ReadersOrder): Promise<readonly number[]>;
  /** From now on, readers look out for this mark. Every so many of them looks at each event. */
  expect(lastMark: string, count: number, lookEvery: number): void;
  /** Answers when every reader has got the event with the mark. @throws when a reader that looked has missed any, or got one twice */
  arrived(): Promise<Arrival>;
  close(): void;
}
