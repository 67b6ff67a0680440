/** One thing is broken at a time: the check that is about it says so, with what to do, and only what depends on it is not looked at. */
import { describe, expect, it } from 'vitest';
import { checkNames, checks, type CheckName } from '../../../src/main/engine/doctor/index.ts';
import { sshdPath } from '../../support/tools.ts';
import { breaks, type Break } from './breaks.ts';
import { dependantsOf, healthyPatient } from './patient.ts';

/** What has been advised so far. */
const advised = new Set<string>();

describe.skipIf(sshdPath === null)('what is broken', () => {
  const all = checkNames.flatMap((name) => breaks[name].map((one) => [name, one.what, one] as const));

  it.each(all)('%s: %s', async (name: CheckName, _what: string, broken: Break) => {
    const patient = await healthyPatient();
    await broken.break(patient);
    const examined = await patient.examine();
    const { state = 'failed' } = broken;
    const dependants = state === 'failed' ? dependantsOf(name, patient.config) : [];
    const check = examined.of(name);
    expect([examined.wrong, examined.skippedNames], check.found ?? '').toEqual([
      [`${name} ${state}`],
      broken.skipped ?? dependants,
    ]);
    expect(check.found).toMatch(broken.found);
    if (broken.command === null) expect(check.command).toBeNull();
    else expect(check.command).toMatch(broken.command);
    if (broken.advice !== undefined) expect(check.advice).toMatch(broken.advice);
    expect(examined.summary.ok).toBe(state !== 'failed');
    for (const skipped of dependants.filter((one) => !(broken.skipped ?? []).includes(one as CheckName)))
      expect(examined.of(skipped as CheckName).found).toBe(
        `Not looked at, because this failed: ${check.title}.`,
      );
    advised.add(check.advice ?? '');
  });

  it('every row of the table has been broken, and everything that it may advise has been advised', () => {
    expect(Object.keys(breaks)).toEqual(checks.map(({ name }) => name));
    for (const { name } of checks) expect(breaks[name].length, name).toBeGreaterThan(0);
    const never = checks
      .flatMap(({ name, remedies }) =>
        remedies.map(({ when, advice }) => ({ what: `${name}: ${when}`, advice })),
      )
      .filter(({ advice }) => !advised.has(advice))
      .map(({ what }) => what);
    expect(never).toEqual([]);
  });
});
