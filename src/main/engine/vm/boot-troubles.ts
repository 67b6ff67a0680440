/** What dockur/windows says when something is wrong with its start, of versions 3.x to 6.x, and what to do about it. Pure. */

export interface BootTrouble {
  readonly kind: 'kvm' | 'disk' | 'download' | 'network' | 'memory' | 'start' | 'other';
  /** In the words of the container's log. */
  readonly text: string;
  /** What to do about it; null where that is not known. */
  readonly hint: string | null;
}

interface KnownTrouble {
  readonly pattern: RegExp;
  readonly kind: BootTrouble['kind'];
  readonly hint: string;
}

const customIso =
  'Download the ISO on another machine and mount it as /custom.iso (WAA: into its "vm/image" folder as setup.iso), or try again later.';

/** First match wins. A download that failed is tried again, by another method or from a mirror, before the container gives up. */
const known: readonly KnownTrouble[] = [
  {
    pattern: /KVM acceleration (is )?not available/,
    kind: 'kvm',
    hint: 'Use a VM size with nested virtualization (such as Standard_D4ds_v5), and pass /dev/kvm to the container.',
  },
  {
    pattern: /(Not enough|Insufficient) free (disk )?space|cannot write file \(disk full/,
    kind: 'disk',
    hint: 'On the VM: df -h, then remove old results, images (docker system df) or grow the disk; or ask for less by DISK_SIZE.',
  },
  {
    pattern: /Microsoft blocked the automated download|gave us an empty response/,
    kind: 'download',
    hint: `Microsoft does not serve every address, and cloud addresses least. ${customIso}`,
  },
  {
    pattern: /unknown SHA256 checksum/,
    kind: 'download',
    hint: `What was downloaded is not what was expected: broken, or newer than this image knows. ${customIso}`,
  },
  {
    pattern:
      /Failed to download |network failure!|server issued an error response|Could not find .* download/,
    kind: 'download',
    hint: `Does the VM reach the internet (proxy, firewall, DNS)? ${customIso}`,
  },
  {
    pattern:
      /failed to setup NAT networking|TUN device is missing|'?ip_tables'? kernel module is not loaded|failed to create bridge/i,
    kind: 'network',
    hint: 'Start the container with --cap-add NET_ADMIN and --device /dev/net/tun; on the VM: sudo modprobe tun ip_tables',
  },
  {
    pattern: /RAM_SIZE.*(too high|very close to)/i,
    kind: 'memory',
    hint: 'Give the container less RAM_SIZE, or take a VM with more memory.',
  },
  {
    pattern: /Timeout while waiting for QEMU to boot|Forcefully terminating/,
    kind: 'start',
    hint: 'Look at the screen of the guest by VNC. Is the machine too slow, without KVM, or its disk image damaged?',
  },
];

/** Reads one line without colours. Null: nothing is wrong. */
export function readBootTrouble(line: string): BootTrouble | null {
  // What the benchmark itself writes may come through the same log, and say anything.
  if (!line.startsWith('❯')) return null;
  const isError = /^❯\s*ERROR:/.test(line);
  const isWarning = /^❯\s*Warning:/i.test(line);
  const text = line.replace(/^❯\s*(ERROR:|Warning:)?\s*/i, '').slice(0, 300);
  const trouble = known.find(({ pattern }) => pattern.test(text));
  // With KVM=N it is a warning, and wanted.
  if (trouble !== undefined && !(isWarning && trouble.kind === 'kvm'))
    return { kind: trouble.kind, text, hint: trouble.hint };
  return isError ? { kind: 'other', text, hint: null } : null;
}

/** With this one as the newest; of each kind the newest is kept. */
export function withTrouble(troubles: readonly BootTrouble[], trouble: BootTrouble): readonly BootTrouble[] {
  return [...troubles.filter(({ kind }) => kind !== trouble.kind), trouble];
}
