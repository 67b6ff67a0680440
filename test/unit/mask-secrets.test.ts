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
    [`Ocp-Apim-Subscription-Key: ${key}`, 'Ocp-Apim-Subscription-Key: ***'],
    [`openai_key=${key}, private_key: ${key}`, 'openai_key=***, private_key: ***'],
    [`-e GROQ_KEY_1=${key} -e OPENAIKEY=${key}`, '-e GROQ_KEY_1=*** -e OPENAIKEY=***'],
    [`TOKEN_VALUE=${key} credentials=${key}`, 'TOKEN_VALUE=*** credentials=***'],
    [`"clientSecretValue": "${key}", b`, '"clientSecretValue": ***, b'],
    [`subscriptionKey=${key}&b`, 'subscriptionKey=***&b'],
    [`see https://me:${key}@host/x, a+ssh://${key}@host`, 'see https://***@host/x, a+ssh://***@host'],
    [`https://example.com/v1?key=${key}`, 'https://example.com/v1?key=***'],
    [String.raw`password="a\"${key}" b`, 'password=*** b'],
    [String.raw`{\"openai_key\": \"${key}\", \"a\": 1}`, String.raw`{\"openai_key\": ***, \"a\": 1}`],
  ])('has no secret in it: %s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    "KeyError: 'env'",
    "KeyError('env')",
    'CredentialUnavailableError: the Azure CLI is missing',
    'InvalidTokenError: no answer',
    "max_tokens=4096 'prompt_tokens': 12",
    'PASS: 3 of 4',
    'privateKey: ~/.ssh/id_ed25519 is a folder',
    'Unknown key: "intervall"',
    'The monkey=banana task',
    'skipped_because_of_time',
  ])('keeps what is no secret: %s', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('is masked in linear time, however long its words are', () => {
    const text = 'a-'.repeat(200_000);
    expect(maskSecrets(text)).toBe(text);
  });
});
