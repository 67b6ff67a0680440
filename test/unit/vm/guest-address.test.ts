import { describe, expect, it } from 'vitest';
import { guestAddresses, namedByRunner, type GuestHints } from '../../../src/main/engine/vm/guest-address.ts';

const nothing: GuestHints = { configured: [], found: [], ofRun: null, ofContainer: [] };
const addresses = (hints: Partial<GuestHints>): string[] =>
  guestAddresses({ ...nothing, ...hints }).map(({ address }) => address);

describe('where the guest may be', () => {
  it('is where the configuration says, and nowhere else', () => {
    expect(addresses({ configured: ['10.0.0.9'], ofRun: '1.2.3.4', ofContainer: ['172.17.0.2'] })).toEqual([
      '10.0.0.9',
    ]);
  });

  it('is asked of the run first, then of the container, then derived, then as usual', () => {
    const hints = {
      found: [
        { address: '20.20.20.21', why: "the container's DHCP server gave it out" },
        { address: '172.30.0.9', why: namedByRunner },
      ],
      ofRun: '172.30.0.8',
      ofContainer: ['172.18.0.5'],
    };
    expect(addresses(hints)).toEqual(['172.30.0.9', '172.30.0.8', '20.20.20.21', '172.30.0.5', '172.30.0.2']);
  });

  it.each([
    ['172.17.0.2', '172.30.0.2'],
    ['172.18.3.5', '172.30.3.5'],
    ['10.0.4.7', '172.30.4.7'],
    ['172.30.1.4', '172.31.1.4'],
  ])("is made of the container's own address %s: %s", (own, guest) => {
    expect(guestAddresses({ ...nothing, ofContainer: [own] })[0]).toEqual({
      address: guest,
      why: `dockur makes it of the container's own ${own}`,
    });
  });

  it('is usual where nothing tells, each once, and never what is no address', () => {
    expect(addresses({})).toEqual(['172.30.0.2', '20.20.20.21']);
    expect(addresses({ ofContainer: ['172.17.0.2', 'fd00::2'], ofRun: '$(id)' })).toEqual([
      '172.30.0.2',
      '20.20.20.21',
    ]);
  });
});
