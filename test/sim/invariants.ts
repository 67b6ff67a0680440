/** What must be true of BenchTray after every step, whatever has happened. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { zstdDecompressSync } from 'node:zlib';
import { listChunks } from '../../src/main/engine/archive/log/chunks.ts';
import { logFolder } from '../../src/main/engine/archive/log/log-store.ts';
import type { FollowMark, FollowState, JournalEvent } from '../../src/main/engine/feed/index.ts';
import { progressOf, type RunState } from '../../src/main/engine/run/index.ts';
import { positionOf, type Generation } from './benchmark.ts';
import type { Client } from './client.ts';
import { runStarts, vm } from './life.ts';
import type { EndedInRun, Reading } from './oracle.ts';
import type { World } from './world.ts';

type ErrorEvent = Extract<JournalEvent, { readonly type: 'error' }>;

/** Of any clock. */
const furthestTime = 8.64e15;

/** What is not as it must be. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** @throws Violation */
export function checkInvariants(world: World): void {
  const [fault] = world.unforeseen;
  if (fault !== undefined) throw new Violation('BenchTray reports a fault of its own', { cause: fault });
  world.faults.aside(() => {
    takeEvents(world);
    checkAttempts(world);
    checkConditions(world);
    checkSpans(world);
    checkStored(world);
    checkShown(world);
    for (const client of world.clients) checkClient(world, client);
  });
}

/** What must be true when the VM is well, everything was read, and every client has taken all of it. @throws Violation */
export function checkEnd(world: World): void {
  checkInvariants(world);
  const { events, oracle, benchmark, life, clients } = world;
  const expected = oracle.ended.length - world.endedBefore;
  const told = events.filter(({ type }) => type === 'task_complete').length;
  require(told === expected, `${told} attempts were reported, ${expected} have ended`);
  require(isRead(
    world,
  ), `the log is not read to its end: ${String(life.store.get().reading?.receivedTo)} of ${String(benchmark.current?.bytes.length)}`);
  const open = [...openIn(events).keys()].filter((code) => code !== 'run_stalled' || !isSilent(world));
  require(open.length === 0, `the VM is well, and these errors are open: ${open.join(', ')}`);
  const newest = events.at(-1)?.seq ?? 0;
  for (const { name, received, openings } of clients) {
    const last = Math.max(received.at(-1)?.seq ?? 0, openings.at(-1)?.seq ?? 0);
    require(last >= newest, `${name} has read up to ${last} of ${newest}`);
  }
}

/** The last run has no end, and its log says nothing since a silence that is long enough to be reported. */
function isSilent({ oracle, benchmark }: World): boolean {
  const writtenMs = benchmark.current?.modifiedMs ?? 0;
  return oracle.newest.run?.state === 'running' && Date.now() - writtenMs >= 20 * 60_000;
}

/** Takes over what has been committed since the last step. */
export function takeEvents({ life, events }: Pick<World, 'life' | 'events'>): void {
  const last = events.at(-1)?.seq ?? 0;
  events.push(...life.feed.replay(last, null, 10_000));
}

/** Each attempt once, in the order of the log, and none that has not ended. */
function checkAttempts({ events, oracle, endedBefore }: World): void {
  const told = events.flatMap((event) => (event.type === 'task_complete' ? [event.data] : []));
  for (const [index, data] of told.entries()) {
    const { run_id, domain, task_id, attempt, outcome, score } = data;
    const found = JSON.stringify([run_id, domain, task_id, attempt, outcome, score]);
    const expected = textOf(oracle.ended[index + endedBefore]);
    require(found === expected, `attempt ${index} was reported as ${found}, and is ${expected}`);
  }
}

function textOf(ended: EndedInRun | undefined): string {
  if (ended === undefined) return 'none that has ended';
  const { domain, taskId, attempt, outcome, score } = ended.task;
  return JSON.stringify([ended.runId, domain, taskId, attempt, outcome, score]);
}

/** `error` and `recovered` come in turns; what is open in between is what the status and the journal call open. */
function checkConditions({ events, life, troubles, hasLooked, link }: World): void {
  const open = openIn(events);
  const stored = life.feed.openConditions(vm).map(({ code }) => code);
  require(isSame(
    open.keys(),
    stored,
  ), `open by events: ${text(open.keys())}, by the journal: ${text(stored)}`);
  const { status } = life.feed.snapshot(vm);
  const shown = status?.open_errors.map(({ code }) => code) ?? stored;
  require(isSame(open.keys(), shown), `open by events: ${text(open.keys())}, by the status: ${text(shown)}`);
  if (!hasLooked || link === null) return;
  for (const code of troubles) require(open.has(code), `${code} is not reported`);
  for (const code of ['disk_full', 'docker_denied', 'probe_down', 'ssh_unreachable'] as const)
    if (!troubles.has(code as never)) require(!open.has(code), `${code} is over and not recovered`);
}

/** The errors that the history keeps are those that were reported, with their ends; none in the time of a run is missing. */
function checkSpans({ events, life, errorsPrunedBefore }: World): void {
  // Two runs may end in the same millisecond.
  const kept = life.feed.spansBetween(vm, -furthestTime, furthestTime).flatMap((span) => {
    if (span.kind === 'silence') return [];
    const end = moments.includes(span.code) ? 'moment' : (span.ending ?? 'open');
    return [JSON.stringify([span.code, span.beganAt, end])];
  });
  const [firstMs = Infinity] = runStarts(life.feed);
  const missingBefore = Math.max(firstMs, errorsPrunedBefore);
  for (const [error, { at, end }] of endsIn(events)) {
    const index = kept.indexOf(JSON.stringify([error.data.code, at, end]));
    if (index >= 0) kept.splice(index, 1);
    require(index >= 0 || at < missingBefore, `${error.data.code} of ${at} (${end}) is not kept`);
  }
  require(kept.length === 0, `these errors are kept, and were not reported: ${kept.join(' ')}`);
}

interface ErrorEnd {
  readonly at: number;
  /** What `recovered` said. */
  readonly end: string;
}

function endsIn(events: readonly JournalEvent[]): Map<ErrorEvent, ErrorEnd> {
  const ends = new Map<ErrorEvent, ErrorEnd>();
  const open = new Map<string, ErrorEvent>();
  for (const event of events) {
    if (event.type === 'error') {
      const isMoment = moments.includes(event.data.code);
      ends.set(event, { at: event.at, end: isMoment ? 'moment' : 'open' });
      if (!isMoment) open.set(event.data.code, event);
    }
    const error = event.type === 'recovered' ? open.get(event.data.code) : undefined;
    if (event.type === 'recovered' && error !== undefined)
      ends.set(error, { at: error.at, end: event.data.message });
  }
  return ends;
}

/** Moments have no end. */
const moments: readonly string[] = ['internal', 'run_crashed', 'run_interrupted', 'result_mismatch'];

function openIn(events: readonly JournalEvent[]): Map<string, JournalEvent> {
  const open = new Map<string, JournalEvent>();
  for (const event of events) {
    if (event.type === 'error' && !moments.includes(event.data.code)) {
      require(!open.has(event.data.code), `${event.data.code} began twice`);
      open.set(event.data.code, event);
    }
    if (event.type !== 'recovered') continue;
    require(open.delete(event.data.code), `${event.data.code} recovered and was not open`);
  }
  return open;
}

/** The state that a restart begins from is that of a fresh fold up to its offset, and all attempts up to there have been reported. */
function checkStored(world: World): void {
  const { life, oracle, events, endedBefore } = world;
  const stored = life.feed.latestFollow(vm);
  if (stored?.mark === undefined) return;
  const generation = markedBy(world, stored.mark);
  if (generation === null) return;
  const folded = oracle.at(positionOf(generation, stored.offset));
  const told = events.filter(({ type }) => type === 'task_complete').length;
  const expected = Math.max(0, folded.ended - endedBefore);
  require(told ===
    expected, `${told} attempts were reported, and ${expected} have ended before the stored offset`);
  require(isSameRun(
    stored.run,
    folded,
  ), 'the stored run is not that of a fresh fold up to the stored offset');
  if (stored.startLog !== undefined) checkKept(world, stored, positionOf(generation, stored.offset));
}

/** The log that is kept of the start that the stored state is in has every byte up to the stored offset, once. */
function checkKept({ life, oracle }: World, { startLog, offset, log }: FollowState, position: number): void {
  if (startLog === undefined) return;
  const { start, from } = startLog;
  const expected = oracle.logOf(start, position);
  if (expected === null) return;
  const kept = keptBytes(logFolder(life.dataDir, vm, start, log), offset - from);
  require(kept
    .subarray(Math.max(0, kept.length - expected.length))
    .equals(
      expected,
    ), `the log of ${start} is kept with ${kept.length} bytes, and has ${expected.length} up to the stored offset`);
}

/** Returns what is kept before this place, without the zeros of a log that was cut under its process. */
function keptBytes(folder: string, to: number): Buffer {
  const all = listChunks(folder).map(({ path, from, isPacked }) => {
    const bytes = readFileSync(path);
    return (isPacked ? zstdDecompressSync(bytes) : bytes).subarray(0, Math.max(0, to - from));
  });
  return Buffer.concat(all).filter((byte) => byte !== 0) as Buffer;
}

function isSameRun(run: RunState | null, folded: Reading): boolean {
  return isDeepStrictEqual(plain(run), plain(folded.run));
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** Returns what the marked bytes stand in; null: in nothing, or in several. */
export function markedBy({ benchmark }: World, { at, bytes, hash }: FollowMark): Generation | null {
  if (bytes === 0) return null;
  const fitting = benchmark.generations.filter((one) => {
    if (one.bytes.length < at) return false;
    const sample = one.bytes.toString('utf8', at - bytes, at);
    return createHash('sha256').update(sample).digest('hex') === hash;
  });
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

/** Everything that the benchmark wrote has arrived, by the file that bears the log's name. */
export function isRead({ life, benchmark, link }: World): boolean {
  const { reading } = life.store.get();
  const { current } = benchmark;
  const newest = benchmark.generations.at(-1);
  if (link === null || reading === null || current === null || newest?.file !== current) return false;
  return (
    reading.inode === current.inode &&
    // Cut and grown to the same length again, it is another text.
    current.cutsWhenSent === current.cuts &&
    current.bytes.length > 0 &&
    reading.receivedTo === current.bytes.length &&
    reading.session.offset >= 0
  );
}

/** When all of the log has arrived, the progress is that of a fresh fold of it. */
function checkShown(world: World): void {
  const { life, oracle } = world;
  const { run } = oracle.newest;
  if (!isRead(world) || run === null || life.store.get().reading?.publishedRun === null) return;
  const { progress } = life.feed.snapshot(vm);
  require(progress !== null, 'no progress is shown');
  const expected = progressOf(run, vm, Date.now(), progress.state === 'stalled');
  for (const name of figures)
    require(isDeepStrictEqual(
      progress[name],
      expected[name],
    ), `progress.${name} is ${JSON.stringify(progress[name])}, and ${JSON.stringify(expected[name])} in a fresh fold`);
}

const figures = [
  ...(['run_id', 'state', 'tasks_completed', 'total_tasks', 'current_task', 'current_step'] as const),
  ...(['domain', 'succeeded', 'score_sum', 'mean_score', 'pass_rate', 'started_at', 'instruction'] as const),
];

/** A client has read every event since it came, once, in order; it comes back to where it was, unless that has been pruned. */
function checkClient({ events, prunedThrough }: World, { name, received, openings }: Client): void {
  for (const { cameFrom, seq, hasGap } of openings) {
    if (cameFrom === null) continue;
    require(hasGap
      ? prunedThrough > cameFrom
      : seq === cameFrom, `${name} came back to ${cameFrom} and was sent to ${seq}`);
  }
  const opening = openings.findLast(({ cameFrom, hasGap }) => cameFrom === null || hasGap);
  if (opening === undefined) return;
  const from = opening.hasGap ? Math.max(opening.seq, opening.prunedThrough) : opening.seq;
  const to = received.at(-1)?.seq ?? from;
  const expected = events.filter(({ seq }) => seq > from && seq <= to);
  const wrong = expected.findIndex((event, index) => received[index]?.seq !== event.seq);
  require(wrong <
    0, `${name} has read ${seqs(received)} after ${from}, and the journal has ${seqs(expected)}`);
  require(received.length ===
    expected.length, `${name} has read ${seqs(received)}, and the journal has ${seqs(expected)}`);
  for (const [index, { json, type }] of received.entries()) {
    const event = expected[index];
    require(event?.type === type &&
      isDeepStrictEqual(JSON.parse(json), plain(event.data)), `${name} has read another ${type}`);
  }
}

function seqs(list: readonly { readonly seq: number }[]): string {
  return list.map(({ seq }) => seq).join(',');
}

function isSame(a: Iterable<string>, b: Iterable<string>): boolean {
  return text(a) === text(b);
}

function text(codes: Iterable<string>): string {
  return [...codes].sort().join(' ') || 'none';
}

function require(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Violation(otherwise);
}
