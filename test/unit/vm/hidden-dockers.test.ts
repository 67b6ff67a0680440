/** How the script finds a Docker to which neither PATH nor the environment leads. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { hiddenDockersCommand, readHiddenDockers } from '../../../src/main/engine/vm/index.ts';
import { openShell } from '../../../src/main/engine/vm/shell-channel.ts';
import { localShell } from './local-shell.ts';
import { shellsOfPath, toolsWithout } from './shells.ts';

const tools = toolsWithout();

describe.each(shellsOfPath)('a Docker that is hidden, under %s', (_name, program) => {
  let home: string;
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'benchtray-home-')));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  function install(folder: string): string {
    mkdirSync(join(home, folder), { recursive: true });
    writeFileSync(join(home, folder, 'docker'), '#!/bin/sh\n', { mode: 0o755 });
    return join(home, folder, 'docker');
  }

  async function found(path = tools): Promise<readonly string[]> {
    const machine = localShell(program, { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), PATH: path });
    const shell = openShell(machine.channels, 'sh');
    const answer = await shell.ask(60, hiddenDockersCommand);
    shell.close();
    machine.end();
    // This machine may have the Docker of snap.
    return readHiddenDockers(answer ?? '').filter((docker) => !docker.includes('/snap/'));
  }

  it('is found in the folders of the user', async () => {
    expect(await found()).toEqual([]);
    const program = install('bin');
    expect(await found()).toEqual([program]);
  });

  it("is found by the socket of the user's own daemon", async () => {
    mkdirSync(join(home, 'run'));
    const server = createServer().listen(join(home, 'run/docker.sock'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const own = `-H unix://${join(home, 'run/docker.sock')}`;
    const elsewhere = install('.local/bin');
    expect(await found()).toEqual([`${elsewhere} ${own}`, elsewhere]);
    expect(await found(`${tools}:${join(elsewhere, '..')}`)).toEqual([`docker ${own}`]);
  });
});
