/** The files of a task over a real OpenSSH server: by tar, by SFTP and by the container engine, also while somebody changes them. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import ssh2 from 'ssh2';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  copyBySftp,
  copyCommand,
  copyFolder,
  copyFromContainer,
  openChannels,
  type ArchivedFile,
  type Channels,
  type CopyEnd,
  type CopyEvents,
  type FolderListing,
} from '../../../src/main/engine/vm/index.ts';
import { canRunPodman, installPodman } from '../../support/real-vm/podman.ts';
import { startRealVm, type RealVm } from '../../support/real-vm.ts';
import { startScriptedSsh } from '../../support/scripted-ssh.ts';
import { busyboxStaticPath, podmanPath, sshdPath } from '../../support/tools.ts';

const path = './chrome/a-WOS';
const startSeconds = 1_800_000_000;
/** More than the connection holds on its way: what lies behind it has not been read when it is chosen. */
const filler = 24_000_000;

interface Copied {
  readonly end: CopyEnd;
  readonly files: Readonly<Record<string, Buffer>>;
  readonly seconds: readonly number[];
}

/** Runs a copy. @param onFile called when the header of a file has come */
async function copied(
  run: (events: CopyEvents) => Promise<CopyEnd>,
  onFile: (file: ArchivedFile) => void = () => undefined,
): Promise<Copied & { readonly turns: number }> {
  const files: Record<string, Buffer> = {};
  const seconds: number[] = [];
  let turns = 0;
  const end = await run({
    begun: () => undefined,
    choose(file) {
      onFile(file);
      return file.name === 'step_1.png' && file.sizeBytes === filler ? 'skip' : 'take';
    },
    take({ name, subfolder, modifiedAt }, bytes) {
      files[subfolder === null ? name : `${subfolder}/${name}`] = Buffer.from(bytes);
      seconds.push(modifiedAt);
      return Promise.resolve();
    },
    turn(bytes) {
      turns += bytes;
      return Promise.resolve();
    },
  });
  return { end, files, seconds, turns };
}

async function login(port: number, username: string, privateKey: Buffer): Promise<Channels> {
  const client = new ssh2.Client();
  client.on('error', () => undefined);
  client.connect({ host: '127.0.0.1', port, username, privateKey });
  await once(client, 'ready');
  onTestFinished(() => void client.destroy());
  return openChannels(client);
}

async function machine() {
  const vm = await startRealVm();
  onTestFinished(() => vm.close());
  const channels = await login(vm.port, vm.config.ssh.username, readFileSync(vm.keyPath));
  const root = join(vm.dir, 'results');
  const place = (name: string): string => join(root, path, name);
  return {
    ...{ vm, channels, root, place },
    put: (name: string, contents: string | Buffer): void => {
      mkdirSync(dirname(place(name)), { recursive: true });
      writeFileSync(place(name), contents);
      utimesSync(place(name), startSeconds, startSeconds);
    },
    byTar: (onFile?: (file: ArchivedFile) => void) => {
      const words = copyCommand({
        ...{ folder: root, domain: 'chrome', taskId: 'a-WOS', tryNumber: null, number: 1 },
        ...{ what: 'all', after: null },
      });
      if (words === null) throw new Error('refused');
      return copied((events) => copyFolder(channels, 'sh', words, events), onFile);
    },
    bySftp: (names: readonly string[], onFile?: (file: ArchivedFile) => void) =>
      copied((events) => copyBySftp(channels, listing(root, names), events), onFile),
  };
}

const listing = (root: string, names: readonly string[]): FolderListing => ({
  ...{ folders: 1, root, path },
  names: names.map((name) => `./${name}`),
});

/** Puts another program in the place of tar. */
function useBusyboxTar(vm: RealVm): void {
  const busybox = join(vm.dir, 'busybox');
  // The machine has a /tmp of its own, in which this computer's tools may not be.
  copyFileSync(busyboxStaticPath ?? '', busybox);
  writeFileSync(join(vm.dir, 'bin/tar'), `#!/bin/sh\nexec ${busybox} tar "$@"\n`);
  chmodSync(join(vm.dir, 'bin/tar'), 0o755);
}

const before = Buffer.alloc(12_000_000, 'a');

describe.skipIf(sshdPath === null)('the files of a task by SFTP', () => {
  it('come byte by byte with their times, at the wanted pace, and links, FIFOs and folders do not', async () => {
    const { put, place, bySftp, vm } = await machine();
    const large = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    put('traj.jsonl', '{}\n');
    put('step_1.png', large);
    put('empty.png', '');
    put('screenshot/v 2.png', 'x');
    writeFileSync(join(vm.dir, 'secret.png'), 'secret');
    symlinkSync(join(vm.dir, 'secret.png'), place('link.png'));
    symlinkSync(vm.dir, place('screenshots'));
    mkdirSync(place('folder.png'));
    execFileSync('mkfifo', [place('fifo.png')]);
    const names = ['traj.jsonl', 'step_1.png', 'empty.png', 'screenshot/v 2.png', 'link.png', 'folder.png'];
    const { end, files, seconds, turns } = await bySftp([
      ...names,
      ...['fifo.png', 'screenshots/secret.png', 'gone.png', 'window.txt', '../../../secret.png'],
    ]);
    // The folder is a link by now, which shows only when its file is open.
    expect(end).toEqual({ kind: 'ok', folders: 1, hasChanged: true });
    expect(Object.keys(files)).toEqual(names.slice(0, 4));
    expect([files['step_1.png']?.equals(large), seconds]).toEqual([true, Array(4).fill(startSeconds)]);
    expect(turns).toBe(300_004);
  });

  it('are as long as they were if one grows, and broken if one shrinks', async () => {
    const { put, place, bySftp } = await machine();
    put('step_2.png', before);
    const grown = await bySftp(['step_2.png'], () => appendFileSync(place('step_2.png'), 'more'));
    expect(grown.end).toEqual({ kind: 'ok', folders: 1, hasChanged: true });
    expect(grown.files['step_2.png']?.equals(before)).toBe(true);
    const shrunk = await bySftp(['step_2.png'], () => truncateSync(place('step_2.png'), 1000));
    expect(shrunk).toMatchObject({
      end: { kind: 'broken', detail: 'a file got shorter while it was read' },
      files: {},
    });
  });

  it('are not those of a link that takes the place of a file', async () => {
    const { put, place, bySftp, vm } = await machine();
    put('step_2.png', before);
    writeFileSync(join(vm.dir, 'secret.png'), 'secret');
    const { end, files } = await bySftp(['step_2.png'], () => {
      rmSync(place('step_2.png'));
      symlinkSync(join(vm.dir, 'secret.png'), place('step_2.png'));
    });
    expect([end, files]).toEqual([{ kind: 'ok', folders: 1, hasChanged: true }, {}]);
  });

  it('may be missing since they were listed, which the end says', async () => {
    const { put, bySftp } = await machine();
    put('step_2.png', 'x');
    const { end, files } = await bySftp(['step_1.png', 'step_2.png']);
    expect([end, Object.keys(files)]).toEqual([{ kind: 'ok', folders: 1, hasChanged: true }, ['step_2.png']]);
  });

  it('do not come from a server without SFTP, or over a connection that ends', async () => {
    const ssh = await startScriptedSsh({});
    onTestFinished(() => ssh.close());
    const poor = await login(ssh.port, ssh.config.ssh.username, readFileSync(ssh.privateKey));
    const { end } = await copied((events) => copyBySftp(poor, listing('/', ['step_1.png']), events));
    expect(end.kind).toBe('no-way');
    const { put, bySftp, vm } = await machine();
    put('step_2.png', before);
    let hasEnded: Promise<void> = Promise.resolve();
    const cut = await bySftp(['step_2.png'], () => {
      hasEnded = vm.killSshd();
    });
    await hasEnded;
    expect(cut).toMatchObject({ end: { kind: 'broken' }, files: {} });
  });
});

describe.skipIf(sshdPath === null)('the files of a task by tar, while somebody changes them,', () => {
  const tars = [['GNU tar'], ...(busyboxStaticPath === null ? [] : [['the tar of busybox']])];

  it.each(tars)('are as they were, or broken: with %s', async (tar) => {
    const { put, place, byTar, vm } = await machine();
    if (tar !== 'GNU tar') useBusyboxTar(vm);
    const whenRead = (name: string, change: () => void) => (file: ArchivedFile) => {
      if (file.name === name) change();
    };
    const begin = (): void => {
      rmSync(dirname(place('x')), { recursive: true, force: true });
      put('step_1.png', Buffer.alloc(filler));
      put('step_2.png', before);
    };

    begin();
    const grown = await byTar(whenRead('step_2.png', () => appendFileSync(place('step_2.png'), 'more')));
    expect(grown.files['step_2.png']?.equals(before)).toBe(true);
    expect(grown.end).toEqual({ kind: 'ok', folders: 1, ...(tar === 'GNU tar' ? { hasChanged: true } : {}) });

    begin();
    const shrunk = await byTar(whenRead('step_2.png', () => truncateSync(place('step_2.png'), 1000)));
    expect(shrunk.end.kind).toBe('broken');

    begin();
    writeFileSync(join(vm.dir, 'secret.png'), 'secret');
    const linked = await byTar(
      whenRead('step_1.png', () => {
        rmSync(place('step_2.png'));
        symlinkSync(join(vm.dir, 'secret.png'), place('step_2.png'));
      }),
    );
    expect([linked.end, linked.files]).toEqual([{ kind: 'ok', folders: 1, hasChanged: true }, {}]);

    begin();
    const foldered = await byTar(
      whenRead('step_1.png', () => {
        rmSync(place('step_2.png'));
        put('step_2.png/step_3.png', Buffer.alloc(2_000_000));
      }),
    );
    expect([foldered.end.kind, foldered.files]).toEqual(['broken', {}]);

    begin();
    const removed = await byTar(whenRead('step_1.png', () => rmSync(place('step_2.png'))));
    expect([removed.end.kind, removed.files]).toEqual(['broken', {}]);
  });
});

describe.skipIf(sshdPath === null)('the files of a task in a container without tar', () => {
  it('come from the engine: those that were listed, and no link', async () => {
    const { put, place, channels, root, vm } = await machine();
    put('recording.mp4', Buffer.alloc(3_000_000));
    put('step_1.png', before);
    put('window_image-step_1.png', 'x');
    put('screenshot/v2.png', 'y');
    symlinkSync(join(vm.dir, 'secret.png'), place('step_2.png'));
    const from = (container: string, names: readonly string[]) =>
      copied((events) =>
        copyFromContainer(channels, { docker: 'docker', container }, listing(root, names), events),
      );
    const { end, files } = await from('winarena', ['step_1.png', 'screenshot/v2.png', 'step_2.png']);
    // What was listed as a file is a link by now.
    expect(end).toEqual({ kind: 'ok', folders: 1, hasChanged: true });
    expect(Object.keys(files).toSorted()).toEqual(['screenshot/v2.png', 'step_1.png']);
    expect(files['step_1.png']?.equals(before)).toBe(true);
    expect((await from('winarena', ['step_1.png', 'gone.png'])).end).toMatchObject({ hasChanged: true });
    rmSync(root, { recursive: true });
    expect((await from('winarena', ['step_1.png'])).end).toMatchObject({
      kind: 'broken',
      detail: expect.stringContaining('Could not find the file') as string,
    });
  });

  it.skipIf(podmanPath === null || !canRunPodman())('come from a real podman', async () => {
    const { vm, channels } = await machine();
    const podman = await installPodman(vm, 'podman');
    onTestFinished(() => podman.close());
    await podman.runContainer(
      `mkdir -p /results/chrome/a-WOS/screenshot; cd /results/chrome/a-WOS; printf one >step_1.png; printf two >screenshot/v2.png; ln -s /etc/passwd step_2.png; : >/ready; exec sleep 3600`,
    );
    await podman.run('exec winarena sh -c "while [ ! -e /ready ]; do sleep 0.1; done"');
    const { end, files } = await copied((events) =>
      copyFromContainer(
        channels,
        { docker: 'podman', container: 'winarena' },
        listing('/results', ['step_1.png', 'screenshot/v2.png']),
        events,
      ),
    );
    expect(end).toEqual({ kind: 'ok', folders: 1 });
    expect(files).toEqual({ 'step_1.png': Buffer.from('one'), 'screenshot/v2.png': Buffer.from('two') });
  });
});
