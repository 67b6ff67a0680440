import fc from 'fast-check';
import { createScanner } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/main/engine/config/parse.ts';
import type { Config } from '../../../src/main/engine/config/schema.ts';
import { withValues, type ValueChange } from '../../../src/main/engine/config/with-values.ts';

function parsed(text: string): Config {
  const result = parseConfig(text, 'config.json');
  if (!result.ok) throw new Error(`${result.problems.map(({ message }) => message).join('\n')}\n${text}`);
  return result.config;
}

const set = (place: string, value: unknown): ValueChange => ({ path: place.split('.'), value });

/** A file as people write it: comments everywhere, a commented-out key, keys on one line, trailing commas. */
const written = `// BenchTray of the lab
{
  "interval": 5, // s
  /* the VMs */
  "vms": [{ "name": "a", "ssh": { "host": "a" } }], // one
  "notifications": {
    // "errors": false,
    "taskComplete": "all", // or "failures"
    "quietHours": {
      "from": "22:00", // after the last tram
      "to": "07:00",
    },
  },
  "history": { "maxMegabytes": 2000 /* 2 GB */, "logs": true },
}
`;

describe('a value that is there', () => {
  it('is replaced, and nothing else', () => {
    expect(withValues(written, [set('notifications.taskComplete', 'failures')])).toBe(
      written.replace('"taskComplete": "all"', '"taskComplete": "failures"'),
    );
    expect(withValues(written, [set('history.maxMegabytes', 500), set('history.logs', false)])).toBe(
      written.replace('2000 /* 2 GB */, "logs": true', '500 /* 2 GB */, "logs": false'),
    );
  });

  it('keeps the comments within a group that stays one', () => {
    expect(withValues(written, [set('notifications.quietHours', { from: '23:30', to: '07:00' })])).toBe(
      written.replace('22:00', '23:30'),
    );
  });

  it('may become null, and a group again', () => {
    const none = withValues(written, [set('notifications.quietHours', null)]);
    expect(none).toContain('"quietHours": null,\n');
    expect(parsed(none).notifications.quietHours).toBeNull();
    const again = withValues(none, [set('notifications.quietHours', { from: '21:00', to: '06:00' })]);
    expect(again).toContain('"quietHours": { "from": "21:00", "to": "06:00" },\n');
  });

  it('is not touched if it is the same', () => {
    const same = [
      set('notifications.quietHours', { to: '07:00', from: '22:00' }),
      set('history.maxMegabytes', 2000),
    ];
    expect(withValues(written, same)).toBe(written);
  });
});

describe('a value that is missing', () => {
  it('goes behind the last key of its group', () => {
    expect(withValues(written, [set('notifications.errors', false)])).toBe(
      written.replace('    },\n  },\n', '    },\n    "errors": false,\n  },\n'),
    );
    expect(withValues(written, [set('history.screenshots', 'none')])).toBe(
      written.replace('"logs": true }', '"logs": true, "screenshots": "none" }'),
    );
  });

  it('brings its group along', () => {
    const text = withValues(written, [set('journal.keepDays', 90), set('journal.maxMegabytes', 400)]);
    expect(text).toBe(
      written.replace(
        '"logs": true },\n',
        '"logs": true },\n  "journal": {\n    "keepDays": 90,\n    "maxMegabytes": 400\n  },\n',
      ),
    );
  });

  it.each([null, '{}', '{ "interval": 5 }', '\uFEFF{ // mine\r\n}\r\n'])('goes into %j', (text) => {
    const after = withValues(text, [
      set('notifications.quietHours', { from: '22:00', to: '07:00' }),
      set('history.logs', false),
    ]);
    expect(parsed(after)).toMatchObject({
      notifications: { quietHours: { from: '22:00', to: '07:00' } },
      history: { logs: false },
    });
    if (text?.startsWith('\uFEFF') === true) expect(after).toMatch(/^\uFEFF\{ \/\/ mine\r\n/);
  });
});

describe('whatever is changed', () => {
  const comment = fc.constantFrom('', ' ', '\n', '\n  ', ' // one\n', ' /* two */ ', '\r\n/* on\nlines */\t');
  const pairs: readonly (readonly [string, string])[] = [
    ['notifications', '{K"taskComplete"K:K"all"K,K"errors":falseK}'],
    ['history', '{K"logs":trueKTK}'],
    ['journal', '{K}'],
    ['vms', '[K{"name":"a",K"ssh":{"host":"a"}}K]'],
  ];
  const file = fc
    .tuple(fc.subarray([...pairs]), fc.array(comment, { minLength: 40, maxLength: 40 }), fc.boolean())
    .map(([chosen, gaps, hasTail]) => {
      const body = chosen.map(([key, value]) => `K"${key}":K${value}K`).join(',');
      const text = `K{${body}${hasTail && chosen.length > 0 ? ',' : ''}K}K`.replaceAll(
        'T',
        hasTail ? ',' : '',
      );
      let next = 0;
      return text.replaceAll('K', () => gaps[next++ % gaps.length] ?? '');
    });
  const change = fc.oneof(
    fc.constantFrom('all', 'failures', 'none').map((value) => set('notifications.taskComplete', value)),
    fc.boolean().map((value) => set('notifications.errors', value)),
    fc
      .constantFrom(null, { from: '22:00', to: '07:00' }, { from: '01:00', to: '02:00' })
      .map((value) => set('notifications.quietHours', value)),
    fc.integer({ min: 1, max: 9999 }).map((value) => set('history.maxMegabytes', value)),
    fc.boolean().map((value) => set('history.logs', value)),
    fc.integer({ min: 1, max: 365 }).map((value) => set('journal.keepDays', value)),
  );

  it('it has the value, every other value and every comment stays', () => {
    fc.assert(
      fc.property(file, fc.array(change, { minLength: 1, maxLength: 6 }), (before, changes) => {
        const after = withValues(before, changes);
        const expected = structuredClone(parsed(before)) as unknown as Record<
          string,
          Record<string, unknown>
        >;
        for (const {
          path: [group = '', key = ''],
          value,
        } of changes)
          Object.assign(expected[group] ?? {}, { [key]: value });
        expect(parsed(after)).toEqual(expected);
        expect(commentsOf(after)).toEqual(commentsOf(before));
      }),
      { numRuns: 1000 },
    );
  });
});

/** Comments as they stand, in order. */
function commentsOf(text: string): readonly string[] {
  const scanner = createScanner(text, false);
  const [lineComment, blockComment, end] = [12, 13, 17];
  const found: string[] = [];
  for (let token: number = scanner.scan(); token !== end; token = scanner.scan())
    if (token === lineComment || token === blockComment)
      found.push(text.slice(scanner.getTokenOffset(), scanner.getTokenOffset() + scanner.getTokenLength()));
  return found;
}
