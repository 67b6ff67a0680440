import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boots, error, info, waiting, warmBoot, warning, wgetLine } from '../../support/dockurr-boots.ts';
import {
  bootAgain,
  bootTrouble,
  nextBoot,
  noBoot,
  readBootLine,
  readBootLog,
  readBootPage,
  reportedBoot,
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
    ['❯ Starting Windows for systemd-nspawn v6.05...', 'starting'],
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
    [info('Booting Windows using QEMU emulator version 8.2.1 ...'), 'booting'],
    [info('Booting Windows securely using QEMU v10.0.0...'), 'booting'],
    [info('Booting Windows on a AMD EPYC 7763'), 'booting'],
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

  it('says what is wrong in its own words', () => {
    const state = readBootLine(noBoot, error('KVM acceleration not available (not enabled in BIOS)'));
    expect(state.troubles).toMatchObject([
      { kind: 'kvm', text: 'KVM acceleration not available (not enabled in BIOS)' },
    ]);
  });

  it('forgets a lack of room when there was room after all', () => {
    const failed = [
      info('Downloading Windows 11...'),
      error('Failed to download https://x/y.iso , cannot write file (disk full?)'),
    ].reduce(readBootLine, noBoot);
    const again = readBootLine(failed, info('Downloading Windows 11 from another mirror now...'));
    expect(again.troubles.map(({ kind }) => kind)).toEqual(['disk']);
    expect(readBootLine(again, info('Extracting Windows 11 image...')).troubles).toEqual([]);
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
      expect([state.troubles, state.carried]).toEqual([[], []]);
      expect(state.text).toMatch(/^[A-Z][\w ,]+$/);
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
    ['Downloading Windows 11 (45.3%)', 'downloading', 'Downloading Windows 11', 45.3],
    ['Downloading Windows 11 (1.2 GB)', 'downloading', 'Downloading Windows 11', null],
    ['Downloading Windows 10 LTSC from x.org...', 'downloading', 'Downloading Windows 10 LTSC', null],
    ['Downloading Windows Server 2022...', 'downloading', 'Downloading Windows Server 2022', null],
    ['Downloading Tiny11 from archive.org...', 'downloading', 'Downloading Tiny11', null],
    ['Downloading https://x.org/a.iso...', 'downloading', 'Downloading Windows', null],
    ['Downloading Windows&nbsp;11 &amp; more&hellip; &#40;7%&#41;', 'downloading', 'Downloading Windows', 7],
    [
      'Requesting Windows 11 from the Microsoft servers...',
      'downloading',
      'Asking Microsoft for Windows',
      null,
    ],
    ['Download finished successfully...', 'downloading', 'Windows is downloaded', null],
    ['Extracting Windows 11 image (81.2%)', 'extracting', 'Extracting the Windows image', 81.2],
    ['Adding drivers to image...', 'configuring', 'Configuring the Windows image', null],
    ['Building Windows 11 image (100%)', 'building', 'Building the Windows image', 100],
    ['Creating a 64G growable disk image in raw format...', 'building', 'Creating the disk of Windows', null],
    ['Booting Windows using QEMU v10.0.6...', 'booting', 'Booting Windows', null],
    ['Initializing disks...', null, 'Preparing the virtual machine', null],
    ['Will retry in 3 seconds...', null, 'Waiting to try again', null],
    ['Retrying failed download in 5 seconds...', null, 'Waiting to try again', null],
    ['Something of a later version...', null, null, null],
  ])('%s', (text, phase, shown, percent) => {
    expect(readBootPage(noBoot, page(text))).toMatchObject({ phase, text: shown, percent });
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
      text: 'Preparing the virtual machine',
      percent: null,
    });
  });

  it('tells tenths that the log does not take back', () => {
    const state = readBootPage(noBoot, page('Downloading Windows 11 (35.9%)'));
    expect(readBootLine(state, '1900544K ........ ........ 35%  123M 42s').percent).toBe(35.9);
    expect(readBootLine(state, '1900544K ........ ........ 36%  123M 42s').percent).toBe(36);
  });
});

describe('our own words', () => {
  it.each([...boots, warmBoot])('stand for every line of a start of version $version', ({ lines }) => {
    for (const { text } of statesOf(lines.map(([line]) => line)))
      // Nothing of firmware, versions, paths or marks.
      if (text !== null) expect(text).toMatch(/^[A-Z][a-z]+( [A-Za-z,]+)+( \d+)?$/);
  });
});

const banner = '❯ Starting Windows for Docker v3.12...';
const full = error('Not enough free space in /storage, have 2 GB available but need at least 15 GB.');
const kinds = ({ carried }: BootState): string[] => carried.map(({ kind }) => kind);

describe('a start after one that failed', () => {
  const failed = [banner, info('Downloading Windows 11...'), info('Extracting Windows 11 bootdisk...'), full];

  it('carries what ended the one before, until it has come further', () => {
    const again = [...failed, banner, info('Downloading Windows 11...')].reduce(readBootLine, noBoot);
    expect(again).toMatchObject({ phase: 'downloading', troubles: [] });
    expect(bootTrouble(again, 'disk')).toMatchObject({ phase: 'extracting', kind: 'disk' });
    const extracting = readBootLine(again, info('Extracting Windows 11 bootdisk...'));
    expect(kinds(extracting)).toEqual(['disk']);
    expect(kinds(readBootLine(extracting, info('Building Windows 11 image...')))).toEqual([]);
  });

  it('carries it over any number of starts', () => {
    const loop = [...failed, ...failed, ...failed, banner].reduce(readBootLine, noBoot);
    expect(kinds(loop)).toEqual(['disk']);
    // One that ended before it said anything.
    expect(kinds(nextBoot(nextBoot(loop)))).toEqual(['disk']);
  });

  it('carries nothing of one that came up, or was stopped', () => {
    const up = [
      banner,
      warning('TUN device is missing. Please add the following setting: --device /dev/net/tun'),
      info('Booting Windows using QEMU v9.0.2...'),
      info('Windows started succesfully, visit http://localhost:8006/ to view the screen...'),
    ];
    expect(kinds([...up, banner].reduce(readBootLine, noBoot))).toEqual([]);
    const stopped = [
      info('Received SIGTERM, sending ACPI shutdown signal...'),
      error('Forcefully terminating Windows, reason: SIGTERM...'),
    ];
    expect(kinds([...up, ...stopped, banner].reduce(readBootLine, noBoot))).toEqual([]);
  });

  it('carries a KVM that failed behind the line that Windows has started', () => {
    const dead = [
      banner,
      info('Booting Windows using QEMU v9.0.2...'),
      'KVM: entry failed, hardware error 0x80000021',
      info('Windows started succesfully, visit http://localhost:8006/ to view the screen...'),
      banner,
    ].reduce(readBootLine, noBoot);
    expect(kinds(dead)).toEqual(['kvm']);
    expect(kinds(readBootLine(dead, info('Booting Windows using QEMU v9.0.2...')))).toEqual(['kvm']);
  });

  it('is the same start when its log is read once more', () => {
    const running = [...failed, banner, info('Downloading Windows 11...')].reduce(readBootLine, noBoot);
    const again = readBootLog(running, [banner, info('Downloading Windows 11...')]);
    expect(again).toEqual(running);
    // The engine may report a start that its log has shown already, once.
    expect(reportedBoot(running, '')).toEqual({ ...running, isAhead: false });
    expect(reportedBoot({ ...running, isAhead: false }, '')).toMatchObject({ phase: null, isWhole: false });
    // The second first line within one reading is another start.
    expect(kinds([...failed, banner].reduce(readBootLine, bootAgain(noBoot)))).toEqual(['disk']);
  });

  it('is known by its time, however often and from whichever boot on its log is read', () => {
    const all = [...failed, ...failed, banner, info('Downloading Windows 11...')].map(
      (line, index) => `2026-01-28T22:00:${10 + index}.25Z ${line}`,
    );
    const once = all.reduce(readBootLine, noBoot);
    expect(once).toMatchObject({ phase: 'downloading', carried: [{ kind: 'disk' }], isAhead: true });
    for (const from of [0, 4, 8]) expect(all.slice(from).reduce(readBootLine, once)).toEqual(once);
    // Reported already, and only now is the next one.
    const beganAt = '2026-01-28T22:00:18.2Z';
    expect(reportedBoot(once, beganAt)).toEqual({ ...once, isAhead: false });
    expect(reportedBoot(once, '2026-01-28T22:05:00Z')).toMatchObject({ phase: null, troubles: [] });
  });
});

describe('what a later rule needs to know of a start', () => {
  it.each([...boots, warmBoot])('is read from the log of version $version', (boot) => {
    const lines = boot.lines.map(([line], index) => `2026-01-28T22:00:${10 + index}.5Z ${line}`);
    const state = lines.reduce(readBootLine, noBoot);
    const first = boot.lines.findIndex(([line]) => line.includes('Starting Windows for'));
    const up = boot.lines.findIndex(([line]) => line.includes('Windows started succes'));
    expect(state).toMatchObject({
      isWhole: true,
      isInstall: boot !== warmBoot,
      beganAtMs: Date.parse(`2026-01-28T22:00:${10 + first}.5Z`),
      windowsStartedAtMs: Date.parse(`2026-01-28T22:00:${10 + up}.5Z`),
    });
  });

  it('is not known of a log without its first line and times, or with the times of podman', () => {
    const started = info('Windows started successfully, visit http://127.0.0.1:8006/ to view the screen...');
    const state = readBootLine(noBoot, started);
    expect(state).toMatchObject({ isWhole: false, beganAtMs: null, windowsStartedAtMs: null });
    const timed = readBootLine(noBoot, `2026-01-28T22:00:00.123456789+01:00 ${started}`);
    expect(timed.windowsStartedAtMs).toBe(Date.parse('2026-01-28T21:00:00.123Z'));
  });
});

it('of Windows that boots again and again is never further than its start', () => {
  const again = [
    'BdsDxe: loading Boot0003 "Windows Boot Manager" from HD(1,GPT,0C0FFEE0,0x800,0x40000)/\\EFI\\bootmgfw.efi',
    'BdsDxe: starting Boot0003 "Windows Boot Manager" from HD(1,GPT,0C0FFEE0,0x800,0x40000)/\\EFI\\bootmgfw.efi',
  ];
  const state = [...warmBoot.lines.map(([line]) => line), ...again, ...again, ...again].reduce(
    readBootLine,
    noBoot,
  );
  expect(state).toMatchObject({ phase: 'oobe', isWhole: true, isInstall: false, troubles: [] });
});
