import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLineSplitter,
  initialReader,
  parseReaderState,
  type ReaderState,
  type RunState,
} from '../../../src/main/engine/run/index.ts';
import { endedTasks, nothingRead, readChunks, sampleBytes, type Reading } from './support.ts';

const samples = (['waa_run.log', 'openadapt.log'] as const).map((name) => ({ name, all: sampleBytes(name) }));

/** What a restart does to a reading: everything goes through the journal. */
function restarted(reading: Reading): Reading {
  const stored = JSON.stringify({ reader: reading.reader, run: reading.run });
  const { reader, run } = JSON.parse(stored) as { reader: unknown; run: RunState | null };
  return { ...reading, reader: readerFrom(reader), run };
}

function readerFrom(stored: unknown): ReaderState {
  const state = parseReaderState(stored);
  if (state === null) throw new Error('a state of ours was not recognised');
  return state;
}

describe.each(samples)('$name', ({ all }) => {
  const whole = readChunks(nothingRead, [all]);

  it('says the same however its bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(all.length), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), all.length];
        const chunks = at.slice(1).map((end, index) => all.slice(at[index], end));
        const reading = readChunks(nothingRead, chunks);
        expect(reading.events).toEqual(whole.events);
        expect(reading.run).toEqual(whole.run);
      }),
      { numRuns: 30 },
    );
  });

  it('says the same when it comes byte by byte', () => {
    const chunks = Array.from(all, (_, index) => all.subarray(index, index + 1));
    expect(readChunks(nothingRead, chunks).events).toEqual(whole.events);
  });

  it('says the same after a restart at any line', () => {
    const lines = createLineSplitter(0).push(all);
    let reading = nothingRead;
    for (const line of lines) {
      reading = restarted(readChunks(reading, [all.subarray(line.offset, line.end)], line.offset));
    }
    expect(reading.events).toEqual(whole.events);
    expect(reading.effects).toEqual(whole.effects);
    expect(reading.run).toEqual(whole.run);
  });

  it('says the same with Windows line ends, at other offsets', () => {
    const text = new TextDecoder().decode(all).replaceAll('\n', '\r\n');
    const reading = readChunks(nothingRead, [new TextEncoder().encode(text)]);
    expect(reading.events).toEqual(whole.events);
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
        const reading = readChunks(nothingRead, chunks);
        expect(endedTasks(reading)).toEqual(endedTasks(whole));
        expect(reading.run?.totalTasks).toBe(whole.run?.totalTasks);
      }),
      { numRuns: 30 },
    );
  });

  it('can begin anywhere without an exception, and tells no task twice', () => {
    const lines = createLineSplitter(0).push(all);
    for (const line of lines) {
      const names = endedTasks(readChunks(nothingRead, [all.subarray(line.offset)], line.offset)).map(
        ([id]) => id,
      );
      expect(new Set(names).size).toBe(names.length);
      expect(
        endedTasks(whole)
          .map(([id]) => id)
          .slice(endedTasks(whole).length - names.length),
      ).toEqual(names);
    }
  });
});

describe('a stored state', () => {
  it('of another version, or of nobody, is not taken up', () => {
    for (const stored of [
      null,
      undefined,
      3,
      'x',
      [],
      {},
      { ...initialReader(), version: 0 },
      { version: initialReader().version },
    ]) {
      expect(parseReaderState(stored)).toBeNull();
    }
    expect(parseReaderState(initialReader())).toEqual(initialReader());
  });
});
