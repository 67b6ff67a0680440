/** FIFOs and devices in the place of files: nothing hangs, nothing fills the memory, and every signal is heard. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../support/certificate.ts';
import { startCli } from '../../support/cli-process.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { until } from '../../support/wait.ts';

let folder: string;
const at = (...names: readonly string[]): string => join(folder, ...names);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-hostile-files-'));
  mkdirSync(at('.ssh'));
  mkdirSync(at('data'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const kinds = {
  'a FIFO': (path: string) => execFileSync('mkfifo', [path]),
  'a device': (path: string) => symlinkSync('/dev/zero', path),
} as const;
const vm = { name: 'vm', ssh: { host: '127.0.0.1', port: 1, agent: false } };

const external = {
  port: 0,
  external: { host: '127.0.0.1', tls: { cert: 'cert.pem', key: 'key.pem' } },
};
const azure = {
  subscriptionId: '11111111-2222-3333-4444-555555555555',
  resourceGroup: 'openadapt-agents',
  vmName: 'waa-eval-vm',
};

function writeConfig(config: object): void {
  writeFileSync(at('c.json'), JSON.stringify({ server: { port: 0 }, ...config }));
}
const serve = () => startCli(folder, ['serve', '--config', at('c.json')]);

/** The peak memory of the process by the kernel's count, in bytes. */
const peakBytes = (pid: number | undefined): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

describe.skipIf(process.platform !== 'linux').each(Object.entries(kinds))('%s', (kind, make) => {
  it('as the configuration is refused with its name', async () => {
    make(at('c.json'));
    for (const command of [['serve'], ['config', 'check'], ['key', 'list']]) {
      const process_ = startCli(folder, [...command, '--config', at('c.json')]);
      expect(await process_.exit).toBe(2);
      expect(process_.err()).toContain(`${at('c.json')}: cannot be read: it is ${kind}`);
    }
  });

  it.each(['cert', 'key'] as const)('as the TLS %s is refused with its name', async (part) => {
    const files = makeCertificate();
    for (const each of ['cert', 'key'] as const)
      if (each === part) make(at(`${each}.pem`));
      else writeFileSync(at(`${each}.pem`), files[each]);
    writeConfig({ server: external });
    expect(await startCli(folder, ['key', 'add', '--config', at('c.json')]).exit).toBe(0);
    const process_ = serve();
    expect(await process_.exit).toBe(2);
    expect(process_.err()).toContain(`${at(`${part}.pem`)}, cannot be read: it is ${kind}`);
  });

  it('as the API keys is refused with its name', async () => {
    const { cert, key } = makeCertificate();
    writeFileSync(at('cert.pem'), cert);
    writeFileSync(at('key.pem'), key);
    make(at('data', 'keys.json'));
    writeConfig({ server: external });
    for (const command of [['key', 'list'], ['key', 'add'], ['key', 'remove', 'x'], ['serve']]) {
      const process_ = startCli(folder, [...command, '--config', at('c.json')]);
      expect(await process_.exit).not.toBe(0);
      expect(process_.err()).toContain(`${at('data', 'keys.json')} cannot be read: it is ${kind}`);
      expect(process_.err()).not.toContain('Unexpected');
    }
  });

  it('as the certificate for Azure is reported with its name, and the process goes on', async () => {
    make(at('azure.pem'));
    writeConfig({ vms: [{ ...vm, azure }] });
    const process_ = startCli(folder, ['serve', '--config', at('c.json')], {
      env: {
        AZURE_TENANT_ID: '99999999-8888-7777-6666-555555555555',
        AZURE_CLIENT_ID: 'a1b2c3d4-0000-0000-0000-000000000000',
        AZURE_CLIENT_CERTIFICATE_PATH: at('azure.pem'),
        AZURE_AUTHORITY_HOST: 'https://127.0.0.1:1',
        BENCHTRAY_AZURE_ENDPOINT: 'https://127.0.0.1:1',
      },
    });
    const url = await process_.listening();
    await until(
      async () =>
        (await (await fetch(`${url}/api/status`)).text()).includes(
          `AZURE_CLIENT_CERTIFICATE_PATH, ${at('azure.pem')}, cannot be read: it is ${kind}`,
        ),
      'the certificate is reported',
    );
    expect(peakBytes(process_.child.pid)).toBeLessThan(400_000_000);
    process_.child.kill('SIGTERM');
    expect(await process_.exit).toBe(0);
  });

  it.each(['journal.sqlite', 'journal.sqlite-wal', 'lock.sqlite', 'owner.json', 'logs/benchtray.log'])(
    'as %s is refused with its name',
    async (name) => {
      writeConfig({});
      mkdirSync(at('data', 'logs'));
      make(at('data', name));
      const process_ = serve();
      expect(await process_.exit).not.toBe(0);
      expect(process_.err()).toContain(`it is ${kind}`);
      expect(process_.err()).not.toContain('Unexpected');
    },
  );

  it('as key, known_hosts or ~/.ssh/config is reported, and the process goes on and ends in time', async () => {
    make(at('key'));
    make(at('.ssh', 'config'));
    make(at('.ssh', 'known_hosts'));
    make(at('data', 'known_hosts'));
    writeConfig({ vms: [{ ...vm, ssh: { ...vm.ssh, privateKey: at('key') } }] });
    const process_ = serve();
    const url = await process_.listening();
    const said = async (): Promise<string> => (await fetch(`${url}/api/status`)).text();
    await until(async () => (await said()).includes('.ssh/config cannot be read'), 'the config is told');
    rmSync(at('.ssh', 'config'));
    process_.child.kill('SIGTERM');
    expect(await process_.exit).toBe(0);

    const again = serve();
    const other = await again.listening();
    await until(
      async () =>
        (await (await fetch(`${other}/api/status`)).text()).includes(
          `${at('key')} is not a private key: it is ${kind}`,
        ),
      'the key is told',
    );
    expect(peakBytes(again.child.pid)).toBeLessThan(400_000_000);
    again.child.kill('SIGTERM');
    expect(await again.exit).toBe(0);
  });

  it('as a live edit is reported, and the last good configuration stays', async () => {
    writeConfig({});
    const process_ = serve();
    const url = await process_.listening();
    make(at('other'));
    renameSync(at('other'), at('c.json'));
    await until(() => process_.err().includes(`cannot be read: it is ${kind}`), 'it is told');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    process_.child.kill('SIGTERM');
    expect(await process_.exit).toBe(0);
  });
});

it.skipIf(process.platform !== 'linux')(
  'ends with a sentence if a data folder cannot be made in /proc',
  async () => {
    for (const folder of ['/proc/benchtray', '/proc/benchtray/data']) {
      writeConfig({ dataDir: folder });
      const process_ = serve();
      expect(await process_.exit).toBe(1);
      expect(process_.err()).toContain(`The log ${folder}/logs/benchtray.log cannot be written (ENOENT`);
    }
  },
);

it.skipIf(process.platform === 'win32')('opens no debugger on SIGUSR1', async () => {
  writeConfig({});
  const process_ = serve();
  const url = await process_.listening();
  process_.child.kill('SIGUSR1');
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  process_.child.kill('SIGTERM');
  expect(await process_.exit).toBe(0);
  expect(process_.err()).not.toMatch(/debugger|inspector/i);
});

describe.skipIf(process.platform === 'win32')('a thread that hangs', () => {
  /** Waits for ever in one of Node's threads, as a file system does that does not answer. */
  const hang = (): readonly string[] => {
    execFileSync('mkfifo', [at('fifo')]);
    writeFileSync(
      at('hang.mjs'),
      `import { open } from 'node:fs'; open(${JSON.stringify(at('fifo'))}, () => {});`,
    );
    return ['--import', at('hang.mjs')];
  };

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'does not keep %s from ending the process',
    async (signal) => {
      writeConfig({});
      const process_ = startCli(folder, ['serve', '--config', at('c.json')], { nodeArgs: hang() });
      await process_.listening();
      process_.child.kill(signal);
      expect(await process_.exit).toBe(signal);
    },
  );

  it('lets a second signal end it at once', async () => {
    writeConfig({});
    const process_ = startCli(folder, ['serve', '--config', at('c.json')], { nodeArgs: hang() });
    await process_.listening();
    const ending = startStopwatch();
    let isOver = false;
    const exited = process_.exit.finally(() => (isOver = true));
    // Each signal is one more wish, but for those that come right after the first.
    await until(() => {
      process_.child.kill('SIGINT');
      return isOver;
    }, 'the process ends');
    expect(await exited).toBe('SIGINT');
    expect(ending.stop()).toBeLessThan(1900);
  });
});
