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
    ...[
      'Failed to resolve Microsoft servers! Is there an Internet connection?',
      'Failed to contact Microsoft servers! Is there an Internet connection or is the server down?',
      'Connection timed out to Microsoft server!',
      'SSL connection error from Microsoft server!',
      'Received no data from the Microsoft server!',
      'Microsoft servers returned a failing HTTP status code!',
      'Microsoft servers returned an unexpectedly large response!',
      'Microsoft servers gave us no download link to our request for an automated download!',
      'Windows server download page gave us no download link!',
      'Miscellaneous server or network error, reason: 56',
      'Failed to continue earlier download!',
      'Product edition ID not found!',
      'No download in the German language available for Windows 11 Enterprise!',
      'Failed to find Windows product in esd_edition.xml!',
      'The downloaded file has an unknown SHA256 checksum: 0123, please report this',
      'The downloaded file has an invalid SHA1 checksum: 0123 , while expected value was: 4567.',
    ].map((text): [string, 'download', RegExp] => [error(text), 'download', /custom\.iso/]),
    [
      error('Failed at writing Windows media to disk! Out of disk space or permission error?'),
      'download',
      /df -h/,
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
    [error('Windows requires at least 2 GB of RAM, but only 1.2 GB can be allocated.'), 'memory', /RAM_SIZE/],
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
    expect(troubleIn(error('qemu-system-x86_64: -drive file=/data.img: unknown option'))).toMatchObject({
      kind: 'other',
      text: 'qemu-system-x86_64: -drive file=/data.img: unknown option',
      hint: null,
    });
  });

  it.each([
    warning('KVM acceleration is not available (vmx/svm disabled), about 10 times slower'),
    warning('something harmless'),
    info('Downloading Windows 11...'),
    info(
      'Your configured RAM_SIZE of 16 GB is too high for the 15 GB, but since ZFS is active this will be ignored.',
    ),
    info(
      'Your configured RAM_SIZE of 16 GB is too high for the 15 GB of memory available, please set a lower value.',
    ),
    warning(
      'Your configured RAM_SIZE of 16 GB is too high, it will automatically be adjusted to a lower amount.',
    ),
    error('Failed to set the owner for "/storage/windows.mac" !'),
    error('Failed to disable COW for disk image /storage/data.img on BTRFS filesystem (returned x)'),
    error('and that the NET_ADMIN capability has been added to the container: --cap-add NET_ADMIN'),
    '[2026-01-28 22:55:08,123 ERROR agent/418-MainProcess] Plan not found',
    'Failed to download the file that the task is about, network failure!',
    'ERROR: Not enough free space',
    "qemu-system-x86_64: warning: host doesn't support requested feature: CPUID.80000007H:EDX.invtsc",
    'qemu-system-x86_64: terminating on signal 15 from pid 1 (bash)',
    'qemu-system-x86_64: Slirp: Failed to send packet, ret: -1',
    'Warning: Extension CHECKSUM revision 0 not supported, missing kernel module?',
    '2026-06-02 06:57:06,129:wsdd WARNING(pid 220): cannot unset all_multicast: [Errno 92]',
    '# dnsmasq: process is missing required capability NET_RAW',
    'BdsDxe: failed to load Boot0002 "UEFI QEMU QEMU HARDDISK " from PciRoot(0x0)/Pci(0xA,0x0): Not Found',
    warning('failed to set MTU size of docker to 1400.'),
    warning('failed to configure IP alias for backwards compatibility. Please add: --cap-add NET_ADMIN'),
    info('Nested KVM virtualization detected..'),
    'Step 3: print("KVM: entry failed, hardware error 0x0")',
    info('Waiting for macvtap interface to become available..'),
    warning('Could not assign port 8006 to "USER_PORTS" because it is already in "HOST_PORTS"!'),
    "Couldn't open log file /var/log/passt.log: Permission denied",
    'The task asks: cp: error writing x: No space left on device',
    'qemu-system-x86_64: -cpu host: warning: a feature is missing: could not set it',
    'qemu-system-x86_64: info: could not do it yet',
    'qemu-system-x86_64: -accel kvm: info: could not do it yet',
    "[2026-01-28 22:55:08,123 ERROR python/182-MainProcess] qemu-system-x86_64: Assertion `x' failed.",
  ])('%j is nothing', (line) => {
    expect(troubleIn(line)).toBeUndefined();
  });

  // By version: 1.x and 2.x exit; 3.x and later fall back and go on.
  it.each<[version: string, lines: readonly string[], cause: RegExp]>([
    [
      '2.x without NET_ADMIN',
      [error('TUN device missing. Please add the following setting to your container: --cap-add NET_ADMIN')],
      /^TUN device missing/,
    ],
    [
      '2.x without forwarding',
      [error('IP forwarding is disabled. Please add the following setting: --sysctl net.ipv4.ip_forward=1')],
      /^IP forwarding/,
    ],
    [
      '3.x',
      [
        error(
          'TUN device missing. Please add the following setting: --device /dev/net/tun --cap-add NET_ADMIN',
        ),
        warning('falling back to usermode networking (slow)!'),
      ],
      /^TUN device missing/,
    ],
    [
      '4.x without the module',
      [
        error("The 'tun' kernel module is not available. Try this command: 'sudo modprobe tun'"),
        warning('falling back to usermode networking! Performance will be bad.'),
      ],
      /^The 'tun' kernel module/,
    ],
    [
      '4.x without tables',
      [
        error("The 'ip_tables' kernel module is not loaded. Try: sudo modprobe ip_tables iptable_nat"),
        warning('falling back to usermode networking!'),
      ],
      /^The 'ip_tables'/,
    ],
    [
      '4.x with few watches',
      [
        'dnsmasq: failed to create inotify: Too many open files',
        error('Failed to start dnsmasq, reason: 5'),
        warning('falling back to usermode networking!'),
      ],
      /^Failed to start dnsmasq/,
    ],
    ['a warning alone', [warning('falling back to usermode networking (slow)!')], /^falling back/],
    ['5.x', [warning('an error occured, falling back to user-mode networking!')], /^an error occured/],
    ['5.x with podman', [warning('podman detected, falling back to user-mode networking!')], /^podman/],
    [
      '5.x, rootless',
      [info('Notice: because user-mode networking is active, if you need to expose ports, add them.')],
      /^Notice/,
    ],
    [
      '6.x',
      [
        warning('failed to configure IP tables!'),
        warning('failed to setup NAT networking, falling back to user-mode networking!'),
      ],
      /^failed to configure IP tables/,
    ],
    ['6.x, rootless', [warning('failed to start passt (1), falling back to slirp networking!')], /passt/],
    [
      '2.07 without a right to make a TAP device',
      [
        'open: Operation not permitted',
        error('Status 1 while: ip tuntap add dev "$VM_NET_TAP" mode tap (line 170/311)'),
      ],
      /^Status 1 while: ip tuntap/,
    ],
    [
      '2.0x without the module of the bridge',
      [
        'RTNETLINK answers: Operation not supported',
        error('Status 2 while: ip link add dev dockerbridge type bridge (line 96/311)'),
      ],
      /^Status 2 while: ip link/,
    ],
    [
      '3.12 in an IPVLAN network',
      [
        error('Cannot create macvtap interface. Please make sure that the network type is right,'),
        error('that your kernel is recent (>4) and supports it, and that the capability is set.'),
      ],
      /macvtap/,
    ],
    [
      '7.x',
      [error('VM subnet 172.30.0.0/24 conflicts with an existing route inside the container.')],
      /conf/,
    ],
    [
      'QEMU without /dev/net/tun',
      ['qemu-system-x86_64: -netdev tap,id=hostnet0: could not open /dev/net/tun: No such file or directory'],
      /could not open/,
    ],
    [
      'QEMU without a right to use the TAP device',
      [
        'qemu-system-x86_64: -netdev tap,ifname=qemu: could not configure /dev/net/tun (qemu): Operation not permitted',
      ],
      /could not configure/,
    ],
    ['DHCP', [error("Cannot create macvtap interface. Is the network 'macvlan'?")], /macvtap/],
    [
      '1.x with DHCP',
      [error('You can only enable DHCP while the container is on a macvlan network!')],
      /DHCP/,
    ],
    ['DHCP without a device', [error('Cannot find: sys/devices/virtual/net/qemu')], /sys/],
    ['host network', [error('This container does not support host mode networking!')], /host mode/],
  ])('is the network, by its cause: %s', (_version, lines, cause) => {
    const { troubles } = lines.reduce(readBootLine, noBoot);
    expect(troubles.map(({ kind }) => kind)).toEqual(['network']);
    expect(troubles[0]?.text).toMatch(cause);
    expect(troubles[0]?.hint).toMatch(/\w/);
  });

  it.each<[what: string, lines: readonly string[], kind: BootTrouble['kind'], text: RegExp]>([
    [
      'a guest that KVM cannot enter',
      [
        'KVM: entry failed, hardware error 0x80000021',
        'EAX=00000000 EBX=c0484638 ECX=000000b2 EDX=000000b2',
        'ESI=00000000 EDI=0000007a EBP=c04845a0 ESP=c0484578',
        "qemu-system-x86_64: ../cpu.c:76: some_function: Assertion `ret >= 0' failed.",
      ],
      'kvm',
      /^KVM: entry failed/,
    ],
    ['an error within KVM', ['KVM internal error. Suberror: 1', 'emulation failure'], 'kvm', /Suberror: 1/],
    [
      'a processor that KVM cannot set up',
      [
        error('qemu-system-x86_64: error: failed to set MSR 0x48d to 0xff00000016'),
        "qemu-system-x86_64: target/i386/kvm/kvm.c:3209: buf_set: Assertion `ret == 1' failed.",
      ],
      'kvm',
      /failed to set MSR/,
    ],
    [
      'a KVM that lacks a feature',
      ['qemu-system-x86_64: kvm_init_vcpu: kvm_arch_init_vcpu failed (0): Operation not supported'],
      'kvm',
      /kvm_init_vcpu/,
    ],
    [
      'an exit that KVM does not know',
      ['KVM: unknown exit, hardware reason 31', 'RAX=0000000000000000 RBX=0000000000000000 RCX=0000'],
      'kvm',
      /unknown exit/,
    ],
    ['an exception in KVM', ['KVM: exception 0 exit (error code 0x0)'], 'kvm', /exception 0/],
    [
      'a missing module of KVM',
      ['qemu-system-x86_64: Could not access KVM kernel module: No such file or directory'],
      'kvm',
      /Could not access KVM/,
    ],
    [
      'a processor that only KVM has',
      ["qemu-system-x86_64: CPU model 'host' requires KVM or HVF"],
      'kvm',
      /CPU model/,
    ],
    [
      'a KVM that somebody else uses',
      [
        'ioctl(KVM_CREATE_VM) failed: 16 Device or resource busy',
        'qemu-system-x86_64: failed to initialize kvm: Device or resource busy',
      ],
      'kvm',
      /failed to initialize kvm/,
    ],
    [
      'an assertion within the emulation, without KVM',
      ['**', 'ERROR:target/i386/tcg/translate.c:748:gen_helper: code should not be reached'],
      'start',
      /code should not be reached/,
    ],
    ['broken hardware', ['qemu: hardware error: pflash_write: write error', 'CPU #0:'], 'start', /pflash/],
    [
      'an assertion of glib',
      ['**', 'ERROR:../hw/core/cpu.c:105:cpu_init: assertion failed: (a == b)'],
      'start',
      /assertion failed/,
    ],
    [
      'an assertion of QEMU',
      ["qemu-system-x86_64: block/io.c:2001: bdrv_co: Assertion `x' failed."],
      'start',
      /Assertion/,
    ],
    [
      'registers alone',
      ['RAX=0000000000000000 RBX=ffff8a9e57c38400 RCX=00000000ffffffff RDX=0000000000000003'],
      'start',
      /^RAX=/,
    ],
    [
      'a crash',
      ['/run/entry.sh: line 38:   212 Segmentation fault      (core dumped) qemu-system-x86_64 -name x'],
      'start',
      /Segmentation fault/,
    ],
    [
      'a lack of memory',
      ["qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory"],
      'memory',
      /guest memory/,
    ],
    [
      'a kill',
      ['/run/entry.sh: line 38:   212 Killed                  qemu-system-x86_64 ${ARGS:+ $ARGS}'],
      'memory',
      /Killed/,
    ],
    ['a full disk', ['qemu-system-x86_64: write failed: No space left on device'], 'disk', /No space/],
    [
      'a disk that is full before QEMU starts',
      ['fallocate: fallocate failed: No space left on device'],
      'disk',
      /^fallocate/,
    ],
    [
      'a full disk in a script',
      ['/run/install.sh: line 212: echo: write error: No space left on device'],
      'disk',
      /write error/,
    ],
    [
      'a disk that another container uses',
      [
        'qemu-system-x86_64: -device scsi-hd,drive=data3: Failed to get "write" lock',
        'Is another process using the image [/storage/data.img]?',
      ],
      'other',
      /write" lock/,
    ],
    [
      'a firmware that is missing',
      ["qemu: could not load PC BIOS '/run/shm/ovmf.rom'"],
      'other',
      /could not load/,
    ],
    [
      'an option that QEMU refuses',
      ['qemu-system-x86_64: -device vfio-pci,host=01:00.0: vfio 0000:01:00.0: group 1 is not viable'],
      'other',
      /not viable/,
    ],
    [
      'anything else that QEMU could not do',
      ["qemu-system-x86_64: -drive file=/storage/data.img: Could not open '/storage/data.img'"],
      'other',
      /Could not open/,
    ],
  ])('is read without an arrow, too: %s', (_what, lines, kind, text) => {
    const { troubles } = lines.reduce(readBootLine, noBoot);
    expect(troubles.map((trouble) => trouble.kind)).toEqual([kind]);
    expect(troubles[0]?.text).toMatch(text);
  });

  it.each([
    "Please bind '/dev/kvm' as a volume in the optional container settings when using Docker Desktop.",
    "Please make sure that Synology VMM is installed and that '/dev/kvm' is binded to this container.",
    'KVM acceleration not detected (no write access), this will cause a major loss of performance.',
  ])('is a lack of KVM in other words: %s', (text) => {
    const lines = [error(text), error('See the FAQ for possible causes, or disable acceleration.')];
    const { troubles } = lines.reduce(readBootLine, noBoot);
    expect(troubles).toMatchObject([{ kind: 'kvm', text }]);
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
