import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../../src/main/engine/config/parse.ts';
import { draft, openTestSetup, type TestSetup } from '../../support/set-up.ts';

function open(): TestSetup {
  const setup = openTestSetup({ env: { WAA_VM_IP: '10.0.0.4' } });
  onTestFinished(() => setup.remove());
  return setup;
}

const written = (setup: TestSetup): readonly (readonly [string, string | null])[] => {
  const parsed = parseConfig(setup.configText() ?? '', 'c.json');
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join(' '));
  return parsed.config.vms.map(({ name, ssh }) => [name, ssh.host]);
};

describe('a VM that WAA_VM_IP names, which counts only as long as the file names none', () => {
  it('is watched on beside the first one that is added', () => {
    const setup = open();
    expect(setup.desk.add(draft).ok).toBe(true);
    expect(setup.desk.add({ ...draft, name: 'third', host: 'c' }).ok).toBe(true);
    expect(written(setup)).toEqual([
      ['waa-vm', '10.0.0.4'],
      ['waa-eval-vm', '20.123.45.67'],
      ['third', 'c'],
    ]);
  });

  it('keeps its name to itself', () => {
    const setup = open();
    expect(setup.desk.add({ ...draft, name: 'waa-vm' })).toEqual({
      ok: false,
      problem: {
        kind: 'invalid',
        fields: [{ field: 'name', message: 'found "waa-vm", expected a name that no other VM has' }],
      },
    });
    expect(setup.configText()).toBeNull();
  });

  it('is not there twice when it is the one that is written down', () => {
    const setup = open();
    expect(setup.desk.add({ ...draft, name: 'waa-vm', host: '10.0.0.4', port: 2222 }).ok).toBe(true);
    expect(written(setup)).toEqual([['waa-vm', '10.0.0.4']]);
  });

  it('is not written where it was not watched', () => {
    const setup = open();
    mkdirSync(dirname(setup.configPath));
    writeFileSync(setup.configPath, '{ "vms": [{ "name": "a", "ssh": { "host": "a" } }] }');
    expect(setup.desk.add(draft).ok).toBe(true);
    expect(written(setup).map(([name]) => name)).toEqual(['a', 'waa-eval-vm']);
  });
});
