import ssh2 from 'ssh2';
import { expect, it, vi } from 'vitest';
import { generateKeyPair } from '../../../src/main/engine/demo/keys.ts';

it('gives only keys that can be read', () => {
  const real = ssh2.utils.generateKeyPairSync('ed25519');
  const broken = {
    ...real,
    public: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAH6ALM7Aa6i0iYfzTJTeCsvF2AhhuVgQ+oQYHpQYHpQY= ',
  };
  const spy = vi.spyOn(ssh2.utils, 'generateKeyPairSync').mockReturnValueOnce(broken);
  expect(ssh2.utils.parseKey(broken.public)).toBeInstanceOf(Error);
  const { privateKey, publicKey } = generateKeyPair();
  // The next one that ssh2 makes may be broken as well.
  expect(spy.mock.calls.length).toBeGreaterThan(1);
  spy.mockRestore();
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  expect(parsed.getPublicSSH().equals(publicKey.getPublicSSH())).toBe(true);
});
