import { describe, expect, it } from 'vitest';
import {
  addressOf,
  clientOf,
  plainAddress,
  trustedProxies,
} from '../../../src/main/engine/server/access/client-address.ts';

it.each([
  ['1.2.3.4', '1.2.3.4'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['::FFFF:102:304', '1.2.3.4'],
  ['0:0:0:0:0:ffff:127.0.0.1', '127.0.0.1'],
  ['::ffff:0.0.0.1', '0.0.0.1'],
  ['::1', '::1'],
  ['::1.2.3.4', '::102:304'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['', null],
  ['unknown', null],
  ['1.2.3', null],
  ['[::1]', null],
])('%s is %s', (address, plain) => {
  expect(plainAddress(address)).toBe(plain);
});

describe('one client', () => {
  it.each([
    ['1.2.3.4', '::ffff:1.2.3.4'],
    ['2001:db8::1', '2001:db8:0:0:ffff:ffff:ffff:ffff'],
    ['2001:db8:1:2::', '2001:DB8:1:2:3:4:5:6'],
    ['::1', '::2'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('is %s and %s', (one, other) => {
    expect(clientOf(one)).toBe(clientOf(other));
  });
  it.each([
    ['1.2.3.4', '1.2.3.5'],
    ['2001:db8::1', '2001:db8:0:1::1'],
    ['1:2:3:4::', '1:2:3::4'],
    ['1.2.3.4', '::1.2.3.4'],
  ])('is not %s and %s', (one, other) => {
    expect(clientOf(one)).not.toBe(clientOf(other));
  });
});

describe('behind proxies', () => {
  const proxies = trustedProxies(['127.0.0.0/8', '::1', '10.1.0.0/16', 'fd00::/8']);
  it.each([
    // The peer, the header, the client.
    ['127.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['::ffff:127.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['::1', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['10.1.2.3', '6.6.6.6,1.2.3.4 ,10.1.9.9,fd00::1', '1.2.3.4'],
    ['127.0.0.1', '1.2.3.4:5678', '1.2.3.4'],
    ['127.0.0.1', '[2001:db8::1]:5678', '2001:db8::1'],
    ['127.0.0.1', '2001:db8::1', '2001:db8::1'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['127.0.0.1', '1.2.3.4, unknown', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.1, 10.1.2.3', '127.0.0.1'],
    // Whoever is no proxy of ours may write there what he likes.
    ['10.2.0.1', '1.2.3.4', '10.2.0.1'],
    ['5.5.5.5', '127.0.0.1', '5.5.5.5'],
  ])('%s that says %j stands for %s', (peer, header, client) => {
    expect(addressOf(peer, header, proxies)).toBe(client);
  });
});
