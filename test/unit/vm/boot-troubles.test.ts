import { describe, expect, it } from 'vitest';
import { readBootLine, noBoot } from '../../../src/main/engine/vm/boot-phase.ts';
import type { BootTrouble } from '../../../src/main/engine/vm/boot-troubles.ts';
import { exitMeaning } from '../../../src/main/engine/vm/exit-codes.ts';
import { error, info, warning } from '../../support/dockurr-boots.ts';

const troubleIn = (line: string): BootTrouble | undefined => readBootLine(noBoot, line).troubles[0];

describe('what goes wrong with a start', () => {
  it.each<[line: string, kind: BootTrouble['kind'], hint: RegExp]>([
    ...[
      '/dev/kvm is missing',
      '/dev/kvm is unwriteable',
      'not enabled in BIOS',
      'device file missing',
      'no write access',
      'vmx/svm disabled',
    ].map((why): [string, 'kvm', RegExp] => [
      error(`KVM acceleration not available (${why}), this will cause...`),
      'kvm',
      /nested virtualization/,
    ]),
    [error('KVM acceleration is not available (no write access)'), 'kvm', /\/dev\/kvm/],
    [
      error('Not enough free space in /storage, have 3 GB available but need at least 12 GB'),
      'disk',
      /df -h/,
    ],
    [
      error('Not enough free space to create a data disk of 64 GB in /storage, it has only 10 GB'),
      'disk',
      /DISK_SIZE/,
    ],
    [error('Not enough free space to download file, only 1.2 GB left!'), 'disk', /df -h/],
    [error('Insufficient free disk space to extract'), 'disk', /df -h/],
    [error('Failed to download https://x/y.iso , cannot write file (disk full?)'), 'disk', /df -h/],
    [
      error('Microsoft blocked the automated download request based on your IP address.'),
      'download',
      /custom\.iso/,
    ],
    [error('Microsoft servers gave us an empty response'), 'download', /custom\.iso/],
    [
      info('Failed to download Windows 11, will try a different method now...'),
      'download',
      /proxy, firewall, DNS/,
    ],
    [
      info('Failed to download Windows 11, will try another mirror now...'),
      'download',
      /proxy, firewall, DNS/,
    ],
    [error('Failed to download https://x/y.iso , network failure!'), 'download', /proxy, firewall, DNS/],
    [
      error('Failed to download https://x/y.iso , server issued an error response!'),
      'download',
      /proxy, firewall, DNS/,
    ],
    [error('Failed to download https://x/y.iso , reason: 4'), 'download', /proxy, firewall, DNS/],
    [
      error('The downloaded file has an unknown SHA256 checksum: 0123, please report this'),
      'download',
      /custom\.iso/,
    ],
    [
      warning('failed to setup NAT networking, falling back to user-mode networking!'),
      'network',
      /NET_ADMIN/,
    ],
    [
      warning('TUN device is missing. Please add the following to your configuration: --device /dev/net/tun'),
      'network',
      /\/dev\/net\/tun/,
    ],
    [
      warning("the 'ip_tables' kernel module is not loaded. Try this command: sudo modprobe ip_tables"),
      'network',
      /modprobe/,
    ],
    [error('failed to create bridge. Please add: --cap-add NET_ADMIN'), 'network', /NET_ADMIN/],
    [
      warning('your configured RAM_SIZE of 16 GB is very close to the 16 GB of memory available'),
      'memory',
      /RAM_SIZE/,
    ],
    [
      error('Your configured RAM_SIZE of 32 GB is too high for the 16 GB of memory available'),
      'memory',
      /RAM_SIZE/,
    ],
    [error('Timeout while waiting for QEMU to boot the machine!'), 'start', /VNC/],
    [error('Forcefully terminating Windows, reason: 9'), 'start', /VNC/],
  ])('%j is known', (line, kind, hint) => {
    const trouble = troubleIn(line);
    expect(trouble?.kind).toBe(kind);
    expect(trouble?.hint).toMatch(hint);
    // eslint-disable-next-line no-control-regex -- no colour is left in it
    expect(trouble?.text).toMatch(/^[^❯\x1b]+$/);
  });

  it("is told in QEMU's own words where nothing else is known", () => {
    expect(troubleIn(error('qemu-system-x86_64: cannot set up guest memory'))).toEqual({
      kind: 'other',
      text: 'qemu-system-x86_64: cannot set up guest memory',
      hint: null,
    });
  });

  it.each([
    warning('KVM acceleration is not available (vmx/svm disabled), about 10 times slower'),
    warning('something harmless'),
    info('Downloading Windows 11...'),
    '[2026-01-28 22:55:08,123 ERROR agent/418-MainProcess] Plan not found',
    'Failed to download the file that the task is about, network failure!',
    'ERROR: Not enough free space',
  ])('%j is nothing', (line) => {
    expect(troubleIn(line)).toBeUndefined();
  });

  it('is kept once of each kind, the newest last', () => {
    const { troubles } = [error('a'), warning('TUN device is missing'), error('b')].reduce(
      readBootLine,
      noBoot,
    );
    expect(troubles.map(({ text }) => text)).toEqual(['TUN device is missing', 'b']);
  });
});

describe('an exit code', () => {
  it.each<[exitCode: number, text: RegExp, hint: RegExp | null]>([
    [11, /wrong settings/, /docker run/],
    [15, /QEMU/, null],
    [16, /wrong settings/, /docker run/],
    [20, /network/, /NET_ADMIN/],
    [29, /network/, /NET_ADMIN/],
    [33, /booted/, /BOOT_MODE/],
    [44, /booted/, /BOOT_MODE/],
    [45, /booted/, /BOOT_MODE/],
    [55, /disk/, /storage/],
    [56, /version, language or ISO/, /VERSION/],
    [59, /version, language or ISO/, /VERSION/],
    [60, /downloaded or prepared/, null],
    [61, /downloaded/, /internet/],
    [62, /extracted/, /df -h/],
    [65, /built/, /df -h/],
    [69, /downloaded or prepared/, null],
    [70, /disk/, /DISK_SIZE/],
    [76, /no room/, /df -h/],
    [80, /disk/, /DISK_SIZE/],
    [88, /KVM/, /nested virtualization/],
    [137, /memory/, /RAM_SIZE/],
    [143, /outside/, /Start it again/],
  ])('%i means something', (exitCode, text, hint) => {
    const meaning = exitMeaning(exitCode);
    expect(meaning?.text).toMatch(new RegExp(`^Exit code ${String(exitCode)}: `));
    expect(meaning?.text).toMatch(text);
    if (hint === null) expect(meaning?.hint).toBeNull();
    else expect(meaning?.hint).toMatch(hint);
  });

  it.each([0, 1, 10, 17, 30, 46, 81, 87, 255])('%i means nothing in particular', (exitCode) => {
    expect(exitMeaning(exitCode)).toBeNull();
  });
});
