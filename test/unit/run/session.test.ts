import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLineSplitter,
  newSessionState,
  parseSessionState,
  progressOf,
  type ResultFile,
  type RunEffect,
  type RunSessionState,
  type RunState,
  type SessionStep,
} from '../../../src/main/engine/run/index.ts';
import { makeRunLog, runLogKinds, type RunLogKind } from '../../support/run-logs/index.ts';
import { oddTexts } from '../../support/odd-texts.ts';
import { context, endedTasks, openSession, sampleBytes, waaLog } from './support.ts';

const encoder = new TextEncoder();
const startMs = Date.UTC(2026, 0, 28, 22);

type Played = Pick<SessionStep, 'effects' | 'state'>;

/** Reads chunk by chunk in one session. */
function play(
  chunks: readonly Uint8Array[],
  from: RunSessionState = newSessionState(null),
  files: readonly ResultFile[] = [],
): Played {
  const session = openSession(from);
  let { effects, state } = session.takeResults(files, context.referenceTimeMs);
  for (const chunk of chunks) {
    const step = session.push(chunk, context);
    effects = [...effects, ...step.effects];
    state = step.state;
  }
  return { effects, state };
}

/** What a restart does to a session: its state goes through the journal. */
function restarted(state: RunSessionState): RunSessionState {
  const stored = parseSessionState(JSON.parse(JSON.stringify(state)) as RunSessionState);
  if (stored === null) throw new Error('a state of ours was not recognised');
  return stored;
}

/** Reads with a restart behind each of these byte positions: the next session gets the bytes from the stored offset on. */
function playWithRestarts(all: Uint8Array, positions: readonly number[]): Played {
  let state = newSessionState(null);
  const effects: RunEffect[] = [];
  for (const end of [...positions, all.length]) {
    const part = play([all.subarray(state.offset, Math.max(end, state.offset))], restarted(state));
    effects.push(...part.effects);
    state = part.state;
  }
  return { effects, state };
}

function cutAt(all: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts, all.length];
  return at.slice(1).map((end, index) => all.subarray(at[index], end));
}

/** Positions within the bytes, in order. */
const positionsIn = (all: Uint8Array, most: number) =>
  fc.array(fc.nat(all.length), { maxLength: most }).map((cuts) => cuts.sort((a, b) => a - b));

/** The state apart from the text of the last message, of which a restart keeps only what it needs. */
const withoutRecord = ({ offset, reader, run, startLog }: RunSessionState) => ({
  offset,
  run,
  startLog,
  dialects: reader.dialects,
  counts: reader.counts,
});

const samples = (['waa_run.log', 'openadapt.log'] as const).map((name) => ({ name, all: sampleBytes(name) }));

describe.each(samples)('$name', ({ all }) => {
  const whole = play([all]);

  it('has the same effects however its bytes are cut', () => {
    fc.assert(
      fc.property(positionsIn(all, 40), (cuts) => {
        expect(play(cutAt(all, cuts))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('has the same effects when it comes byte by byte', () => {
    expect(play(Array.from(all, (_, index) => all.subarray(index, index + 1)))).toEqual(whole);
  });

  it('has the same effects with a restart behind every line', () => {
    const ends = createLineSplitter(0)
      .push(all)
      .map(({ end }) => end);
    expect(playWithRestarts(all, ends)).toEqual(whole);
  });

  it('has the same effects with restarts in the middle of its lines', () => {
    fc.assert(
      fc.property(positionsIn(all, 40), (positions) => {
        expect(playWithRestarts(all, positions)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('has the same effects with Windows line ends, at other offsets', () => {
    const text = new TextDecoder().decode(all).replaceAll('\n', '\r\n');
    expect(withoutOffsets(play([encoder.encode(text)]).effects)).toEqual(withoutOffsets(whole.effects));
  });

  it('loses no task to garbage between its lines', () => {
    const lines = createLineSplitter(0).push(all);
    const garbage = fc.tuple(fc.nat(lines.length - 1), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(garbage, { minLength: 1, maxLength: 30 }), (pieces) => {
        const between = new Map(pieces);
        const chunks = lines.flatMap((line, index) => [
          ...(between.has(index) ? [between.get(index) ?? new Uint8Array(), new Uint8Array([0x0a])] : []),
          all.subarray(line.offset, line.end),
        ]);
        const reading = play(chunks);
        expect(endedTasks(reading)).toEqual(endedTasks(whole));
        expect(reading.state.run?.totalTasks).toBe(whole.state.run?.totalTasks);
      }),
      { numRuns: 30 },
    );
  });

  it('can begin anywhere without an exception, and reports no task twice', () => {
    for (const { offset } of createLineSplitter(0).push(all)) {
      const cut = play([all.subarray(offset)], { ...newSessionState(null), offset });
      const names = endedTasks(cut).map(([id]) => id);
      expect(new Set(names).size).toBe(names.length);
      const all_ = endedTasks(whole).map(([id]) => id);
      expect(all_.slice(all_.length - names.length)).toEqual(names);
    }
  });
});

describe.each(runLogKinds)('a log of the kind %s', (kind) => {
  it('has the same effects however its bytes are cut, and with a restart anywhere', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.array(fc.nat(), { maxLength: 30 }), (seed, anywhere) => {
        const all = encoder.encode(makeRunLog(kind, seed, { tasks: 4 }).text);
        const cuts = anywhere.map((cut) => cut % all.length).sort((a, b) => a - b);
        const whole = play([all]);
        expect(play(cutAt(all, cuts))).toEqual(whole);
        expect(playWithRestarts(all, cuts)).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  it('has the same effects beside result files, however its bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.constantFrom('0', '0.25', '1'),
        (seed, anywhere, score) => {
          const { text } = makeRunLog(kind, seed, { tasks: 4 });
          const all = encoder.encode(text);
          const tasks = play([all]).effects.flatMap((effect) =>
            effect.type === 'task_ended' ? [effect.task] : [],
          );
          const files = tasks.map(({ domain, taskId, endedAt }) => ({
            domain: domain ?? '',
            taskId,
            path: `/results/${taskId}/result.txt`,
            modifiedAt: endedAt ?? 0,
            text: score,
          }));
          const cuts = anywhere.map((cut) => cut % all.length).sort((a, b) => a - b);
          expect(play(cutAt(all, cuts), newSessionState(null), files)).toEqual(
            play([all], newSessionState(null), files),
          );
        },
      ),
      { numRuns: 15 },
    );
  });
});

it.each(Object.entries(oddTexts))('reads %s the same wherever its bytes are cut', (_kind, make) => {
  const before = encoder.encode(waaLog().begin('a').task('a').text());
  const odd = make(40_000);
  const after = encoder.encode(`\n${waaLog().wait(60).result('1.00').finished('a').text()}`);
  const all = Uint8Array.from([...before, ...odd, ...after]);
  const whole = play([all]);
  fc.assert(
    fc.property(positionsIn(all, 20), (cuts) => {
      expect(play(cutAt(all, cuts))).toEqual(whole);
      const resumed = playWithRestarts(all, cuts);
      expect(resumed.effects).toEqual(whole.effects);
      expect(withoutRecord(resumed.state)).toEqual(withoutRecord(whole.state));
    }),
    { numRuns: 8 },
  );
});

/** Evidence says where its line is. */
function withoutOffsets(effects: readonly RunEffect[]): unknown {
  return JSON.parse(JSON.stringify(effects), (key, value: unknown) => (key === 'offset' ? undefined : value));
}

/** Version 0.1.0 found no faults. */
function withoutVerdicts(run: RunState | null): RunState | null {
  if (run === null) return null;
  const tasks = run.tasks.map(({ fault: _f, faultEvidence: _e, seen: _s, ...task }) => task);
  return { ...run, tasks };
}

describe('a stored state', () => {
  const path = fileURLToPath(new URL('../../samples/stored-sessions.jsonl', import.meta.url));
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  interface Stored {
    readonly kind: RunLogKind;
    readonly log: string;
    /** Written by version 0.1.0 in the middle of the log. */
    readonly stored: RunSessionState;
    /** What that version reported from there on, and the run that it came to. */
    readonly effects: readonly string[];
    readonly run: RunState;
  }

  it.each(lines.map((line) => JSON.parse(line) as Stored))(
    'of version 0.1.0 goes on where it stopped ($kind at byte $stored.offset)',
    ({ log, stored, effects, run }) => {
      const from = parseSessionState(stored);
      if (from === null) throw new Error('not recognised');
      const rest = play([encoder.encode(log).subarray(from.offset)], from);
      expect(rest.effects.map(shortly)).toEqual(effects);
      expect(withoutVerdicts(rest.state.run)).toEqual(run);
    },
  );

  it('of another version, or of nobody, is not taken up', () => {
    const { offset, reader, run } = newSessionState(null);
    const odd = [null, undefined, 3, 'x', [], {}, { ...reader, version: 0 }, { version: reader.version }];
    for (const other of odd) expect(parseSessionState({ offset, reader: other, run })).toBeNull();
    expect(parseSessionState({ offset, reader, run })).toEqual({ offset, reader, run });
  });
});

it('a start is read as a whole before result files are: those of other workers are not its own', () => {
  const session = openSession();
  const nowMs = context.referenceTimeMs;
  const file = { domain: 'clock', path: '/results/b/result.txt', modifiedAt: nowMs - 20_000, text: '1' };
  session.takeResults([{ ...file, taskId: 'b' }], nowMs);
  const log = waaLog({ startMs: nowMs - 60_000 }).record(
    'run',
    "Args: Namespace(emulator_ip='172.30.0.2', worker_id=0, num_workers=2)",
  );
  const { effects } = session.push(encoder.encode(log.text()), context);
  expect(effects.map(({ type }) => type)).toEqual(['run_started']);
});

describe('the end of a run', () => {
  const end = { state: 'crashed', reason: 'gone', atMs: startMs + 60_000, nowMs: startMs + 60_000 } as const;
  const begun = () => waaLog().begin('a', 'b').task('a').step(1).result('1.00');

  it('first counts a result that no line confirmed', () => {
    const session = openSession();
    session.push(encoder.encode(begun().text()), context);
    const { effects, state } = session.end({ ...end, mayRestart: false });
    expect(effects.map(shortly)).toEqual(['task_ended clock a 1 scored 1 1', 'run_ended crashed']);
    expect(state.run).toMatchObject({ state: 'crashed', endMessage: 'gone', endedAt: end.atMs });
  });

  it('is none between two tasks of a process that may restart', () => {
    const session = openSession();
    session.push(encoder.encode(begun().finished('a').text()), context);
    const { effects, state } = session.end({ ...end, mayRestart: true });
    expect([effects, state.run?.state]).toEqual([[], 'running']);
    expect(session.end({ ...end, mayRestart: false }).effects.map(shortly)).toEqual(['run_ended crashed']);
  });
});

describe('the state of a session', () => {
  it('keeps no long text of a task that is over: its effect has carried it out', () => {
    const session = openSession();
    const log = waaLog().begin('a', 'b').task('a', 'Long text.').exception('a', 'Boom.').task('b', 'Next.');
    const { effects, state } = session.push(encoder.encode(log.text()), context);
    expect(effects.find((effect) => effect.type === 'task_ended')?.task).toMatchObject({
      instruction: 'Long text.',
      message: 'Boom.',
    });
    expect(state.run?.tasks).toMatchObject([
      { taskId: 'a', instruction: null, message: null },
      { taskId: 'b', instruction: 'Next.' },
    ]);
    expect(state.run && progressOf(state.run, 'vm', startMs, false).instruction).toBe('Next.');
  });

  it('lies behind the last whole line, and the bytes of the next line may be reused', () => {
    const session = openSession({ ...newSessionState(null), offset: 100 });
    const push = (chunk: Uint8Array) => session.push(chunk, context).state;
    const chunk = encoder.encode('one\ntw');
    expect(push(chunk).offset).toBe(104);
    chunk.fill(0x7a);
    expect(push(encoder.encode('o\r')).offset).toBe(104);
    expect(push(encoder.encode('\nx')).offset).toBe(109);
  });
});

/** "run_ended finished", "task_ended clock a 1 scored 1 5": domain, id, attempt, outcome, score, steps. */
function shortly(effect: RunEffect): string {
  switch (effect.type) {
    case 'run_started':
      return `run_started ${effect.run.runId}`;
    case 'run_ended':
      return `run_ended ${effect.run.state}`;
    case 'task_ended':
    case 'task_corrected': {
      const { domain, taskId, attempt, outcome, score, steps } = effect.task;
      return [effect.type, domain, taskId, attempt, outcome, score, steps].map(String).join(' ');
    }
  }
}
