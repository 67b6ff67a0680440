/** Which client a request comes from: the same one, however its address is written. */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

export interface TrustedProxies {
  has(address: string): boolean;
}

/**
 * An address in its one usual form: without zone, in lower case, and an IPv4 address that was mapped into IPv6 as what it is.
 * @returns null when it is no address
 */
export function plainAddress(text: string): string | null {
  const address = text.replace(/%.*$/, '');
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return null;
  // Written as URLs have it (RFC 5952): shortened, in hexadecimal throughout.
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(plain) ?? [];
  if (high === undefined || low === undefined) return plain;
  const bytes = [high, low].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]);
  return bytes.join('.');
}

/** What counts as one client: an IPv4 address; of an IPv6 address the first half, as every customer has the other to himself. */
export function clientOf(address: string): string {
  const plain = plainAddress(address);
  if (plain === null || isIPv4(plain)) return plain ?? address;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - left.length - right.length).fill('0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}

/** @param ranges addresses, or ranges such as "10.0.0.0/8" */
export function trustedProxies(ranges: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return {
    has(address) {
      const plain = plainAddress(address);
      return plain !== null && list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
    },
  };
}

/**
 * The address that a request comes from: of the peer, or, where the peer is a proxy that is trusted, the last one in
 * `X-Forwarded-For` that is not: what stands before it, the client may have written itself. `Forwarded` is not read: nginx,
 * Caddy, HAProxy and Traefik do not write it, but pass it on from whoever sent it.
 */
export function addressOf(peer: string, forwardedFor: string | undefined, proxies: TrustedProxies): string {
  if (!proxies.has(peer)) return peer;
  const hops = (forwardedFor ?? '').split(',').map(withoutPort);
  const stranger = hops.findLast((hop) => !proxies.has(hop));
  return stranger !== undefined && isIP(stranger) !== 0 ? stranger : peer;
}

/** Some proxies add the port: "1.2.3.4:5678", "[2001:db8::1]:5678". */
function withoutPort(hop: string): string {
  const text = hop.trim();
  return /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}
