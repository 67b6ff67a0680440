import { expect, it } from 'vitest';
import { machineFacts, passRuleText } from '../../src/shared/run-conditions.ts';

it('says what is known of the machine, and what holds only now', () => {
  const machine = { size: 'Standard_D8ds_v5', is_spot: true, per_hour_usd: 0.38, recorded: true };
  expect(machineFacts(null)).toEqual([]);
  expect(machineFacts(machine)).toEqual([
    ['VM size', 'Standard_D8ds_v5'],
    ['Kind of VM', 'Spot: Azure may take it back'],
    ['Price of the VM', '$0.38 per hour'],
  ]);
  expect(machineFacts({ ...machine, size: null, is_spot: false, recorded: false })).toEqual([
    ['Kind of VM', 'Regular (now; not recorded with the run)'],
    ['Price of the VM', '$0.38 per hour (now; not recorded with the run)'],
  ]);
});

it('says which success threshold decided', () => {
  expect(passRuleText(null)).toMatch(/the success threshold of the VM decided\.$/);
  expect(passRuleText({ values: [], recorded: true })).toBe('A task passed if the benchmark said so.');
  expect(passRuleText({ values: [0.5], recorded: true })).toMatch(/decided: 0\.5\.$/);
  expect(passRuleText({ values: [0.5, 1], recorded: true })).toMatch(
    /changed during the run: 0\.5, then 1\.$/,
  );
  expect(passRuleText({ values: [1], recorded: false })).toMatch(/it is 1 now\. BenchTray did not record/);
});
