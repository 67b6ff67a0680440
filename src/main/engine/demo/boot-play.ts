/**
 * The container's start, from its first line to a Windows that answers. Wording, colours and order are those of dockur/windows
 * v5.14 in an image that waits for the benchmark server and says so every while; wget reports by dots, for there is no terminal.
 */
import type { Act, PlayStep } from './acts.ts';
import type { Random } from './random.ts';

const waiting = 'Waiting for a response from the windows server. This might take a while...\n';
const hardDisk = 'HD(1,GPT,6F1C1E0A-2C51-4F0B-9C69-0B6B7B0C1D22,0x800,0x40000)';
const dvd = 'PciRoot(0x0)/Pci(0x5,0x0)/Sata(0x0,0xFFFF,0x0)';

/** Where the download begins and ends, as parts of the whole start, and in how many pieces it is told. */
const download = { from: 0.1, until: 0.4, pieces: 12, tornPiece: 6 };

/** @param bootMs from the first line until the benchmark server answers, at speed 1 */
export function* playBoot(random: Random, bootMs: number): Generator<PlayStep> {
  let reached = 0;
  for (const [part, act] of bootSchedule(random)) {
    yield { afterMs: (part - reached) * bootMs, act };
    reached = part;
  }
}

/** Each act with the part of the whole start at which it happens, 0..1, in order. */
function* bootSchedule(random: Random): Generator<readonly [part: number, act: Act]> {
  const log = (text: string): Act => ({ type: 'container_log', text });
  const page = (text: string | null): Act => ({ type: 'status_page', text });

  yield [0, log('Starting WinArena...\nStarting VM...\nStarting WinArena VM...\n' + waiting)];
  yield [
    0,
    log(
      '❯ Starting Windows for Docker v5.14...\n❯ For support visit https://github.com/dockur/windows\n' +
        '❯ CPU: Intel Xeon Platinum 8370C | RAM: 14/16 GB | DISK: 92 GB (ext4) | KERNEL: 6.8.0-1041-azure...\n\n',
    ),
  ];
  yield [0.05, page('Requesting Windows 11 from the Microsoft servers...')];
  yield [0.05, log(message('Requesting Windows 11 from the Microsoft servers...'))];
  yield [download.from, page('Downloading Windows 11...')];
  yield [download.from, log(message('Downloading Windows 11...') + '\n')];
  const lines = downloadLines(random);
  for (let piece = 1; piece <= download.pieces; piece++) {
    const part = download.from + ((download.until - download.from) * piece) / download.pieces;
    const upTo = Math.round((lines.length * piece) / download.pieces);
    const from = Math.round((lines.length * (piece - 1)) / download.pieces);
    const written = lines.slice(from, upTo);
    // The waiting script and wget write to the same pipe, and one lands inside a line of the other.
    if (piece === download.tornPiece) written[1] = torn(written[1] ?? '');
    yield [part, page(`Downloading Windows 11 (${((100 * upTo) / lines.length).toFixed(1)}%)`)];
    yield [part, log(written.join(''))];
  }
  yield [0.41, log('\n' + message('Extracting Windows 11 image...'))];
  for (const percent of [0, 38.5, 81.2]) {
    yield [0.41 + 0.0006 * percent, page(`Extracting Windows 11 image (${percent.toFixed(1)}%)`)];
  }
  for (const [part, text] of [
    [0.47, 'Adding drivers to image...'],
    [0.5, 'Adding OEM folder to image...'],
    [0.52, 'Adding win11x64-enterprise-eval.xml for automatic installation...'],
  ] as const) {
    yield [part, page(text)];
    yield [part, log((part === 0.5 ? waiting : '') + message(text))];
  }
  yield [0.55, log(message('Building Windows 11 image...'))];
  for (const percent of [0, 46.7, 93.1]) {
    yield [0.55 + 0.0005 * percent, page(`Building Windows 11 image (${percent.toFixed(1)}%)`)];
  }
  yield [0.61, page('Creating a 64 GB growable disk image in raw format...')];
  yield [0.61, log(message('Creating a 64 GB growable disk image in raw format...'))];
  yield [0.64, page('Initializing network...')];
  yield [0.65, page('Configuring boot...')];
  yield [0.66, page(null)];
  yield [
    0.66,
    log(
      message('Booting Windows using QEMU v10.0.6...') +
        'BdsDxe: skipped Boot0002 "UEFI QEMU QEMU HARDDISK " from PciRoot(0x0)/Pci(0xA,0x0)/Scsi(0x0,0x0)\n' +
        `BdsDxe: loading Boot0001 "UEFI QEMU DVD-ROM QM00013 " from ${dvd}\n` +
        `BdsDxe: starting Boot0001 "UEFI QEMU DVD-ROM QM00013 " from ${dvd}\n`,
    ),
  ];
  yield [
    0.75,
    log(
      waiting + message('Windows started successfully, visit http://127.0.0.1:8006/ to view the screen...'),
    ),
  ];
  yield [0.8, log(restart)];
  yield [0.85, { type: 'guest_up' }];
  yield [0.9, log(restart)];
  yield [1, { type: 'server_ready' }];
  yield [
    1,
    log(
      'VM is up and running, and the Windows Arena Server is ready to use!\nVM started, server ready\n' +
        'Skipping image preparation...\nKeeping container alive\n',
    ),
  ];
}

/** The installer restarts Windows more than once, and the firmware tells each time. */
const restart = ['loading', 'starting']
  .map(
    (verb) =>
      `BdsDxe: ${verb} Boot0004 "Windows Boot Manager" from ${hardDisk}/\\EFI\\Microsoft\\Boot\\bootmgfw.efi\n`,
  )
  .join('');

function message(text: string): string {
  return `\x1b[1;34m❯ \x1b[1;36m${text}\x1b[0m\n`;
}

/** wget's report: a line for every 32 MiB, with percent, speed of this piece, and what time is left. */
function downloadLines(random: Random): string[] {
  const lineKiB = 32_768;
  const totalKiB = 5_423_104;
  const count = Math.ceil(totalKiB / lineKiB);
  return Array.from({ length: count }, (_, index) => {
    const start = `${index * lineKiB}K`.padStart(7);
    const speed = random.integer(480, 1250) / 10;
    const speedText = (speed >= 99.95 ? `${speed.toFixed(0)}M` : `${speed.toFixed(1)}M`).padStart(5);
    if (index === count - 1) return `${start} ........ ........                   100% ${speedText}=65s\n`;
    const percent = Math.floor((100 * (index + 1) * lineKiB) / totalKiB);
    const secondsLeft = Math.round(56 * (1 - (index + 1) / count));
    return `${start} ........ ........ ........ ........ ${`${percent}%`.padStart(3)} ${speedText} ${secondsLeft}s\n`;
  });
}

function torn(line: string): string {
  const dots = line.indexOf('.') + 13;
  return line.slice(0, dots) + waiting + line.slice(dots);
}
