import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../src/shared/mask-secrets.ts';

const key = 'abcDEF012345';

describe('text that is shown or stored', () => {
  it.each([
    [`docker exec -e MAKER_KEY=${key} main`, 'docker exec -e MAKER_KEY=*** main'],
    [`docker exec -e KEY='${key} x' main`, 'docker exec -e KEY=*** main'],
    [`"GOOGLE_APPLICATION_CREDENTIALS": "{a: 1}", b`, '"GOOGLE_APPLICATION_CREDENTIALS": ***, b'],
    [`DB_PASS=${key} DB_PWD: ${key}`, 'DB_PASS=*** DB_PWD: ***'],
    [`run --api-key ${key} --steps 3`, 'run --api-key *** --steps 3'],
    [`"TOKEN: 'abc def'"`, '"TOKEN: ***"'],
    [`pk-${key} and sk_live_${key}`, '*** and ***'],
    [`Authorization: Bearer ${key} x`, 'Authorization: *** x'],
    [`Authorization: Digest ${key} x`, 'Authorization: *** x'],
    [`Authorization: ${key}`, 'Authorization: ***'],
  ])('has no secret in it: %s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    "KeyError: 'env'",
    'PASS: 3 of 4',
    'privateKey: ~/.ssh/id_ed25519 is a folder',
    'Unknown key: "intervall"',
    'The monkey=banana task',
    'skipped_because_of_time',
  ])('keeps what is no secret: %s', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });
});
