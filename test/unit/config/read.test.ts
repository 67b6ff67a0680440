import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findConfigPath,
  maskConfig,
  readConfig,
  resolveDataDir,
  type ConfigSources,
  type PlatformDirs,
} from '../../../src/main/engine/config/index.ts';

let folder: string;
let platformDirs: PlatformDirs;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-config-'));
  platformDirs = { config: join(folder, 'config'), data: join(folder, 'data'), home: join(folder, 'home') };
  mkdirSync(platformDirs.config);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const sources = (env: Record<string, string> = {}, configFlag?: string): ConfigSources => ({
  env,
  platformDirs,
  configFlag,
});
const write = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('findConfigPath', () => {
  it('takes --config before BENCHTRAY_CONFIG before the per-user folder', () => {
    const env = { BENCHTRAY_CONFIG: '~/from-env.json' };
    expect(findConfigPath(sources(env, join(folder, 'flag.json')))).toEqual({
      path: join(folder, 'flag.json'),
      source: '--config',
      exists: false,
    });
    expect(findConfigPath(sources(env))).toMatchObject({
      path: join(platformDirs.home, 'from-env.json'),
      source: 'BENCHTRAY_CONFIG',
    });
    const standard = write('config/config.json', '{}');
    expect(findConfigPath(sources())).toEqual({ path: standard, source: 'default', exists: true });
    expect(findConfigPath(sources({ BENCHTRAY_CONFIG: '' })).source).toBe('default');
  });
});

describe('readConfig', () => {
  it('needs neither file nor VM', async () => {
    expect(await readConfig(sources())).toMatchObject({
      ok: true,
      path: null,
      warnings: [],
      config: { vms: [], interval: 5 },
    });
  });

  it.each(['flag', 'env'])('refuses a missing file that was asked for by %s', async (how) => {
    const path = join(folder, 'absent.json');
    const [asked, name] =
      how === 'flag'
        ? [sources({}, path), '--config']
        : [sources({ BENCHTRAY_CONFIG: path }), 'BENCHTRAY_CONFIG'];
    expect(await readConfig(asked)).toMatchObject({
      ok: false,
      problems: [
        {
          file: path,
          message: `${path}: found no file here, expected the configuration that ${name} names.`,
        },
      ],
    });
  });

  it('refuses a folder in place of a file', async () => {
    expect(await readConfig(sources({}, folder))).toMatchObject({
      problems: [{ message: `${folder}: found a folder, expected a file.` }],
    });
  });

  it.each([
    [
      'UTF-16, as Windows PowerShell writes it',
      Buffer.from('\uFEFF{"vms":[]}', 'utf16le'),
      'it is UTF-16, expected UTF-8',
    ],
    ['Latin-1', Buffer.from('{"dataDir":"/home/jos\xe9"}', 'latin1'), 'it is not UTF-8'],
  ])('says that a file is not UTF-8: %s', async (_what, bytes, why) => {
    const path = join(folder, 'config.json');
    writeFileSync(path, bytes);
    expect(await readConfig(sources({}, path))).toMatchObject({
      problems: [{ message: `${path}: cannot be read: ${why}. Save it as UTF-8.` }],
    });
  });

  it.skipIf(process.platform === 'win32')('says why the output of a command cannot be read', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    expect(await readConfig(sources({}, path))).toMatchObject({
      problems: [
        {
          message: expect.stringMatching(
            /a FIFO, .* Write what a command prints to a file first\.$/,
          ) as string,
        },
      ],
    });
  });

  it('makes a VM out of WAA_VM_IP alone', async () => {
    expect(await readConfig(sources({ WAA_VM_IP: ' 1.2.3.4 ' }))).toMatchObject({
      ok: true,
      config: {
        vms: [{ name: 'waa-vm', ssh: { host: '1.2.3.4', port: 22, username: 'azureuser' }, azure: null }],
      },
    });
    expect(await readConfig(sources({ WAA_VM_IP: '' }))).toMatchObject({ ok: true, config: { vms: [] } });
    expect(await readConfig(sources({ WAA_VM_IP: 'a b' }))).toMatchObject({
      problems: [{ message: 'WAA_VM_IP: found "a b", expected the address of the VM.' }],
    });
  });

  it('lets the VMs of the file win over WAA_VM_IP, and says so', async () => {
    const path = write('c.json', '{"vms":[{"name":"mine","ssh":{"host":"5.6.7.8"}}]}');
    expect(await readConfig(sources({ WAA_VM_IP: '1.2.3.4' }, path))).toMatchObject({
      ok: true,
      config: { vms: [{ name: 'mine' }] },
      warnings: [`WAA_VM_IP=1.2.3.4 is ignored, because ${path} names its own VMs.`],
    });
  });

  it('accepts the subscription placeholder of the documentation, and says how to replace it', async () => {
    const path = write(
      'c.json',
      '{"vms":[{"name":"a","azure":{"subscriptionId":"…","resourceGroup":"g","vmName":"v"}}]}',
    );
    expect(await readConfig(sources({}, path))).toMatchObject({
      ok: true,
      warnings: [expect.stringMatching(/subscriptionId" of a is the placeholder "…".*az account show/)],
    });
  });

  it('makes paths absolute: from the home folder, or from where the file is', async () => {
    const path = write(
      'c.json',
      `{"dataDir":"~/data","server":{"external":{"host":"h","tls":{"cert":"tls/c.pem","key":"~/k.pem"}}},
        "vms":[{"name":"a","ssh":{"host":"h","privateKey":"~/.ssh/id_ed25519"}}]}`,
    );
    expect(await readConfig(sources({}, path))).toMatchObject({
      config: {
        dataDir: join(platformDirs.home, 'data'),
        server: {
          external: { tls: { cert: join(folder, 'tls/c.pem'), key: join(platformDirs.home, 'k.pem') } },
        },
        vms: [{ ssh: { privateKey: join(platformDirs.home, '.ssh/id_ed25519') } }],
      },
    });
  });
});

it('finds the data folder: from the file, else BENCHTRAY_DATA_DIR, else the platform', async () => {
  const path = write('c.json', '{"dataDir":"/var/lib/benchtray"}');
  const dataDir = async (asked: ConfigSources) => {
    const result = await readConfig(asked);
    return result.ok ? resolveDataDir(result.config, asked) : null;
  };
  expect(await dataDir(sources({ BENCHTRAY_DATA_DIR: '/elsewhere' }, path))).toBe('/var/lib/benchtray');
  expect(await dataDir(sources({ BENCHTRAY_DATA_DIR: '/elsewhere' }))).toBe('/elsewhere');
  expect(await dataDir(sources())).toBe(platformDirs.data);
  await expect(dataDir(sources({ BENCHTRAY_DATA_DIR: '~ann/runs' }))).rejects.toThrow(
    'BENCHTRAY_DATA_DIR: found "~ann/runs", expected a whole path',
  );
});

it('finds the program of a hook as it finds other files, and leaves its arguments alone', async () => {
  const program = async (word: string) => {
    const hooks = [{ on: ['error'], command: [word, './x', '~/x'] }];
    const result = await readConfig(sources({}, write('c.json', JSON.stringify({ hooks }))));
    return result.ok ? result.config.hooks[0]?.command : null;
  };
  expect(await program('notify-send')).toEqual(['notify-send', './x', '~/x']);
  expect(await program('./tell.sh')).toEqual([join(folder, 'tell.sh'), './x', '~/x']);
  expect(await program('~/bin/tell')).toEqual([join(platformDirs.home, 'bin', 'tell'), './x', '~/x']);
});

it('masks secrets of hooks and leaves paths of keys', async () => {
  const path = write(
    'c.json',
    `{"vms":[{"name":"a","ssh":{"host":"h","privateKey":"/k/id_rsa"}}],
      "hooks":[{"on":["error"],"url":"https://hooks.slack.com/services/T/B/pw1?x=pw2",
                "headers":{"X-Key":"pw5","Authorization":{"env":"NTFY_TOKEN"}}},
               {"on":["error"],"command":["curl","-H","Authorization: Bearer pw3","--token","pw4"]}]}`,
  );
  const result = await readConfig(sources({}, path));
  const printed = JSON.stringify(result.ok ? maskConfig(result.config) : null);
  expect(printed).toContain('/k/id_rsa');
  expect(printed).toContain('https://hooks.slack.com/***');
  expect(printed).toContain('NTFY_TOKEN');
  expect(printed).not.toMatch(/pw\d/);
});
