/**
 * What the container's log says when a start of dockur/windows fails, in versions 1.x to 6.x, and what to do about it. Pure.
 * The texts come from qemus/qemu (src/network.sh, reset.sh, proc.sh, disk.sh, power.sh) and dockur/windows (src/install.sh, mido.sh);
 * those without an arrow come from QEMU itself (accel/kvm, target/i386/kvm, util/error-report).
 */
import type { Phase } from '../../../shared/stream.ts';

export interface BootTrouble {
  readonly kind: 'kvm' | 'disk' | 'download' | 'network' | 'memory' | 'start' | 'other';
  /** In the words of the container's log. */
  readonly text: string;
  /** In our own words: a clause without a full stop, shown after the phase. */
  readonly words: string;
  /** What to do about it; null: not known. */
  readonly hint: string | null;
  /** How far the start was; null: not known. */
  readonly phase: Phase | null;
}

type LogTrouble = Omit<BootTrouble, 'phase'>;

interface KnownTrouble extends Omit<LogTrouble, 'text'> {
  readonly pattern: RegExp;
  /** The line names only a consequence. A line with the cause wins. */
  readonly isEffect?: true;
}

const customIso =
  'Download the ISO on another machine and mount it as /custom.iso (WAA: into its "vm/image" folder as setup.iso), or try again later.';
const freeSpace =
  'On the VM: df -h, then remove old results, images (docker system df) or grow the disk; or ask for less by DISK_SIZE.';
const netAdmin =
  'Start the container with --cap-add NET_ADMIN and --device /dev/net/tun; on the VM: sudo modprobe -a tun ip_tables';
const userPorts = `${netAdmin}. If the container must use user-mode networking, add the port of /probe to USER_PORTS.`;
const bridgeNetwork =
  'Start the container in a bridge network of Docker, without "--network host" and DHCP=Y.';
const nestedKvm =
  'Use a VM size with nested virtualization (such as Standard_D4ds_v5), and pass /dev/kvm to the container.';
const otherCpu =
  'The KVM of the VM cannot run this guest. Use another VM size with nested virtualization (such as Standard_D4ds_v5), or a newer kernel on the VM.';
const seeScreen =
  'Look at the screen of the guest by VNC. Is the machine too slow, without KVM, or its disk image damaged?';
const lessMemory = 'Give the container less RAM_SIZE, or take a VM with more memory.';

const noNetwork = { kind: 'network', words: 'the container has no network of its own' } as const;
/** KVM is missing, or the container may not use it. */
export const noKvm = {
  kind: 'kvm',
  words: 'KVM is not available on the VM, so Windows cannot run',
  hint: nestedKvm,
} as const;
const noSpace = { kind: 'disk', words: 'there is not enough free disk space', hint: freeSpace } as const;
const noDownload = { kind: 'download', words: 'the download failed' } as const;

/** Lines of dockur's scripts, which begin with an arrow. First match wins. */
const ofScripts: readonly KnownTrouble[] = [
  // 1.x, 2.x: "not detected"; 3.x: "not available"; 4.x and later: "is not available".
  { pattern: /KVM acceleration (is )?not (available|detected)/, ...noKvm },
  // Docker Desktop, Synology.
  { pattern: /'\/dev\/kvm' (as a volume|is binded)/, ...noKvm },
  { pattern: /(Not enough|Insufficient) free (disk )?space|cannot write file \(disk full/, ...noSpace },
  { pattern: /is there enough space available/, ...noSpace },
  // A download that failed is tried again, by another method or from a mirror, before the container gives up.
  {
    pattern: /Microsoft blocked the automated download|gave us an empty response/,
    kind: 'download',
    words: 'Microsoft refused the download',
    hint: `Microsoft does not serve every address, and cloud addresses least. ${customIso}`,
  },
  {
    pattern: /(unknown|invalid) SHA\d+ checksum/,
    kind: 'download',
    words: 'the downloaded image is not the expected one',
    hint: `The downloaded image is broken, or newer than this container knows. ${customIso}`,
  },
  // curl could not write to the disk.
  { pattern: /Failed at writing Windows media to disk/, ...noDownload, hint: freeSpace },
  {
    pattern: new RegExp(
      [
        ...['Failed to (download|resolve|contact|continue earlier download)\\b', 'network failure!'],
        ...['server issued an error response', 'Could not find .* download', '^No download (in|for) '],
        ...['(Connection timed out to|SSL connection error from|Received no data from) '],
        ...['(servers?|page) (returned an?|gave us no) ', 'Miscellaneous server or network error'],
        ...['Product edition ID not found', 'Failed to find (Windows product|ESD URL)'],
      ].join('|'),
    ),
    ...noDownload,
    hint: `Does the VM reach the internet (proxy, firewall, DNS)? ${customIso}`,
  },
  // 2.0x: a command of network.sh that fails ends the container: `Status 1 while: ip tuntap add dev "$VM_NET_TAP" mode tap (line 170/311)`.
  {
    pattern: /Status \d+ while: (ip (link|tuntap|address|addr|route) |iptables |mknod \/dev\/(net|tap))/,
    ...noNetwork,
    hint: netAdmin,
  },
  // 1.x to 3.x: "TUN device missing", and the container exits; later: "TUN device is missing", and it falls back.
  { pattern: /TUN device (is )?missing/i, ...noNetwork, hint: netAdmin },
  { pattern: /'?(tun|ip_tables)'? kernel module is not (available|loaded)/i, ...noNetwork, hint: netAdmin },
  {
    pattern: /Failed to (create bridge|configure IP ?tables|add IP address|set (IP link|master bridge))/i,
    ...noNetwork,
    hint: netAdmin,
  },
  {
    pattern: /IP forwarding is disabled/i,
    ...noNetwork,
    hint: 'Start the container with --sysctl net.ipv4.ip_forward=1.',
  },
  {
    pattern: /Failed to start dnsmasq/i,
    ...noNetwork,
    hint: 'On the VM: sudo sysctl fs.inotify.max_user_instances=1024, or start the container with DNSMASQ_OPTS="--no-resolv --no-poll".',
  },
  { pattern: /VM subnet .* conflicts|No available VM subnet/, ...noNetwork, hint: bridgeNetwork },
  {
    pattern:
      /(?<!^Waiting for )macvtap interface|TAP interface|Cannot mknod: \/dev\/tap|VHOST can not be found/,
    ...noNetwork,
    hint: bridgeNetwork,
  },
  {
    pattern:
      /does not support (host mode|IPVLAN) networking|to be in a MACVLAN network|only enable DHCP while|sys\/devices\/virtual\/net/i,
    ...noNetwork,
    hint: bridgeNetwork,
  },
  {
    pattern: /Network interface .* does not exist|Could not determine container IPv4 address/,
    ...noNetwork,
    hint: bridgeNetwork,
  },
  // "usermode" until 5.0x, with "(slow)" in 3.x; "user-mode" later. A rootless container says only that the mode is active.
  {
    pattern:
      /falling back to (user-?mode|slirp) networking|user-?mode networking is active|Failed to configure user-?mode/i,
    ...noNetwork,
    hint: userPorts,
    isEffect: true,
  },
  {
    pattern:
      /RAM_SIZE.*(too high|very close to)(?!.* will (be ignored|automatically be adjusted))|requires at least .* of RAM/i,
    kind: 'memory',
    words: 'RAM_SIZE is too high for the VM',
    hint: lessMemory,
  },
  {
    pattern: /Timeout while waiting for QEMU to boot/,
    kind: 'start',
    words: 'the virtual machine did not start in time',
    hint: seeScreen,
  },
  {
    pattern: /Forcefully terminating|QEMU exited unexpectedly/,
    kind: 'start',
    words: 'the virtual machine was ended',
    hint: seeScreen,
    isEffect: true,
  },
];

const kvmFails = {
  kind: 'kvm',
  words: 'KVM fails on the VM, so Windows cannot run',
  hint: otherCpu,
} as const;
const qemuFails = { kind: 'start', words: 'QEMU failed', hint: seeScreen } as const;

/**
 * Lines of QEMU, which begin with no arrow, or with the one that the script puts in front of the first. The benchmark writes into the
 * same log, so each pattern is bound to the start of a line.
 */
const ofQemu: readonly KnownTrouble[] = [
  {
    pattern:
      /^KVM: (entry failed|exception \d+ exit|unknown exit)|^KVM internal error|^error: kvm run failed/,
    ...kvmFails,
  },
  {
    pattern:
      /^qemu-system-\w+: (?!.*warning:).*(Could not access KVM kernel module|failed to initialize kvm|invalid accelerator kvm|CPU model 'host')/i,
    ...noKvm,
  },
  {
    pattern:
      /^qemu-system-\w+: (?!.*warning:).*(failed to set MSR|kvm_init_vcpu|kvm_arch_init_vcpu|KVM_[A-Z]+_\w+|eVMCS)/i,
    ...kvmFails,
  },
  { pattern: /^qemu-system-\w+: (?!.*warning:).*No space left on device/i, ...noSpace },
  // The tools that make the disk and the image of Windows.
  {
    pattern:
      /^(fallocate|truncate|qemu-img|cp|mv|dd|wget|aria2c|wimlib-imagex|genisoimage|bsdtar|7z|\S*\.sh: line \d+): .*No space left on device/,
    ...noSpace,
  },
  { pattern: /^qemu-system-\w+: (?!.*warning:).*\/dev\/net\/tun/, ...noNetwork, hint: netAdmin },
  {
    pattern: /^qemu-system-\w+: (?!.*warning:).*(Failed to get "\w+" lock|another process using the image)/,
    kind: 'other',
    words: 'another container uses the same disk of Windows',
    hint: 'Stop the other container, or give this one a folder of its own as /storage.',
  },
  {
    pattern: /^qemu-system-\w+: (?!.*warning:).*cannot (set up guest memory|allocate memory)/i,
    kind: 'memory',
    words: 'the VM has too little memory for RAM_SIZE',
    hint: lessMemory,
  },
  {
    pattern: /^\S*\.sh: line \d+: +\d+ Killed .*(qemu-system|ARGS)/,
    kind: 'memory',
    words: 'QEMU was killed',
    hint: lessMemory,
  },
  { pattern: /^qemu: hardware error:/, ...qemuFails },
  { pattern: /^(\*\*)?ERROR:\S+:\d+:\S+ (assertion failed|code should not be reached)/, ...qemuFails },
  {
    pattern: /^\S*\.sh: line \d+: +\d+ (Segmentation fault|Aborted|Illegal instruction|Bus error)/,
    ...qemuFails,
  },
  { pattern: /^qemu-system-\w+: \S+\.c:\d+: .*Assertion .* failed/, ...qemuFails, isEffect: true },
  // Registers of the guest's processor: QEMU prints them after a failure.
  { pattern: /^[ER]AX=[0-9a-f]{8,16} [ER]BX=[0-9a-f]{8,16} /i, ...qemuFails, isEffect: true },
  {
    pattern:
      /^qemu(-system-\w+)?: (?!.*(warning|info):)(?!terminating on signal|Slirp)(-[a-z]|.*(could not|cannot|failed to|not supported|Permission denied))/i,
    kind: 'other',
    words: 'QEMU reports an error',
    hint: null,
  },
];

/** Explains an error before it, or gives its command. */
const isComment =
  /^(See the FAQ|that your kernel is recent|and that the NET_ADMIN|Please specify a smaller|Please free up|Please add the following)/;
/** The scripts go on behind these errors as if nothing had happened. */
const isHarmless = /^(Failed to set the owner|Failed to disable COW|Failed to allocate \d+ bytes)/;

const longestText = 300;

/** Returns what one line without colours says is wrong; null: nothing. */
function readLine(line: string): { readonly known: KnownTrouble | null; readonly text: string } | null {
  const said = line.replace(/^❯\s*(ERROR:|Warning:)?\s*/i, '');
  const text = said.slice(0, longestText);
  const qemu = ofQemu.find(({ pattern }) => pattern.test(said));
  if (qemu !== undefined) return { known: qemu, text };
  if (!line.startsWith('❯')) return null;
  const isError = /^❯\s*ERROR:/.test(line);
  const known = ofScripts.find(({ pattern }) => pattern.test(said));
  // With KVM=N, missing acceleration is only a warning, and intended. On ZFS, the container merely notes a RAM_SIZE that is too high.
  const isWarning = /^❯\s*Warning:/i.test(line);
  const isOnlyNote = known?.kind === 'kvm' ? isWarning : known?.kind === 'memory' && !isWarning && !isError;
  if (known !== undefined && !isOnlyNote) return { known, text };
  const isNews = !isComment.test(said) && !isHarmless.test(said);
  return isError && isNews ? { known: null, text } : null;
}

/**
 * Returns the troubles of a start after one more line without colours, the newest last, one of each kind; the same list if the line
 * says nothing new.
 * @param phase how far the start is
 */
export function withTroubleOf(
  troubles: readonly BootTrouble[],
  line: string,
  phase: Phase | null,
): readonly BootTrouble[] {
  const read = readLine(line);
  if (read === null) return troubles;
  const { known, text } = read;
  const kind = known?.kind ?? 'other';
  // If KVM failed, a failure of QEMU after it has the same cause.
  const isSaid = troubles.some((one) => one.kind === kind || (kind === 'start' && one.kind === 'kvm'));
  if (known?.isEffect === true && isSaid) return troubles;
  const words = known?.words ?? 'the container reports an error';
  const trouble = { kind, text, words, hint: known?.hint ?? null, phase };
  return [...troubles.filter((one) => one.kind !== kind), trouble];
}
