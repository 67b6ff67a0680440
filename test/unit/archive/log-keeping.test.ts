/** What is kept of logs, however their bytes are cut and whenever BenchTray dies. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LogStore } from '../../../src/main/engine/archive/log/log-store.ts';
import {
  newSessionState,
  parseSessionState,
  type RunSessionState,
  type StartLog,
} from '../../../src/main/engine/run/index.ts';
import { createLogKeeping } from '../../../src/main/engine/watch/log/log-keeping.ts';
import { makeRunLog, runLogKinds } from '../../support/run-logs/index.ts';
import { context, openSession } from '../run/support.ts';
import { bytesOf, dataFolder, logName, storeIn, vm } from './kept-logs.ts';

const hole = '?'.charCodeAt(0);
const startMs = Date.UTC(2026, 0, 28, 22);

/** A log with something in front, and several runs. */
function logOf(kind: (typeof runLogKinds)[number], seed: number, lead: string): Buffer {
  const runs = [0, 1, 2].map((index) =>
    makeRunLog(kind, seed + index, { tasks: 2, startMs: startMs + index * 7_200_000, end: 'interrupted' }),
  );
  return Buffer.from(lead + runs.flatMap(({ pieces }) => pieces.map(({ text }) => text)).join(''));
}

interface Starts {
  readonly starts: readonly StartLog[];
  /** Behind the last whole line. */
  readonly to: number;
  /** Where the line is by which the first start was recognised. */
  readonly firstLine: number;
}

/** Where the log of each start lies in the bytes, by one reading from end to end. */
function startsIn(all: Buffer): Starts {
  const session = openSession(newSessionState(null));
  const starts: StartLog[] = [];
  let firstLine: number | null = null;
  let to = 0;
  while (to < all.length) {
    const lineEnd = all.indexOf('\n', to) + 1 || all.length;
    const step = session.push(all.subarray(to, lineEnd), context);
    starts.push(...step.starts);
    if (starts.length > 0) firstLine ??= to;
    to = lineEnd;
  }
  return { starts, to: session.push(Buffer.alloc(0), context).state.offset, firstLine: firstLine ?? to };
}

/** One life of BenchTray, which reads from the stored state on, and stores its state now and then. */
function live(
  store: LogStore,
  all: Buffer,
  stored: RunSessionState,
  plan: readonly { readonly bytes: number; readonly isStored: boolean }[],
): RunSessionState {
  const session = openSession(stored);
  const keeping = createLogKeeping({ vm, log: logName, logs: store, state: stored });
  let state = stored;
  let at = stored.offset;
  for (const { bytes, isStored } of plan) {
    const step = session.push(all.subarray(at, at + bytes), context);
    keeping.push(all.subarray(at, at + bytes), step);
    at = Math.min(all.length, at + bytes);
    if (!isStored) continue;
    keeping.flush();
    const json = JSON.stringify(step.state);
    state = parseSessionState(JSON.parse(json) as RunSessionState) ?? newSessionState(null);
  }
  return state;
}

const part = fc.record({ bytes: fc.integer({ min: 1, max: 6_000 }), isStored: fc.boolean() });

it('is the log of each start up to the stored offset, byte by byte, after any crash', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...runLogKinds),
      fc.nat(1_000),
      fc.constantFrom('', 'Collecting torch\n', `${'x'.repeat(2_000)}\n`.repeat(50)),
      fc.array(fc.array(part, { maxLength: 12 }), { maxLength: 5 }),
      async (kind, seed, lead, lives) => {
        const all = logOf(kind, seed, lead);
        const dataDir = dataFolder();
        let state = newSessionState(null);
        for (const plan of lives) {
          let isAlive = true;
          const store = storeIn(dataDir, () => isAlive);
          state = live(store, all, state, plan);
          // The dead write nothing more.
          isAlive = false;
          await store.close();
          await check(store, all, state, false);
        }
        const store = storeIn(dataDir);
        const whole = [{ bytes: all.length, isStored: true }];
        state = live(store, all, state, whole);
        await store.idle();
        await check(storeIn(dataDir), all, state, true);
      },
    ),
    { numRuns: 40 },
  );
});

async function check(store: LogStore, all: Buffer, state: RunSessionState, isOver: boolean): Promise<void> {
  const { starts, to, firstLine } = startsIn(all);
  for (const [index, { start, from }] of starts.entries()) {
    const end = Math.min(starts[index + 1]?.from ?? to, isOver ? to : state.offset);
    const expected = all.subarray(from, Math.max(from, end));
    const kept = await bytesOf(store.open({ runId: start, vm, log: logName }));
    // What was read behind the stored offset may be there: it is written again.
    const same = kept.subarray(0, expected.length);
    const lead = Math.max(0, firstLine - from);
    expect(same.subarray(lead).toString()).toBe(expected.subarray(lead).toString());
    if (isOver) expect(kept.length).toBe(expected.length);
    // Before the first start is known, its beginning is in memory only.
    expect(same.subarray(0, lead).every((byte, at) => byte === expected[at] || byte === hole)).toBe(true);
  }
}
