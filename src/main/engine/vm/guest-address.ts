/** Where Windows may be asked whether it is ready. Pure. */

export interface GuestAddress {
  readonly address: string;
  /** Half a sentence: what says that the guest may be there. */
  readonly why: string;
}

export interface GuestHints {
  /** "probe.addresses" of the configuration; given, no other is asked. */
  readonly configured: readonly string[];
  /** As found in the container, best first. */
  readonly found: readonly GuestAddress[];
  /** The address that the run's log names. */
  readonly ofRun: string | null;
  /** The container's own addresses. */
  readonly ofContainer: readonly string[];
}

/**
 * dockur gave its guest one fixed address until 5.06, from then on one made of the container's own. OpenAdapt's images expect the
 * second for a container that is the first one of its machine.
 */
const usual: readonly GuestAddress[] = ['172.30.0.2', '20.20.20.21'].map((address) => ({
  address,
  why: 'a usual address of the guest',
}));
/** Each is a process in the container, for as long as none has answered. */
const most = 5;
const addressForm = /^[0-9A-Za-z][0-9A-Za-z.:-]{0,252}$/;

/** Addresses of the guest as its container sees it, best first, each once. */
export function guestAddresses({ configured, found, ofRun, ofContainer }: GuestHints): GuestAddress[] {
  if (configured.length > 0)
    return configured.map((address) => ({ address, why: 'named in the configuration' }));
  const all = [
    ...found.filter(({ why }) => why === namedByRunner),
    ...(ofRun === null ? [] : [{ address: ofRun, why: "the run's log names it" }]),
    ...found.filter(({ why }) => why !== namedByRunner),
    ...ofContainer.flatMap((own) => {
      const address = derivedFrom(own);
      return address === null ? [] : [{ address, why: `dockur makes it of the container's own ${own}` }];
    }),
    ...usual,
  ].filter(({ address }) => isAddress(address));
  return all
    .filter((one, index) => all.findIndex((other) => other.address === one.address) === index)
    .slice(0, most);
}

export const namedByRunner = "run.py's --emulator_ip names it";

export function isAddress(text: string): boolean {
  return addressForm.test(text);
}

/** 172.17.0.5 → 172.30.0.5, and 172.31.0.5 where the container is in 172.30 itself. */
function derivedFrom(own: string): string | null {
  const match = /^(\d{1,3}\.\d{1,3})\.(\d{1,3}\.\d{1,3})$/.exec(own);
  if (match === null) return null;
  return `172.${match[1] === '172.30' ? '31' : '30'}.${match[2]}`;
}
