/** The packed app carries no node_modules: what was built must need none. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { expect, it } from 'vitest';

const built = join(import.meta.dirname, '..', '..', '..', 'out', 'main');

/** Every module that a file imports by its name. */
function importedNames(file: string): string[] {
  const code = readFileSync(join(built, file), 'utf8');
  const { staticImports, staticExports, dynamicImports } = parseSync(file, code).module;
  const reexported = staticExports.flatMap(({ entries }) => entries.map((entry) => entry.moduleRequest));
  const literal = dynamicImports.map(({ moduleRequest: { start, end } }) => code.slice(start, end));
  return [
    ...staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...reexported.flatMap((request) => (request === null ? [] : [request.value])),
    // Names that are made up while running stay in: nobody could say what they are.
    ...literal.map((text) => text.replace(/^(['"`])(.*)\1$/, '$2')),
  ];
}

it.skipIf(!existsSync(built))('imports nothing but itself, Node and Electron', () => {
  const files = readdirSync(built).filter((file) => file.endsWith('.js'));
  expect(files).toContain('cli.js');
  const names = files.flatMap(importedNames);
  const foreign = names.filter((name) => !name.startsWith('./') && !isBuiltin(name) && name !== 'electron');
  expect(foreign).toEqual([]);
});
