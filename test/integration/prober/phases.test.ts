/** From nothing to a Windows that answers, and what comes in between and afterwards. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RealVm } from '../../support/real-vm.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { error as errorLine, info, warning } from '../../support/dockurr-boots.ts';
import { readyVm, realVm, watch, type Watched } from './watched.ts';

const bootLog = readFileSync(new URL('../../samples/dockurr_boot.log', import.meta.url), 'utf8');
const bootPhases = [
  'starting',
  'downloading',
  'extracting',
  'configuring',
  'building',
  'booting',
  'oobe',
] as const;
const page = (text: string): string => `<html><body><p class="loading">${text}</p></body></html>`;
const line = (text: string): string => `${info(text)}\n`;
const failed = (text: string): string => `${errorLine(text)}\n`;
const evaluateServer = '{"service":"evaluate_server","status":"ok"}\n\nhttp 200';

/** The container is up and its log is followed: what is written to it now is told at once. */
async function starting(): Promise<{ vm: RealVm; watched: Watched }> {
  const vm = await realVm();
  vm.containerUp();
  const watched = await watch(vm.config);
  await watched.untilPhase('starting');
  await until(
    () => vm.leftovers().some((command) => command.includes('container.log')),
    'its log is followed',
  );
  return { vm, watched };
}

describe.skipIf(sshdPath === null)('a start', () => {
  it('is told phase by phase as it is written, forwards only, a moment of it too, and ready by /probe alone', async () => {
    const { vm, watched } = await starting();
    const { client, status, phases, untilPhase } = watched;
    const lines = bootLog.split(/(?<=\n)/);
    const torn = lines.findIndex((line) => line.includes('.Waiting for'));
    vm.containerSays(lines.slice(0, torn + 1).join(''));
    await until(() => status()?.detail.percent === 35, 'in the middle of the download');
    vm.setBootPage(page('Downloading Windows 11 (45.3%)'));
    await until(() => status()?.detail.percent === 45.3, 'as the page tells it');
    expect(status()?.detail.text).toBe('Downloading Windows 11 (45.3%)');
    vm.setBootPage(null);
    // All of the rest at once: each of its phases lasts no time at all.
    vm.containerSays(lines.slice(torn + 1).join(''));
    await untilPhase('oobe');
    expect(phases().slice(phases().indexOf('starting'))).toEqual(bootPhases);

    vm.setProbe(evaluateServer);
    await until(
      () => status()?.probe.status === 'Answers, but is not the benchmark server',
      'somebody answers',
    );
    expect(status()).toMatchObject({ phase: 'oobe', waa_ready: false, connected: true });
    vm.setProbe('ready');
    await untilPhase('ready');
    expect(status()).toMatchObject({ waa_ready: true, probe: { status: 'ready' } });
    expect(phases().slice(phases().indexOf('starting'))).toEqual([...bootPhases, 'ready']);
    expect(client.errors()).toEqual([]);
  });

  it('shows firmware in our own words, and keeps its raw line in the app log', async () => {
    const { vm, watched } = await starting();
    const raw = 'BdsDxe: starting Boot0001 "UEFI QEMU DVD-ROM QM00013 " from PciRoot(0x0)/Pci(0x5,0x0)';
    vm.containerSays(`${raw}\n`);
    await watched.untilPhase('booting');
    // Docker puts its time in front.
    const logged = (): readonly unknown[] =>
      watched.monitor.logged.flatMap(({ msg, phase, line: text }) =>
        String(text).endsWith(` ${raw}`) ? [[msg, phase]] : [],
      );
    await until(() => logged().length > 0, 'the raw line is in the app log');
    expect(watched.status()?.detail.text).toBe('Booting Windows');
    expect(JSON.stringify(watched.client.received)).not.toContain('BdsDxe');
    expect(logged()).toEqual([['a phase of the boot', 'booting']]);
  });

  it('that was under way before BenchTray came is told phase by phase, in order', async () => {
    const vm = await realVm();
    vm.containerUp();
    vm.containerSays(bootLog.slice(0, bootLog.indexOf('Building Windows')));
    const { phases, untilPhase } = await watch(vm.config);
    await untilPhase('configuring');
    vm.containerSays(line('Building Windows 11 image...'));
    await untilPhase('building');
    expect(phases().filter((phase) => phase !== 'offline' && phase !== 'unknown')).toEqual([
      ...['starting', 'downloading', 'extracting', 'configuring', 'building'],
    ]);
  });

  it('begins anew with the container, also in its phases', async () => {
    const { vm, watched } = await starting();
    const { phases, untilPhase, client } = watched;
    vm.containerSays(bootLog);
    vm.setProbe('ready');
    await untilPhase('ready');
    vm.setProbe('refused');
    vm.containerUp('2026-01-28T23:00:00.000000000Z');
    vm.containerStops('Exited (0) 1 second ago', 0);
    await untilPhase('offline');
    expect(watched.status()).toMatchObject({ waa_ready: false, connected: true });
    vm.containerUp('2026-01-28T23:00:00.000000000Z');
    await untilPhase('starting');
    vm.containerSays(
      '❯ Starting Windows for Docker v5.14...\n' + line('Booting Windows using QEMU v10.0.6...'),
    );
    await untilPhase('booting');
    vm.containerSays(
      line('Windows started successfully, visit http://127.0.0.1:8006/ to view the screen...'),
    );
    await untilPhase('oobe');
    vm.setProbe('ready');
    await untilPhase('ready');
    const second = phases().slice(phases().indexOf('ready') + 1);
    expect(second).toEqual(['offline', 'starting', 'booting', 'oobe', 'ready']);
    expect(client.errors().map(({ code }) => code)).not.toContain('probe_down');
  });
});

describe.skipIf(sshdPath === null)('a lost connection', () => {
  it('is no new start: what answered before and does not now is told as down', async () => {
    const vm = await readyVm();
    const { untilPhase, untilError, untilRecovered, phases, client } = await watch(vm.config);
    await untilPhase('ready');
    await vm.killSshd();
    await untilPhase('unknown');
    vm.setProbe('refused');
    await vm.startSshd();
    await untilRecovered('ssh_unreachable');
    await untilError('probe_down');
    await untilPhase('oobe');
    expect(phases().slice(phases().indexOf('unknown', 1))).not.toContain('starting');
    expect(client.errors().map(({ code }) => code)).toEqual(['ssh_unreachable', 'probe_down']);
  });

  it('in which the container was started anew is a new start', async () => {
    const vm = await readyVm();
    const { untilPhase, client } = await watch(vm.config);
    await untilPhase('ready');
    await vm.killSshd();
    await untilPhase('unknown');
    vm.setProbe('refused');
    vm.containerUp('2026-01-28T23:00:00.000000000Z');
    await vm.startSshd();
    await untilPhase('starting');
    expect(client.errors().map(({ code }) => code)).toEqual(['ssh_unreachable']);
  });
});

describe.skipIf(sshdPath === null)('a container', () => {
  it('without KVM is told by its log and by its exit code', async () => {
    const { vm, watched } = await starting();
    vm.containerSays(failed('KVM acceleration not available (/dev/kvm is missing)'));
    const error = await watched.untilError('kvm_missing');
    expect(error.detail).toBe('KVM acceleration not available (/dev/kvm is missing)');
    vm.containerStops('Exited (88) 1 second ago', 88);
    expect((await watched.untilError('container_exited')).detail).toBe('Exit code 88: KVM is not available');
    vm.containerUp('2026-01-28T23:00:00.000000000Z');
    await watched.untilPhase('starting');
    vm.containerSays(
      '❯ Starting Windows for Docker v5.14...\n' + line('Booting Windows using QEMU v10.0.6...'),
    );
    await watched.untilRecovered('kvm_missing');
    expect(watched.client.errors().map(({ code }) => code)).toEqual(['kvm_missing', 'container_exited']);
  });

  it('without room for Windows is told in the words of its log', async () => {
    const { vm, watched } = await starting();
    const text = 'Not enough free space in /storage, have 3.2 GB available but need at least 12 GB';
    vm.containerSays(line('Extracting Windows 11 image...') + failed(text));
    expect(await watched.untilError('disk_full')).toMatchObject({
      message: 'The disk of the VM is full.',
      detail: text,
    });
  });

  it('that ends for want of room, and is started again and again, is told once until it has come further', async () => {
    const { vm, watched } = await starting();
    const text = 'Not enough free space in /storage, have 3.2 GB available but need at least 12 GB';
    const banner = '❯ Starting Windows for Docker v3.12...\n';
    const download =
      line('Requesting Windows 11 from Microsoft server...') + line('Downloading Windows 11...');
    const { client, status } = watched;
    const isFollowed = (): boolean => vm.leftovers().some((command) => command.includes('container.log'));
    for (const startedAt of ['2026-01-28T22:30:00.000000000Z', '2026-01-28T23:30:00.000000000Z']) {
      vm.containerSays(banner + download + line('Extracting Windows 11 bootdisk...') + failed(text));
      await watched.untilPhase('extracting');
      vm.containerStops('Restarting (62) 1 second ago', 62);
      await watched.untilPhase('offline');
      vm.containerUp(startedAt);
      await watched.untilPhase('starting');
      await until(isFollowed, 'its log is followed');
    }
    vm.containerSays(banner + download);
    const told = 'Downloading Windows 11; the start before failed: there is not enough free disk space';
    await until(() => status()?.detail.text === told, 'it is shown');
    const isFull = ({ code }: { readonly code?: unknown }): boolean => code === 'disk_full';
    expect(client.errors().filter(isFull)).toMatchObject([{ detail: text }]);
    const recovered = client.received.filter(({ event }) => event === 'recovered');
    expect(recovered.filter(({ data }) => isFull(data))).toEqual([]);
    vm.containerSays(line('Extracting Windows 11 bootdisk...') + line('Adding drivers to image...'));
    await watched.untilRecovered('disk_full');
  });

  it('that cannot download Windows tells so while it tries again, and when it gives up', async () => {
    const { vm, watched } = await starting();
    const blocked = 'Microsoft blocked the automated download request based on your IP address.';
    vm.containerSays(line('Requesting Windows 11 from the Microsoft servers...') + failed(blocked));
    const text = 'Asking Microsoft for Windows; Microsoft refused the download';
    await until(() => watched.status()?.detail.text === text, 'it is shown');
    expect(watched.client.errors()).toEqual([]);
    vm.containerStops('Exited (61) 1 second ago', 61);
    expect(await watched.untilError('container_exited')).toMatchObject({
      detail: `Exit code 61: Windows could not be downloaded. ${blocked}`,
      hint: expect.stringContaining('/custom.iso') as string,
    });
  });

  it('that has ended before BenchTray came is asked for its last words', async () => {
    const vm = await realVm();
    vm.containerUp();
    vm.containerSays('❯ Starting Windows for Docker v5.14...\n' + failed('QEMU: no such bus'));
    vm.containerStops('Exited (15) 2 hours ago', 15);
    const { untilError } = await watch(vm.config);
    expect((await untilError('container_exited')).detail).toBe(
      'Exit code 15: QEMU ended with an error. QEMU: no such bus',
    );
  });

  it('without a network of its own is told, for Windows will never answer', async () => {
    const { vm, watched } = await starting();
    const text = 'failed to setup NAT networking, falling back to user-mode networking!';
    vm.containerSays(`${warning(text)}\n${line('Booting Windows using QEMU v10.0.6...')}`);
    expect(await watched.untilError('probe_down')).toMatchObject({
      severity: 'warning',
      message: 'Windows will not be reachable: its container has no network of its own.',
      detail: text,
      hint: expect.stringContaining('NET_ADMIN') as string,
    });
    // It was wrong about that, after all.
    vm.setProbe('ready');
    await watched.untilRecovered('probe_down');
  });
});
