import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChild, type Child } from '../../support/child.ts';
import { freePort } from '../../support/free-port.ts';

const root = join(import.meta.dirname, '..', '..', '..');

interface Started extends Child {
  /** Without the build's. */
  readonly errLines: () => readonly string[];
}

// The programs that play Electron are shell scripts, and only Linux may be without a display.
describe.skipIf(process.platform !== 'linux')('npm start', () => {
  let folder: string;
  let started: Started[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'benchtray-start-'));
    started = [];
  });
  afterEach(async () => {
    for (const child of started) await child.stop('SIGTERM');
    rmSync(folder, { recursive: true, maxRetries: 10 });
  });

  function start(words: readonly string[], env: NodeJS.ProcessEnv): Started {
    const child = startChild(process.execPath, [join(root, 'scripts/run.ts'), ...words], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        TMPDIR: folder,
        BENCHTRAY_DATA_DIR: join(folder, 'data'),
        ...env,
      },
    });
    const errLines = () =>
      child
        .err()
        .split('\n')
        .filter((line) => line !== '' && line !== 'building…');
    const one = { ...child, errLines };
    started.push(one);
    return one;
  }

  /** A folder with a program that plays Electron. */
  function playElectron(script: string): NodeJS.ProcessEnv {
    const dist = join(folder, 'dist');
    mkdirSync(dist);
    const program = join(dist, 'electron');
    writeFileSync(program, `#!/bin/sh\n${script}\n`);
    chmodSync(program, 0o755);
    return { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: dist };
  }

  const isHeadless = (run: Started): Promise<string> => run.listening();

  it('says in one line that there is no display, and where the dashboard is', async () => {
    const port = await freePort();
    const run = start(['start', '--port', String(port)], {});
    expect(await isHeadless(run)).toBe(`http://127.0.0.1:${port}`);
    expect(run.errLines()[0]).toBe(`No display: running headless, dashboard at http://localhost:${port}/`);
    // What follows is what `serve` itself says where no VM is configured.
    await run.until(() => run.errLines()[1]?.startsWith('No VM is configured yet.'), 'the words of serve');
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  });

  it('takes the port for that line from the configuration', async () => {
    const port = await freePort();
    const config = join(folder, 'c.json');
    writeFileSync(config, JSON.stringify({ server: { port } }));
    const run = start(['start', '--config', config], {});
    await isHeadless(run);
    expect(run.errLines()[0]).toBe(`No display: running headless, dashboard at http://localhost:${port}/`);
  });

  it('plays the demo without a display as well', async () => {
    const run = start(['demo', '--port', '0'], {});
    const url = await isHeadless(run);
    expect(run.errLines()[0]).toBe('No display: running headless');
    const status = (await (await fetch(new URL('/api/status', url))).json()) as { vms: { name: string }[] };
    expect(status.vms.map(({ name }) => name)).toEqual(['demo-vm']);
  });

  it.each([
    ['echo noise >&2; exit 1', 'Electron does not start (exit code 1)'],
    ['exit 0', 'Electron does not start (exit code 0)'],
    ['kill -TRAP $$', 'Electron does not start (SIGTRAP)'],
    // The report is there while the output of the dead process is still open.
    [
      '(while kill -0 $$ 2>/dev/null; do sleep 0.05; done; echo started > "$BENCHTRAY_START_REPORT"; sleep 0.3) & kill -SEGV $$',
      'Electron does not start (SIGSEGV)',
    ],
  ])('goes on headless when Electron does this: %s', async (script, why) => {
    const run = start(['start', '--port', '0'], playElectron(script));
    await isHeadless(run);
    expect(run.errLines()[0]).toBe(`${why}: running headless`);
  });

  it('goes on headless when Electron is not where it was said to be', async () => {
    const run = start(['start', '--port', '0'], {
      WAYLAND_DISPLAY: 'wayland-0',
      ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'absent'),
    });
    await isHeadless(run);
    expect(run.errLines()[0]).toBe(
      `Electron is not at ${join(folder, 'absent', 'electron')}: running headless`,
    );
  });

  it.skipIf(existsSync(join(root, 'node_modules/electron/path.txt')))(
    'goes on headless when Electron cannot be fetched',
    async () => {
      const run = start(['start', '--port', '0'], { DISPLAY: ':99', ELECTRON_MIRROR: 'http://127.0.0.1:1/' });
      await isHeadless(run);
      expect(run.errLines()[0]).toMatch(/^Electron could not be fetched \(.+\): running headless$/);
    },
  );

  const told = () => join(folder, 'told');
  /** Runs until it is told to end, and then has an exit code of its own. */
  const runs = (before: string) =>
    `printf '%s\\n' "$@" > "$HOME/told.new"; mv "$HOME/told.new" "$HOME/told"; trap 'exit 7' TERM; ${before}; while :; do sleep 0.1; done`;

  it.each([
    ['start', ['--port', '1']],
    ['demo', ['--demo', '--port', '1']],
  ])('%s becomes the app where that runs, and ends with it', async (command, words) => {
    const env = playElectron(runs('echo started > "$BENCHTRAY_START_REPORT"; echo hello'));
    const run = start([command, '--port', '1'], { ...env, ELECTRON_RUN_AS_NODE: '1' });
    await run.until(() => run.out() === 'hello\n', 'the app runs');
    expect(readFileSync(told(), 'utf8').trim().split('\n')).toEqual([root, ...words]);
    expect(await run.stop('SIGTERM')).toBe(7);
  });

  it('ends, and does not go on headless, when it is told to while the app is starting', async () => {
    const run = start(['start'], playElectron(runs(':')));
    await run.until(() => existsSync(told()), 'the app is starting');
    expect(await run.stop('SIGTERM')).toBe(143);
    expect(run.out()).toBe('');
    expect(run.errLines()).toEqual([]);
  });

  it('leaves the last word to an app that has one', async () => {
    const run = start(
      ['start'],
      playElectron('echo refused >&2; echo started > "$BENCHTRAY_START_REPORT"; exit 2'),
    );
    expect(await run.exit).toBe(2);
    expect(run.errLines()).toEqual(['refused']);
  });
});
