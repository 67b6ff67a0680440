import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checks, troubleshooting } from '../../../src/main/engine/doctor/index.ts';
import { withTroubleshooting } from '../../../scripts/readme.ts';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

it('the README has the texts of the checks: "npm run docs" writes them', () => {
  expect(withTroubleshooting(readme)).toBe(readme);
  for (const { remedies } of checks) for (const { when } of remedies) expect(readme).toContain(when);
});

it('a README without its markers is not written to', () => {
  expect(() => withTroubleshooting('# BenchTray')).toThrow('README.md');
});

it('what it advises are whole sentences, each with a reason', () => {
  for (const { name, title, why, limitSeconds, remedies } of checks) {
    expect(why, name).toMatch(/^[A-Z].*[.]$/);
    expect(title, name).toMatch(/^[A-Z]/);
    expect(limitSeconds, name).toBeGreaterThan(0);
    expect(remedies.length, name).toBeGreaterThan(0);
    for (const { when, advice } of remedies) {
      expect(when, name).not.toMatch(/[.]$/);
      expect(advice, name).toMatch(/^[A-Z~].*[.:?]$/);
    }
  }
  expect(
    troubleshooting()
      .split('\n')
      .every((line) => /^\|.*\|$/.test(line)),
  ).toBe(true);
});

it('no advice names a port of this machine, which is as it is configured: that stands in the command', () => {
  for (const { remedies } of checks)
    for (const { advice } of remedies) expect(advice).not.toMatch(/localhost:\d/);
});
