/** The npm package, as somebody has it who installs it into an empty folder. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startChild } from '../../support/child.ts';

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
  // Packs the present out/: other tests use it at this moment, and the test of `prepack` builds its own.
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  [packed] = JSON.parse(execFileSync('npm', words, { cwd: root, encoding: 'utf8' })) as [Packed];
  installed = join(folder, 'node_modules', 'benchtray');
  writeFileSync(join(folder, 'package.json'), '{}');
  execFileSync('npm', [
    ...['install', '--prefix', folder, '--omit', 'optional', '--offline', '--no-audit', '--no-fund'],
    join(folder, packed.filename),
  ]);
});
afterAll(() => {
  if (isBuilt) rmSync(folder, { recursive: true });
});

it('is built by npm pack in a clone that was never built', () => {
  const clone = mkdtempSync(join(tmpdir(), 'benchtray-unbuilt-'));
  onTestFinished(() => {
    rmSync(clone, { recursive: true });
  });
  const leftOut = ['.git', 'node_modules', 'out', 'dist', 'test', 'test-results'].map((name) =>
    join(root, name),
  );
  cpSync(root, clone, { recursive: true, filter: (path) => !leftOut.includes(path) });
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  execFileSync('npm', ['pack'], { cwd: clone, stdio: 'ignore' });
  const tarball = globSync('benchtray-*.tgz', { cwd: clone })[0] ?? '';
  const paths = execFileSync('tar', ['-tzf', tarball], { cwd: clone, encoding: 'utf8' }).split('\n');
  expect(paths).toEqual(
    expect.arrayContaining(['package/out/main/cli.js', 'package/out/renderer/index.html']),
  );
});

it('has the same name in package.json and for the installers', () => {
  const { desktopName } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    desktopName: string;
  };
  const [, appId] = /^appId: (.+)$/m.exec(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) ?? [];
  expect(`${String(appId)}.desktop`).toBe(desktopName);
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
  for (const page of pagesIn(installed)) {
    const links = [...prose(join(installed, page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = '', heading] = link.split('#');
      const target = path === '' ? join(installed, page) : join(installed, dirname(page), path);
      return !existsSync(target) || (heading !== undefined && !headingsOf(target).includes(heading));
    });
    expect([page, broken]).toEqual([page, []]);
  }
});

it.skipIf(!isBuilt)('has each command that its README and docs name', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const program = join(folder, 'node_modules', '.bin', 'benchtray');
  const environment = { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: folder };
  const help = execFileSync(program, ['--help'], { cwd: folder, env: environment, encoding: 'utf8' });
  const text = pagesIn(installed)
    .map((page) => readFileSync(join(installed, page), 'utf8'))
    .join('\n');
  const named = (command: RegExp): string[] => [
    ...new Set([...text.matchAll(command)].map(([, name = '']) => name)),
  ];
  const scriptsNamed = named(/\bnpm run ([a-z]+)/g);
  expect(scriptsNamed.length).toBeGreaterThan(3);
  expect(scriptsNamed.filter((name) => scripts[name] === undefined)).toEqual([]);
  const commands = named(/(?:npx benchtray|npm run benchtray --|`benchtray) ([a-z]+)/g);
  expect(commands).toEqual(expect.arrayContaining(['serve', 'watch', 'doctor', 'demo']));
  expect(commands.filter((name) => !new RegExp(`^ +(?:benchtray )?${name}\\b`, 'm').test(help))).toEqual([]);
});

it('names the same repository everywhere', () => {
  const { homepage, repository, bugs } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    homepage: string;
    repository: { url: string };
    bugs: string;
  };
  const owners = [homepage, repository.url, bugs].map(
    (url) => /\/\/github\.com\/([^/]+)\/benchtray/.exec(url)?.[1],
  );
  expect(new Set(owners).size).toBe(1);
  expect(owners).not.toContain(undefined);
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
  const child = startChild(program, ['demo', '--port', '0'], { cwd: folder, env: environment });
  onTestFinished(async () => {
    await child.stop();
  });
  const url = await child.listening();
  expect(await (await fetch(url)).text()).toContain('<title>');
  expect(await child.stop('SIGTERM')).toBe(0);
});

function pagesIn(folder: string): string[] {
  return packed.files
    .map(({ path }) => path)
    .filter((path) => path.endsWith('.md') && existsSync(join(folder, path)));
}

/** The text of a page without its code. */
function prose(path: string): string {
  return readFileSync(path, 'utf8').replace(/```[^]*?```/g, '');
}

/** Returns the names of the headings of a page, as GitHub and npm make them. */
function headingsOf(path: string): string[] {
  return [...prose(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
