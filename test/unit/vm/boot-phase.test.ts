import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boots, error, info, waiting, warmBoot, warning, wgetLine } from '../../support/dockurr-boots.ts';
import {
  noBoot,
  readBootLine,
  readBootPage,
  type BootState,
} from '../../../src/main/engine/vm/boot-phase.ts';

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
    const downloading = readBootLine(noBoot, info('Downloading Windows 11...'));
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
    [info('Requesting Windows 11 from Microsoft server...'), 'downloading'],
    [info('Requesting Windows 11 from the Microsoft servers...'), 'downloading'],
    [info('Downloading Windows 11 from dl.bobpony.com...'), 'downloading'],
    [info('Downloading ESD catalog...'), 'downloading'],
    [info('Verifying downloaded ISO...'), 'downloading'],
    [info('Succesfully verified ISO!'), 'downloading'],
    [info('Successfully verified ISO!'), 'downloading'],
    [info('Extracting local ISO image...'), 'extracting'],
    [info('Detecting version from ISO image...'), 'extracting'],
    [info('Detected: Windows 11 Enterprise'), 'extracting'],
    [info('Adding win11x64.xml for automatic installation...'), 'configuring'],
    [info('Creating overlay image...'), 'configuring'],
    [info('Building Windows 11 image...'), 'building'],
    [info('Creating a 64G growable disk image in raw format...'), 'building'],
    [info('Creating a 64 GB preallocated disk image in raw format...'), 'building'],
    [info('Booting Windows using QEMU v9.2.0...'), 'booting'],
    ['\x1b[2J\x1b[01;01H\x1b[=3hBdsDxe: loading Boot0001 "UEFI QEMU DVD-ROM QM00013 "', 'booting'],
    [info('Windows started succesfully, visit http://localhost:8006/ to view the screen...'), 'oobe'],
    [info('Windows started successfully, visit http://127.0.0.1:8006/ to view the screen...'), 'oobe'],
    [info('Received SIGTERM, sending ACPI shutdown signal...'), 'stopping'],
    [info('Received SIGTERM signal, sending ACPI shutdown signal...'), 'stopping'],
    ['❯ Shutdown completed!', 'stopping'],
    ['Waiting for a response from the windows server. This might take a while...', null],
    ['iptables: exempted port 5050 from DNAT (attempt 1)', null],
    ['', null],
  ])('%j: %s', (line, phase) => {
    expect(phaseAfter(line)).toBe(phase);
  });

  it('never takes a boot back, but for its end', () => {
    expect(phaseAfter(info('Windows started successfully'), 'BdsDxe: starting Boot0004')).toBe('oobe');
    expect(phaseAfter(info('Booting Windows using QEMU v9'), info('Adding drivers to image...'))).toBe(
      'booting',
    );
    expect(
      phaseAfter(info('Windows started successfully'), info('Waiting for Windows to shutdown... (1/110)')),
    ).toBe('stopping');
  });

  it('starts at nothing again with the next mirror', () => {
    const lines = [
      info('Downloading Windows 11...'),
      '1900544K ........ ........ ........ ........ 35%  123M 1m48s',
      info('Downloading Windows 11 from another mirror now...'),
    ];
    expect(lines.slice(0, 2).reduce(readBootLine, noBoot).percent).toBe(35);
    expect(lines.reduce(readBootLine, noBoot).percent).toBeNull();
  });

  it('says what is wrong in its own words, and forgets it with the next start', () => {
    const state = readBootLine(noBoot, error('KVM acceleration not available (not enabled in BIOS)'));
    expect(state.troubles).toMatchObject([
      { kind: 'kvm', text: 'KVM acceleration not available (not enabled in BIOS)' },
    ]);
    expect(readBootLine(state, '❯ Starting Windows for Docker v5.14...').troubles).toEqual([]);
  });

  it('forgets a failed download when another one got through', () => {
    const failed = [
      info('Downloading Windows 11...'),
      error('Failed to download https://x/y.iso , network failure!'),
      warning('TUN device is missing'),
    ].reduce(readBootLine, noBoot);
    expect(failed.troubles.map(({ kind }) => kind)).toEqual(['download', 'network']);
    const again = readBootLine(failed, info('Downloading Windows 11 from another mirror now...'));
    expect(again.troubles).toEqual(failed.troubles);
    expect(
      readBootLine(again, info('Extracting Windows 11 image...')).troubles.map(({ kind }) => kind),
    ).toEqual(['network']);
  });
});

it.each([
  ['of dots', '.'.repeat(64_000)],
  ['of words', 'Building Requesting '.repeat(3_200)],
  ['of a page', '<p class=loading '.repeat(3_800)],
])('is read in no time, however long a text %s is', (_of, text) => {
  const before = process.cpuUsage();
  readBootLine(noBoot, text);
  readBootPage(noBoot, text);
  expect(process.cpuUsage(before).user).toBeLessThan(500_000);
});

describe('a whole start', () => {
  it.each([...boots, { ...warmBoot, version: '5.14, installed before' }])(
    'of version $version',
    ({ lines }) => {
      let state = noBoot;
      for (const [line, phase] of lines) {
        state = readBootLine(state, line);
        if (phase !== null) expect([line, state.phase]).toEqual([line, phase]);
      }
      expect(state.troubles).toEqual([]);
      // From wherever it is seen, it never goes backwards.
      for (let start = 0; start < lines.length; start++) {
        const seen = statesOf(lines.slice(start).map(([line]) => line)).flatMap(({ phase }) =>
          phase === null ? [] : [phases.indexOf(phase as (typeof phases)[number])],
        );
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
      }
    },
  );

  it.each([
    [wgetLine(60, 36), 36],
    [wgetLine(60, 36).slice(24), 36],
    ['5373952K ........ ........                                    100% 46.8M=4.8s', 100],
    [' 45%[========>           ] 2.31G  45.2MB/s    eta 61s', 45],
    ['10% → 20% → 30%', 30],
    ['10% → 20% ' + waiting, 20],
    ['→ 30% → 40% →', 40],
    ['100%', 100],
    ['The disk is 35% full', null],
    ['Step 3: click 45%', null],
  ])('%j: %s percent', (line, percent) => {
    const downloading = readBootLine(noBoot, info('Downloading Windows 11...'));
    expect(readBootLine(downloading, line).percent).toBe(percent);
    expect(readBootLine(noBoot, line).percent).toBeNull();
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

  it('shows the percentage of the log in its text, too', () => {
    const state = readBootPage(noBoot, page('Downloading Windows 11 (58.4%)'));
    expect(readBootLine(state, '1900544K ........ ........ 75%  123M 42s')).toMatchObject({
      percent: 75,
      text: 'Downloading Windows 11 (75%)',
    });
  });

  it('tells tenths that the log does not take back', () => {
    const state = readBootPage(noBoot, page('Downloading Windows 11 (35.9%)'));
    expect(readBootLine(state, '1900544K ........ ........ 35%  123M 42s').percent).toBe(35.9);
    expect(readBootLine(state, '1900544K ........ ........ 36%  123M 42s').percent).toBe(36);
  });
});
