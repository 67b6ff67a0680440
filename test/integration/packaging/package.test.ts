/** The npm package, as somebody has it who installs it into an empty folder. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/wait.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const isBuilt = existsSync(join(root, 'out', 'main', 'cli.js'));

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

let folder: string;
let packed: Packed;
let installed: string;
beforeAll(() => {
  if (!isBuilt) return;
  folder = mkdtempSync(join(tmpdir(), 'benchtray-package-'));
  // What is in out/ now: the build itself is the business of `prepack`, and other tests use out/ at this moment.
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  [packed] = JSON.parse(execFileSync('npm', words, { cwd: root, encoding: 'utf8' })) as [Packed];
  installed = join(folder, 'node_modules', 'benchtray');
  writeFileSync(join(folder, 'package.json'), '{}');
  execFileSync('npm', [
    ...['install', '--prefix', folder, '--omit', 'optional', '--offline', '--no-audit', '--no-fund'],
    join(folder, packed.filename),
  ]);
}, 120_000);
afterAll(() => {
  if (isBuilt) rmSync(folder, { recursive: true });
});

it('is built before it is packed', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>;
  };
  expect(scripts['prepack']).toBe('npm run build');
  // .npmrc forbids the scripts of packages, and with them this one.
  expect(scripts['package']).toBe('npm pack --ignore-scripts=false');
});

it.skipIf(!isBuilt)('holds what is needed, no maps, no sources, and is small', () => {
  const paths = packed.files.map(({ path }) => path);
  const needed = ['bin/benchtray.js', 'out/main/cli.js', 'out/renderer/index.html', 'docs/api.md', 'LICENSE'];
  expect(paths).toEqual(expect.arrayContaining(needed));
  expect(paths.filter((path) => /\.map$|\.ts$|^(?:src|test|scripts|build)\//.test(path))).toEqual([]);
  expect(packed.size).toBeLessThan(3_000_000);
  expect(statSync(join(folder, packed.filename)).size).toBe(packed.size);
});

it.skipIf(!isBuilt)('has everything that its README and docs link to', () => {
  for (const page of packed.files.map(({ path }) => path).filter((path) => path.endsWith('.md'))) {
    const text = readFileSync(join(installed, page), 'utf8').replace(/```[^]*?```/g, '');
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    const broken = links.filter(
      (link) => !/^[a-z]+:/.test(link) && !existsSync(join(installed, dirname(page), link)),
    );
    expect([page, broken]).toEqual([page, []]);
  }
});

it.skipIf(!isBuilt)('says its version and plays the demo', async () => {
  const program = join(folder, 'node_modules', '.bin', 'benchtray');
  const environment = {
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    TMPDIR: folder,
  };
  const said = execFileSync(program, ['--version'], { cwd: folder, env: environment, encoding: 'utf8' });
  expect(said).toMatch(/^\d+\.\d+\.\d+\n$/);
  const child = spawn(program, ['demo', '--port', '0'], { cwd: folder, env: environment });
  const exit = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const url = await until(() => /^listening on (\S+)\n/m.exec(out)?.[1], 'the demo listens');
  expect(await (await fetch(url)).text()).toContain('<title>');
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});
