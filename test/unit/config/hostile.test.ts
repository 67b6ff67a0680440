import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addVm, checkVm, watchConfig, type ConfigResult } from '../../../src/main/engine/config/index.ts';
import { parseConfig } from '../../../src/main/engine/config/parse.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { until } from '../../support/wait.ts';

const deep: readonly (readonly [string, string])[] = [4000, 100_000].flatMap(
  (levels) =>
    [
      [`${levels} lists`, '['.repeat(levels)],
      [`${levels} closed lists`, '['.repeat(levels) + ']'.repeat(levels)],
      [`${levels} groups`, '{"vms":'.repeat(levels) + '1' + '}'.repeat(levels)],
      [`${levels} lists and groups`, '[{"a":'.repeat(levels)],
      [`${levels} lists with comments`, '[/*a*/ //\n'.repeat(levels)],
      [`${levels} lists below a key`, `{"vms": ${'['.repeat(levels)}${']'.repeat(levels)}}`],
    ] as const,
);

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'benchtray-hostile-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}
const vm = { name: 'vm', ssh: { host: '10.0.0.1' } };

describe.each(deep)('a configuration of %s', (_what, text) => {
  it('is a syntax problem with a place, and nothing is written into it', () => {
    const parsed = parseConfig(text, 'c.json');
    expect(parsed).toMatchObject({
      ok: false,
      problems: [{ line: expect.any(Number) as number, what: 'nested deeper than 32 levels' }],
    });
    const path = join(folder(), 'config.json');
    writeFileSync(path, text);
    for (const result of [checkVm(path, vm), addVm(path, vm)])
      expect(result).toMatchObject({ ok: false, kind: 'broken' });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

it('brackets in texts and comments are not levels', () => {
  const brackets = '['.repeat(5000);
  expect(
    parseConfig(`// ${brackets}\n{ /* ${brackets} */ "dataDir": "/${brackets}" }`, 'c.json'),
  ).toMatchObject({
    ok: true,
    config: { dataDir: `/${brackets}` },
  });
});

it('a live edit into something deep leaves the watcher at work', async () => {
  const dir = folder();
  const path = join(dir, 'config.json');
  writeFileSync(path, '{}');
  const results: ConfigResult[] = [];
  const watcher = watchConfig(path, (result) => results.push(result), {
    log: { error: () => undefined },
    env: {},
    platformDirs: { config: dir, data: dir, home: dir },
    debounceMs: 20,
    pollMs: 50,
  });
  onTestFinished(() => watcher.close());
  writeFileSync(path, '['.repeat(50_000));
  expect(await until(() => results[0], 'the deep one is told')).toMatchObject({ ok: false });
  writeFileSync(path, '{"interval": 7}');
  expect(await until(() => results[1], 'the next one is told')).toMatchObject({
    ok: true,
    config: { interval: 7 },
  });
});

it.each([
  ['values of the wrong kind', `{"vms":[${'1,'.repeat(40_000)}1]}`],
  ['unknown keys', `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join()}}`],
  ['long keys', `{"${'k'.repeat(100_000)}":1, "vms":[{"${'k'.repeat(100_000)}":1}]}`],
  ['repeated keys', `{${'"interval":5,'.repeat(20_000)}"port":1}`],
  ['hooks without anything', `{"hooks":[${'{},'.repeat(30_000)}{}]}`],
])('a file with very many %s gives a bounded number of problems', (_what, text) => {
  const parsed = parseConfig(text, 'c.json');
  expect(parsed.ok).toBe(false);
  if (!parsed.ok) expect(parsed.problems.length).toBeLessThanOrEqual(50);
  if (!parsed.ok) expect(JSON.stringify(parsed.problems).length).toBeLessThan(50_000);
});

it('a file with more in it than a configuration can have is refused before it is held against the schema', () => {
  const parsed = parseConfig(`{"vms":[\n${'{},'.repeat(300_000)}{}]}`, 'c.json');
  expect(parsed).toMatchObject({
    problems: [{ line: 2, what: 'more keys and values than a configuration can have' }],
  });
});

it('a thousand VMs with many keys are a configuration', () => {
  const ssh = { host: '10.0.0.1', port: 2222, username: 'u', privateKey: '~/.ssh/id_ed25519' };
  const vms = Array.from({ length: 1000 }, (_, index) => ({ name: `vm-${index}`, ssh }));
  expect(parseConfig(JSON.stringify({ vms }), 'c.json')).toMatchObject({ ok: true });
});

const scrap = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\\u00',
    '//',
    '/*',
    '*/',
    '\n',
    ' ',
    '\uFEFF',
    '\0',
    '1e999',
    '-',
    'null',
    'true',
  ],
  ...[
    '"vms"',
    '"name"',
    '"ssh"',
    '"host"',
    '"azure"',
    '"hooks"',
    '"url"',
    '"on"',
    '"server"',
    '"external"',
    '"tls"',
    '"__proto__"',
    '"toString"',
    '"a b"',
  ],
);
const texts = fc.oneof(
  fc.array(scrap, { maxLength: 60 }).map((parts) => parts.join('')),
  fc.json({ maxDepth: 6 }),
  fc.string({ unit: anyCharacter }),
  fc
    .tuple(
      fc.constantFrom(
        'vms',
        'hooks',
        'server',
        'journal',
        'history',
        'notifications',
        'interval',
        '__proto__',
        'constructor',
      ),
      fc.jsonValue({ maxDepth: 4 }),
    )
    .map(([key, value]) => JSON.stringify({ [key]: value })),
);

it('any text gives a configuration or problems that name the file', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseConfig(text, 'c.json');
      if (parsed.ok) return;
      expect(parsed.problems.length).toBeGreaterThan(0);
      for (const { message } of parsed.problems) expect(message).toMatch(/^c\.json:\d+:\d+: /);
    }),
    { numRuns: 500 },
  );
});

it('the writer leaves any text alone, or makes it one that is valid and has the VM', () => {
  const path = join(folder(), 'config.json');
  fc.assert(
    fc.property(texts, (text) => {
      writeFileSync(path, text);
      const before = readFileSync(path);
      const result = addVm(path, vm);
      if (result.ok) expect(parseConfig(readFileSync(path, 'utf8'), path)).toMatchObject({ ok: true });
      else expect(readFileSync(path).equals(before)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
