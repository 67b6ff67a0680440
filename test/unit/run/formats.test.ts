import { describe, expect, it } from 'vitest';
import { stopPrintAtEnd } from '../../../src/main/engine/run/index.ts';
import { runIdFor } from '../../../src/main/engine/run/run-birth.ts';
import { parseArguments, parseScore, parseTaskList } from '../../../src/main/engine/run/python-repr.ts';
import { newestTimeOfDay } from '../../../src/main/engine/run/dialects/openadapt.ts';

describe('the arguments of a run', () => {
  it('are read from the repr of a namespace', () => {
    const text = `Args: Namespace(stop=[',', ')'], f=g(1, 2), max_steps=15, agent_name="na'vi", model='a, b) \\'c\\'', result_dir='./r')`;
    expect(parseArguments(text)).toEqual({
      maxSteps: 15,
      agent: "na'vi",
      model: "a, b) 'c'",
      resultDir: './r',
    });
  });

  it('are only the harmless ones', () => {
    expect(
      parseArguments(`Namespace(api_key='sk-1', model=None, x='model=evil', emulator_ip='172.30.0.2')`),
    ).toEqual({
      emulatorIp: '172.30.0.2',
    });
  });

  it('may be cut off, or be something else', () => {
    expect(parseArguments(`Namespace(max_steps=15, model='gp`)).toMatchObject({ maxSteps: 15 });
    expect(parseArguments('Namespace(')).toEqual({});
    expect(parseArguments('max_steps=15')).toEqual({});
  });
});

describe('a list of tasks', () => {
  it('is read with either quote', () => {
    expect(parseTaskList(`[('clock', 'a'), ("vs_code", "b")]`)).toEqual([
      { domain: 'clock', taskId: 'a' },
      { domain: 'vs_code', taskId: 'b' },
    ]);
    expect(parseTaskList('[]')).toEqual([]);
  });

  it('is read in no time, however long it is and whatever it holds', () => {
    const before = process.cpuUsage();
    expect(parseTaskList(`[${`('a','`.repeat(10_000)}]`)).toEqual([]);
    expect(process.cpuUsage(before).user).toBeLessThan(500_000);
  });

  it('is not believed when it is cut off', () => {
    expect(parseTaskList(`[('clock', 'a'), ('clo`)).toBeNull();
  });
});

describe('the print of a signal', () => {
  const record =
    '\x1b[1;33m[2026-01-28 22:55:17,318 \x1b[31mINFO \x1b[32magent/180-MainProcess\x1b[1;33m] \x1b[0mThinking...';
  const print = 'Interrupted by 15, shutting down';

  it.each([
    ['at the end', `${record}\n${print}\n`, print],
    ['before what a script around it says', `${record}\r\n${print}\r\nKeeping container alive\r\n`, print],
    [
      'behind the keys of a terminal',
      `${record}\n^C${print.replace('15', '2')}\n`,
      '^CInterrupted by 2, shutting down',
    ],
    ['as openadapt-evals passes it on', `[2026-02-26 09:30:02] [RUN] ${print}`, print],
    ['of an earlier run', `${print}\n${record}\n`, null],
    ['within a sentence', `${record}\nIt says: ${print}\n`, null],
    ['of nothing', '', null],
  ])('%s', (_where, text, found) => {
    expect(stopPrintAtEnd(text)).toBe(found);
  });
});

describe('a score', () => {
  it.each([
    ['0.85', 0.85],
    ['1', 1],
    ['True', 1],
    ['False', 0],
    ['1e-05', 0.00001],
    ['', null],
    ['85%', null],
    ['nan', null],
    ['-0.1', null],
  ])('"%s" is %s', (text, score) => {
    expect(parseScore(text)).toBe(score);
  });
});

describe('the id of a run', () => {
  it('is dated, or tells the log and the place in it', () => {
    expect(runIdFor('waa-eval-vm', 'abcdef0123', '20260128-225508318')).toBe(
      'waa-eval-vm-20260128-225508318',
    );
    expect(runIdFor('waa-eval-vm', 'abcdef0123', 'offset-42')).toBe('waa-eval-vm-abcdef01-42');
    expect(encodeURIComponent(runIdFor('my vm/ü', 'x', 'offset-0'))).toBe('my-vm---x-0');
  });
});

describe('a time without a date', () => {
  const at = (time: string) => Date.parse(`2026-01-${time}Z`);
  const timeOfDay = (time: string) => Date.parse(`1970-01-01T${time}Z`);
  it.each([
    ['06:12:34', '29T07:00:00', 0, '29T06:12:34'],
    ['23:59:59', '29T00:00:01', 0, '28T23:59:59'],
    ['00:00:01', '28T23:59:59', 0, '29T00:00:01'],
    ['07:01:00', '29T07:00:00', 0, '29T07:01:00'],
    ['08:00:00', '29T07:00:00', 0, '28T08:00:00'],
    ['08:00:00', '29T07:00:00', -3_600_000, '29T07:00:00'],
  ])('%s, read at %s with a clock %s ms off, is %s', (time, now, clockOffsetMs, result) => {
    expect(newestTimeOfDay(timeOfDay(time), { referenceTimeMs: at(now), clockOffsetMs })).toBe(at(result));
  });
});
