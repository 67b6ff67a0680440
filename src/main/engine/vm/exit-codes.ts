/** What the exit code of the container says: those of dockur/windows (in families, by where its start failed), and of signals. Pure. */

export interface ExitMeaning {
  readonly text: string;
  /** What to do about it; null where only the container's log can tell. */
  readonly hint: string | null;
}

const freeSpace = 'On the VM: df -h. Windows needs about 64 GB, or as much as DISK_SIZE says.';

const stopped = { text: 'stopped from outside', hint: 'Start it again when it is wanted.' };

const single: Readonly<Record<number, ExitMeaning>> = {
  15: { text: 'QEMU ended with an error', hint: null },
  61: {
    text: 'Windows could not be downloaded',
    hint: 'Does the VM reach the internet? Is there room for the ISO (df -h)? Or mount an ISO of your own as /custom.iso.',
  },
  62: { text: 'the Windows image could not be extracted', hint: freeSpace },
  65: { text: 'the Windows image could not be built', hint: freeSpace },
  76: { text: 'there is no room for the disk of Windows', hint: freeSpace },
  88: {
    text: 'KVM is not available',
    hint: 'Use a VM size with nested virtualization (such as Standard_D4ds_v5), and pass /dev/kvm to the container.',
  },
  // Newer versions shut Windows down, then exit with 128 plus the number of the signal that stopped them.
  129: stopped,
  130: stopped,
  131: stopped,
  134: { text: 'QEMU crashed', hint: null },
  137: {
    text: 'killed, often for lack of memory',
    hint: 'On the VM: free -h. Give the container less RAM_SIZE, or take a VM with more memory.',
  },
  139: { text: 'QEMU crashed', hint: null },
  143: stopped,
};

const families: readonly (readonly [from: number, to: number, meaning: ExitMeaning])[] = [
  [
    11,
    16,
    {
      text: 'it was started with wrong settings',
      hint: 'Check the options and variables of "docker run": --cap-add, --device, RAM_SIZE, CPU_CORES.',
    },
  ],
  [
    20,
    29,
    {
      text: "trouble with the container's network",
      hint: 'Start it with --cap-add NET_ADMIN and --device /dev/net/tun.',
    },
  ],
  [33, 33, { text: 'Windows could not be booted', hint: 'Check BOOT_MODE and the disk image in /storage.' }],
  [44, 45, { text: 'Windows could not be booted', hint: 'Check BOOT_MODE and the disk image in /storage.' }],
  [
    56,
    59,
    {
      text: 'version, language or ISO of Windows are not known',
      hint: 'Check VERSION, LANGUAGE and the mounted ISO.',
    },
  ],
  [60, 69, { text: 'Windows could not be downloaded or prepared', hint: null }],
  [
    55,
    55,
    { text: 'trouble with the disk', hint: 'Check that the folder mounted as /storage can be written to.' },
  ],
  [
    70,
    80,
    {
      text: 'trouble with the disk',
      hint: 'Check DISK_SIZE, and that the folder mounted as /storage can be written to.',
    },
  ],
];

/** What the engine says if it cannot start a container, as Docker, runc and podman word it. First match wins. */
const startErrors: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    /\/dev\/kvm/,
    'Use a VM size with nested virtualization (such as Standard_D4ds_v5). On the VM: ls -l /dev/kvm',
  ],
  [/\/dev\/net\/tun|\/dev\/vhost-net/, 'On the VM: sudo modprobe -a tun vhost_net'],
  [
    /port is already allocated|address already in use|failed to bind host port/i,
    'Another container or program uses the port. On the VM: docker ps; sudo ss -ltnp',
  ],
  [/no space left on device/i, freeSpace],
  [/mount|no such file or directory/i, 'Check the folders and devices that "docker run" names.'],
];

/** Returns what to do about a container that the engine could not start; null: not known. */
export function startErrorHint(error: string): string | null {
  return startErrors.find(([pattern]) => pattern.test(error))?.[1] ?? null;
}

/** Null: nothing is known of this code. */
export function exitMeaning(exitCode: number): ExitMeaning | null {
  const meaning =
    single[exitCode] ?? families.find(([from, to]) => exitCode >= from && exitCode <= to)?.[2] ?? null;
  return meaning === null ? null : { ...meaning, text: `Exit code ${exitCode}: ${meaning.text}` };
}
