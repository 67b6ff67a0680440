/** BenchTray in a simulated world: what must hold after every step, for as many seeds as `SIM_SEEDS` says. */
import { afterAll, expect, it } from 'vitest';
import { JournalCopies } from './journal-copies.ts';
import { simulate } from './simulate.ts';

const seeds = Number(process.env['SIM_SEEDS'] ?? 200);
const copies = new JournalCopies();
afterAll(() => copies[Symbol.dispose]());

it(`loses and repeats nothing in ${seeds} simulated worlds`, async () => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure } = await simulate(seed, copies);
    if (failure !== null)
      throw new Error(`Seed ${seed} fails. To see its steps: npm run sim -- --seed ${seed}`, {
        cause: failure,
      });
  }
});

it('plays the same steps for the same seed', async () => {
  const first = await simulate(1, copies);
  expect(await simulate(1, copies)).toEqual(first);
});
