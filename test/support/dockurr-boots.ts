/** Whole starts of a container as the versions of dockur/windows write them to `docker logs`, and lives that end in an error. */
import type { Phase } from '../../src/shared/stream.ts';

export interface WrittenBoot {
  readonly version: string;
  /** Lines with what each brings the boot to, by the order of the phases. */
  readonly lines: readonly (readonly [line: string, phase: Phase | null])[];
}

const esc = '\x1b';
export const info = (text: string): string => `${esc}[1;34m❯ ${esc}[1;36m${text}${esc}[0m`;
export const error = (text: string): string => `${esc}[1;31m❯ ERROR: ${text}${esc}[0m`;
export const warning = (text: string): string => `${esc}[1;31m❯ Warning: ${text}${esc}[0m`;
export const waiting = 'Waiting for a response from the windows server. This might take a while...';

/** What `wget --progress=dot:giga` writes for every 32 MiB. */
export function wgetLine(index: number, percent: number, left = '1m48s'): string {
  return `${`${index * 32_768}K`.padStart(7)} ........ ........ ........ ........ ${`${percent}%`.padStart(3)} 46.8M ${left}`;
}

const dvd =
  'BdsDxe: loading Boot0001 "UEFI QEMU DVD-ROM QM00013 " from PciRoot(0x0)/Pci(0x5,0x0)/Sata(0x0,0xFFFF,0x0)';
const disk =
  'BdsDxe: starting Boot0004 "Windows Boot Manager" from HD(1,GPT,6F1C1E0A)/\\EFI\\Microsoft\\Boot\\bootmgfw.efi';

export const boots: readonly WrittenBoot[] = [
  {
    version: '3.14',
    lines: [
      ['❯ Starting Windows for Docker v3.14...', 'starting'],
      ['❯ For support visit https://github.com/dockur/windows', null],
      ['❯ CPU: Intel Xeon Platinum 8370C | RAM: 14/16 GB | DISK: 92 GB (ext4) | HOST: 6.8.0...', null],
      [waiting, null],
      [info('Requesting Windows 11 from Microsoft server...'), 'downloading'],
      [info('Downloading Windows 11...'), 'downloading'],
      [wgetLine(0, 0, '54s'), 'downloading'],
      [`${wgetLine(40, 25).slice(0, 24)}${waiting}`, 'downloading'],
      [wgetLine(40, 25).slice(24), 'downloading'],
      ['5373952K ........ ........                                    100% 46.8M=4.8s', 'downloading'],
      [info('Verifying downloaded ISO...'), 'downloading'],
      [info('Succesfully verified ISO!'), 'downloading'],
      [info('Extracting Windows 11 image...'), 'extracting'],
      [info('Detected: Windows 11 Enterprise'), 'extracting'],
      [info('Adding drivers to image...'), 'configuring'],
      [info('Adding OEM folder to image...'), 'configuring'],
      [info('Adding win11x64-enterprise-eval.xml for automatic installation...'), 'configuring'],
      [info('Building Windows 11 image...'), 'building'],
      [info('Creating a 64G growable disk image in raw format...'), 'building'],
      [info('Booting Windows using QEMU v8.2.4...'), 'booting'],
      [`${esc}[2J${esc}[01;01H${esc}[=3h${esc}[2J${esc}[01;01H${dvd}`, 'booting'],
      [info('Windows started succesfully, visit http://localhost:8006/ to view the screen...'), 'oobe'],
      [disk, 'oobe'],
      [waiting, 'oobe'],
    ],
  },
  {
    version: '5.14',
    lines: [
      ['Starting WinArena...', null],
      ['❯ Starting Windows for Docker v5.14...', 'starting'],
      ['❯ CPU: Intel Xeon Platinum 8370C | RAM: 14/16 GB | DISK: 92 GB (ext4) | KERNEL: 6.8.0...', null],
      [info('Downloading ESD catalog...'), 'downloading'],
      [info('Requesting Windows 11 from the Microsoft servers...'), 'downloading'],
      [error('Microsoft blocked the automated download request based on your IP address.'), 'downloading'],
      [info('Failed to download Windows 11, will try a different method now...'), 'downloading'],
      [info('Downloading Windows 11 from dl.bobpony.com...'), 'downloading'],
      [wgetLine(60, 36, '2h5m'), 'downloading'],
      [info('Extracting Windows 11 bootdisk...'), 'extracting'],
      [info('Detecting version from ISO image...'), 'extracting'],
      [info('Adding OEM files to image...'), 'configuring'],
      [info('Building Windows 11 image...'), 'building'],
      [info('Creating a 64 GB growable disk image in raw format...'), 'building'],
      [info('Booting Windows using QEMU v10.0.6...'), 'booting'],
      ['BdsDxe: failed to load Boot0002 "UEFI QEMU QEMU HARDDISK "', 'booting'],
      [info('Windows started successfully, visit http://127.0.0.1:8006/ to view the screen...'), 'oobe'],
      ['VM is up and running, and the Windows Arena Server is ready to use!', 'oobe'],
    ],
  },
  {
    version: '6.05',
    lines: [
      ['❯ Starting Windows for Podman v6.05...', 'starting'],
      [info('Requesting Windows 11 from the Microsoft servers...'), 'downloading'],
      [info('Downloading Windows 11...'), 'downloading'],
      ['10% → 20% → 30% → 40% → 50% → 60% → 70% → 80% → 90% → 100%', 'downloading'],
      [info('Successfully verified ISO!'), 'downloading'],
      [info('Extracting Windows 11 setup...'), 'extracting'],
      [info('Creating overlay image...'), 'configuring'],
      [info('Writing overlay image...'), 'configuring'],
      [info('Creating a 64 GB preallocated disk image in raw format...'), 'building'],
      [info('Booting Windows using QEMU v10.1.0...'), 'booting'],
      [disk, 'booting'],
      [info('Windows started successfully, visit http://127.0.0.1:8006/ to view the screen...'), 'oobe'],
    ],
  },
];

/** Installed once before: nothing is downloaded. */
export const warmBoot: WrittenBoot = {
  version: '5.14',
  lines: [
    ['❯ Starting Windows for Docker v5.14...', 'starting'],
    [info('Booting Windows using QEMU v10.0.6...'), 'booting'],
    [disk, 'booting'],
    [info('Windows started successfully, visit http://127.0.0.1:8006/ to view the screen...'), 'oobe'],
  ],
};
