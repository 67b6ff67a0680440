/** No file of the program leads back to itself by its imports, those of types included: the linter leaves these out. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Relative imports and re-exports, on one line or several. */
const imported = /^(?:import|export)\b[^;'"]*?\bfrom '(\.[^']+)';|^import '(\.[^']+)';/gm;

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(imported)].map(([, from = '', alone = '']) =>
    join(dirname(file), from === '' ? alone : from),
  );
}

/** Returns the files of each way that leads back to where it began. */
function cyclesOf(imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const before = way.indexOf(file);
    if (before !== -1) cycles.push([...way.slice(before), file]);
    if (before !== -1 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return cycles;
}

it('lead in no circle', () => {
  const files = globSync('src/{main,shared,preload}/**/*.ts', { cwd: root });
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  expect([...imports.values()].flat().length).toBeGreaterThan(1000);
  expect(cyclesOf(imports)).toEqual([]);
});

it('are found out where they do', () => {
  const imports = new Map([
    ['a', ['b', 'c']],
    ['b', ['c']],
    ['c', ['d']],
    ['d', ['b']],
  ]);
  expect(cyclesOf(imports)).toEqual([['b', 'c', 'd', 'b']]);
});
