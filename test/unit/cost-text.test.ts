import { expect, it } from 'vitest';
import { dollarsText, hourlyPriceText, perHourText } from '../../src/shared/cost-text.ts';

const spender = (perHour: number, isUnknown = false, power: string | null = 'running') => ({
  power_state: power,
  cost: { per_hour_usd: perHour, so_far_usd: 1, since: '', unknown: isUnknown, as_of: null },
});

it('a price that is unknown is named beside the sum, never left out of it', () => {
  expect(perHourText([spender(1), spender(0.13), spender(0.23, true)])).toBe(
    '$1.13 per hour + 1 VM unknown (was $0.23)',
  );
  expect(perHourText([spender(0.2, true), spender(0.3, true)])).toBe('2 VMs unknown (was $0.50)');
  expect(perHourText([spender(1), spender(2, false, 'deallocated')])).toBe('$1.00 per hour');
  expect(perHourText([{ power_state: null, cost: null }])).toBeNull();
});

it('names a billed VM without a price beside the sum', () => {
  const unpriced = { power_state: 'running', cost: null };
  expect(perHourText([spender(1), unpriced])).toBe('$1.00 per hour + 1 VM (price not known)');
  expect(perHourText([spender(1, true), unpriced, { ...unpriced, power_state: 'stopped' }])).toBe(
    '1 VM unknown (was $1.00) + 2 VMs (price not known)',
  );
  expect(perHourText([spender(1), { ...unpriced, power_state: 'deallocated' }])).toBe('$1.00 per hour');
});

it('money has two decimals', () => {
  expect([1.5, 1234.5, 12.345, 0.076, 0.009, 0.004, 0].map(dollarsText)).toEqual([
    '$1.50',
    '$1,234.50',
    '$12.35',
    '$0.08',
    '$0.01',
    'under $0.01',
    '$0.00',
  ]);
});

it('a price per hour is worded like any other amount', () => {
  expect([0.192, 0.2, 1234.5, 0.004].map(hourlyPriceText)).toEqual([
    '$0.19 per hour',
    '$0.20 per hour',
    '$1,234.50 per hour',
    'under $0.01 per hour',
  ]);
});
