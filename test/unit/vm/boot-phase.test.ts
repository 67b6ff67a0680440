import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { noBoot, readBootLine, readBootPage, type BootState } from '../../../src/main/vm/boot-phase.ts';

const recorded = readFileSync(new URL('../../samples/dockurr_boot.log', import.meta.url), 'utf8').split('\n');
const phases = [
  'starting',
  'downloading',
  'extracting',
  'configuring',
  'building',
  'booting',
  'oobe',
] as const;

/** The states after each line that changed something. */
function statesOf(lines: readonly string[]): BootState[] {
  let state = noBoot;
  return lines.flatMap((line) => {
    const before = state;
    state = readBootLine(state, line);
    return state === before ? [] : [state];
  });
}
const phaseAfter = (...lines: string[]) => lines.reduce(readBootLine, noBoot).phase;
const page = (text: string) => `<html><body><p class="loading">${text}</p></body></html>`;
const message = (text: string) => `\x1b[1;34m❯ \x1b[1;36m${text}\x1b[0m`;
const failure = (text: string) => `\x1b[1;31m❯ ERROR: ${text}\x1b[0m`;

describe('a recorded boot', () => {
  const states = statesOf(recorded);

  it('goes through all phases in order, never backwards', () => {
    const order = states.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]);
    expect(order).toEqual(phases);
  });

  it('grows in percent within the download, up to 100, also over the torn line', () => {
    const percents = states.flatMap(({ phase, percent }) =>
      phase === 'downloading' && percent !== null ? [percent] : [],
    );
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    expect(new Set(percents).size).toBe(101);
    expect(
      states.filter(({ phase }) => phase !== 'downloading').every(({ percent }) => percent === null),
    ).toBe(true);
  });

  it('reads percent on both sides of a tear', () => {
    const at = recorded.findIndex((line) => /\d+K \.+ \.+Waiting/.test(line));
    expect(at).toBeGreaterThan(0);
    const downloading = readBootLine(noBoot, message('Downloading Windows 11...'));
    const head = readBootLine(downloading, recorded[at] ?? '');
    expect(head).toEqual(downloading);
    expect(readBootLine(head, recorded[at + 1] ?? '').percent).toBe(35);
  });

  it('begins anew with each start of the container', () => {
    const again = [...recorded, ...recorded].reduce(readBootLine, noBoot);
    expect(again.phase).toBe('oobe');
    expect(readBootLine(again, '❯ Starting Windows for Docker v5.14...')).toMatchObject({
      phase: 'starting',
      percent: null,
    });
  });
});

describe('a line of the container log', () => {
  it.each([
    ['❯ Starting Windows for Podman v3.14...', 'starting'],
    [message('Requesting Windows 11 from Microsoft server...'), 'downloading'],
    [message('Requesting Windows 11 from the Microsoft servers...'), 'downloading'],
    [message('Downloading Windows 11 from dl.bobpony.com...'), 'downloading'],
    [message('Downloading ESD catalog...'), 'downloading'],
    [message('Verifying downloaded ISO...'), 'downloading'],
    [message('Succesfully verified ISO!'), 'downloading'],
    [message('Successfully verified ISO!'), 'downloading'],
    [message('Extracting local ISO image...'), 'extracting'],
    [message('Detecting version from ISO image...'), 'extracting'],
    [message('Detected: Windows 11 Enterprise'), 'extracting'],
    [message('Adding win11x64.xml for automatic installation...'), 'configuring'],
    [message('Creating overlay image...'), 'configuring'],
    [message('Building Windows 11 image...'), 'building'],
    [message('Creating a 64G growable disk image in raw format...'), 'building'],
    [message('Creating a 64 GB preallocated disk image in raw format...'), 'building'],
    [message('Booting Windows using QEMU v9.2.0...'), 'booting'],
    ['\x1b[2J\x1b[01;01H\x1b[=3hBdsDxe: loading Boot0001 "UEFI QEMU DVD-ROM QM00013 "', 'booting'],
    [message('Windows started succesfully, visit http://localhost:8006/ to view the screen...'), 'oobe'],
    [message('Windows started successfully, visit http://127.0.0.1:8006/ to view the screen...'), 'oobe'],
    [message('Received SIGTERM, sending ACPI shutdown signal...'), 'stopping'],
    [message('Received SIGTERM signal, sending ACPI shutdown signal...'), 'stopping'],
    ['❯ Shutdown completed!', 'stopping'],
    ['Waiting for a response from the windows server. This might take a while...', null],
    ['iptables: exempted port 5050 from DNAT (attempt 1)', null],
    ['', null],
  ])('%j: %s', (line, phase) => {
    expect(phaseAfter(line)).toBe(phase);
  });

  it('never takes a boot back, but for its end', () => {
    expect(phaseAfter(message('Windows started successfully'), 'BdsDxe: starting Boot0004')).toBe('oobe');
    expect(phaseAfter(message('Booting Windows using QEMU v9'), message('Adding drivers to image...'))).toBe(
      'booting',
    );
    expect(
      phaseAfter(
        message('Windows started successfully'),
        message('Waiting for Windows to shutdown... (1/110)'),
      ),
    ).toBe('stopping');
  });

  it('starts at nothing again with the next mirror', () => {
    const lines = [
      message('Downloading Windows 11...'),
      '1900544K ........ ........ ........ ........ 35%  123M 1m48s',
      message('Downloading Windows 11 from another mirror now...'),
    ];
    expect(lines.slice(0, 2).reduce(readBootLine, noBoot).percent).toBe(35);
    expect(lines.reduce(readBootLine, noBoot).percent).toBeNull();
  });

  it.each([
    [failure('KVM acceleration not available (/dev/kvm is missing), this will cause...'), 'kvm_missing'],
    [failure('KVM acceleration is not available (no write access)'), 'kvm_missing'],
    [failure('Not enough free space in /storage, have 3 GB available but need at least 12 GB'), 'disk_full'],
    [failure('Not enough free space to create a data disk of 64 GB in /storage'), 'disk_full'],
    [failure('Insufficient free disk space'), 'disk_full'],
    [
      '\x1b[1;31m❯ Warning: KVM acceleration is not available (vmx/svm disabled), about 10 times slower\x1b[0m',
      undefined,
    ],
    [failure('The downloaded file has an unknown SHA256 checksum'), undefined],
  ])('%j: trouble %s', (line, code) => {
    expect(readBootLine(noBoot, line).trouble?.code).toBe(code);
  });

  it('says the trouble in the words of the log, and forgets it with the next start', () => {
    const state = readBootLine(noBoot, failure('KVM acceleration not available (not enabled in BIOS)'));
    expect(state.trouble?.text).toBe('KVM acceleration not available (not enabled in BIOS)');
    expect(readBootLine(state, '❯ Starting Windows for Docker v5.14...').trouble).toBeNull();
  });
});

describe('the page msg.html', () => {
  it.each<[text: string, phase: string | null, shown: string | null, percent: number | null]>([
    ['Downloading Windows 11 (45.3%)', 'downloading', 'Downloading Windows 11 (45.3%)', 45.3],
    ['Downloading Windows 11 (1.2 GB)', 'downloading', 'Downloading Windows 11 (1.2 GB)', null],
    [
      'Downloading Windows&nbsp;11 &amp; more&hellip; &#40;7%&#41;',
      'downloading',
      'Downloading Windows 11 & more&hellip; (7%)',
      7,
    ],
    [
      'Requesting Windows 11 from the Microsoft servers...',
      'downloading',
      'Requesting Windows 11 from the Microsoft servers...',
      null,
    ],
    ['Download finished successfully...', 'downloading', 'Download finished successfully...', null],
    ['Extracting Windows 11 image (81.2%)', 'extracting', 'Extracting Windows 11 image (81.2%)', 81.2],
    ['Adding drivers to image...', 'configuring', 'Adding drivers to image...', null],
    ['Building Windows 11 image (100%)', 'building', 'Building Windows 11 image (100%)', 100],
    [
      'Creating a 64G growable disk image in raw format...',
      'building',
      'Creating a 64G growable disk image in raw format...',
      null,
    ],
    ['Booting Windows using QEMU v10.0.6...', 'booting', 'Booting Windows using QEMU v10.0.6...', null],
    ['Initializing disks...', null, 'Initializing disks...', null],
    ['Will retry in 3 seconds...', null, 'Will retry in 3 seconds...', null],
  ])('%s', (text, phase, shown, percent) => {
    expect(readBootPage(noBoot, page(text))).toEqual({ ...noBoot, phase, text: shown, percent });
  });

  it('is nothing where it holds no such paragraph', () => {
    for (const html of ['', '<p>Downloading</p>', '{"status":"ok"}', '<p class="loading">Downloading'])
      expect(readBootPage(noBoot, html)).toBe(noBoot);
  });

  it('never takes a boot back, and leaves the phase on at short words', () => {
    const building = readBootPage(noBoot, page('Building Windows 11 image (46.7%)'));
    expect(readBootPage(building, page('Extracting Windows 11 image (81.2%)'))).toBe(building);
    expect(readBootPage(building, page('Configuring boot...'))).toMatchObject({
      phase: 'building',
      text: 'Configuring boot...',
      percent: null,
    });
  });

  it('tells tenths that the log does not take back', () => {
    const state = readBootPage(noBoot, page('Downloading Windows 11 (35.9%)'));
    expect(readBootLine(state, '1900544K ........ ........ 35%  123M 42s').percent).toBe(35.9);
    expect(readBootLine(state, '1900544K ........ ........ 36%  123M 42s').percent).toBe(36);
  });
});
