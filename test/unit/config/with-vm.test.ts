import fc from 'fast-check';
import { createScanner } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/main/engine/config/parse.ts';
import type { Config } from '../../../src/main/engine/config/schema.ts';
import { withVm } from '../../../src/main/engine/config/with-vm.ts';

const vm = { name: 'new-vm', ssh: { host: '1.2.3.4' } };

function parsed(text: string): Config {
  const result = parseConfig(text, 'config.json');
  if (!result.ok) throw new Error(`${result.problems.map(({ message }) => message).join('\n')}\n${text}`);
  return result.config;
}

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

describe('a VM is written', () => {
  it('into a file that is not there yet', () => {
    const text = withVm(null, vm);
    expect(text).toMatch(/^\/\/ Configuration of BenchTray/);
    expect(text.split('\n').slice(1).join('\n')).toBe(
      `{\n  "vms": [\n    {\n      "name": "new-vm",\n      "ssh": {\n        "host": "1.2.3.4"\n      }\n    }\n  ]\n}\n`,
    );
    expect(parsed(text).vms.map(({ name }) => name)).toEqual(['new-vm']);
  });

  it.each([
    [
      '{}',
      '{\n  "vms": [\n    {\n      "name": "new-vm",\n      "ssh": {\n        "host": "1.2.3.4"\n      }\n    }\n  ]\n}',
    ],
    ['{"interval":5}', '{"interval":5, "vms": [ { "name": "new-vm", "ssh": { "host": "1.2.3.4" } } ]}'],
    [
      '{"vms":[{"name":"a","ssh":{"host":"a"}}]}',
      '{"vms":[{"name":"a","ssh":{"host":"a"}}, { "name": "new-vm", "ssh": { "host": "1.2.3.4" } }]}',
    ],
    [
      '{\n\t"vms": [\n\t\t{ "name": "a", "ssh": { "host": "a" } }, // the old one\n\t\t// more to come\n\t],\n}\n',
      '{\n\t"vms": [\n\t\t{ "name": "a", "ssh": { "host": "a" } }, // the old one\n\t\t{\n\t\t\t"name": "new-vm",\n\t\t\t"ssh": {\n\t\t\t\t"host": "1.2.3.4"\n\t\t\t}\n\t\t},\n\t\t// more to come\n\t],\n}\n',
    ],
    [
      '{\n  "vms": [\n    { "name": "a", "ssh": { "host": "a" } } // the old one\n  ]\n}\n',
      '{\n  "vms": [\n    { "name": "a", "ssh": { "host": "a" } }, // the old one\n    {\n      "name": "new-vm",\n      "ssh": {\n        "host": "1.2.3.4"\n      }\n    }\n  ]\n}\n',
    ],
    [
      '{\r\n  "interval": 5 // slow\r\n}\r\n',
      '{\r\n  "interval": 5, // slow\r\n  "vms": [\r\n    {\r\n      "name": "new-vm",\r\n      "ssh": {\r\n        "host": "1.2.3.4"\r\n      }\r\n    }\r\n  ]\r\n}\r\n',
    ],
    [
      '{\n  "vms": [] // none yet\n}',
      '{\n  "vms": [\n    {\n      "name": "new-vm",\n      "ssh": {\n        "host": "1.2.3.4"\n      }\n    }\n  ] // none yet\n}',
    ],
    [
      '{ "vms": [ // none yet\n] }',
      '{ "vms": [ // none yet\n  {\n    "name": "new-vm",\n    "ssh": {\n      "host": "1.2.3.4"\n    }\n  }\n] }',
    ],
  ])('into %j', (before, after) => {
    expect(withVm(before, vm)).toBe(after);
    parsed(after);
  });

  it('behind a byte order mark', () => {
    const text = withVm('\uFEFF{ /* a */ }', vm);
    expect(text.startsWith('\uFEFF{ /* a */')).toBe(true);
    expect(parsed(text).vms).toHaveLength(1);
  });
});

describe('whatever the file looks like', () => {
  const comment = fc.oneof(
    fc.stringMatching(/^[ "{}[\],:a-z/]{0,12}$/).map((words) => `//${words}\n`),
    fc.stringMatching(/^[ "{}[\],:a-z]{0,12}$/).map((words) => `/*${words}*/`),
    fc.constant('/* on\nseveral lines */'),
  );
  const gap = fc
    .array(
      fc.oneof({ weight: 3, arbitrary: fc.constantFrom(' ', '\n', '\n  ', '\t', '\r\n    ') }, comment),
      {
        maxLength: 4,
      },
    )
    .map((parts) => parts.join(''));
  const tail = fc.constantFrom('', ',');
  /** A list or group of these items, with anything in between that may stand there. */
  const container = (open: string, close: string, items: readonly fc.Arbitrary<string>[]) =>
    fc
      .tuple(
        fc.tuple(...items),
        fc.array(gap, { minLength: 2 * items.length + 2, maxLength: 2 * items.length + 2 }),
        tail,
      )
      .map(([texts, gaps, comma]) => {
        const inner = texts.map((text, index) => {
          const isLast = index === texts.length - 1;
          return `${gaps[2 * index]}${text}${gaps[2 * index + 1]}${isLast ? comma : ','}`;
        });
        return `${open}${inner.join('')}${gaps.at(-1)}${close}`;
      });
  const vmText = (name: string) =>
    container('{', '}', [fc.constant(`"name": "${name}"`), fc.constant('"ssh": { "host": "a\\u0062" }')]);
  const config = fc
    .record({
      names: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
      hasVms: fc.boolean(),
      hasOthers: fc.boolean(),
    })
    .chain(({ names, hasVms, hasOthers }) =>
      container('{', '}', [
        ...(hasOthers
          ? [
              fc.constant('"interval": 7'),
              container('{', '}', [fc.constant('"maxConnections": 12')]).map((text) => `"server":${text}`),
            ]
          : []),
        ...(hasVms ? [container('[', ']', names.map(vmText)).map((text) => `"vms":${text}`)] : []),
        ...(hasOthers ? [fc.constant('"dataDir": "~/data, // no comment"')] : []),
      ]),
    );

  it('every comment and every other key stays, and the result is valid', () => {
    fc.assert(
      fc.property(fc.tuple(gap, config, gap), (parts) => {
        const before = parts.join('');
        const after = withVm(before, vm);
        const { vms, ...others } = parsed(after);
        const { vms: vmsBefore, ...othersBefore } = parsed(before);
        expect(others).toEqual(othersBefore);
        expect(vms.slice(0, -1)).toEqual(vmsBefore);
        expect(vms.at(-1)?.name).toBe('new-vm');
        expect(commentsOf(after)).toEqual(commentsOf(before));
        // Nothing but blanks is taken away: what was there is still there, in order.
        const letters = (text: string): string => text.replaceAll(/\s/g, '');
        expect(isWithin(letters(before), letters(after))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Whether one text is left of the other when characters are taken out of it. */
function isWithin(short: string, long: string): boolean {
  let at = 0;
  for (const character of long) if (character === short[at]) at += 1;
  return at === short.length;
}
