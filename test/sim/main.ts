/** `npm run sim`: plays many seeds and shows the first that fails, or plays one and shows all of its steps. */
import { Command } from 'commander';
import { numberOption } from '../../src/main/engine/common/number-option.ts';
import { messageOf } from '../../src/shared/message-of.ts';
import { JournalCopies } from './journal-copies.ts';
import { simulate } from './simulate.ts';

const wholeNumber = numberOption('a whole number', (value) => Number.isInteger(value) && value >= 0);

const options = new Command('npm run sim --')
  .description('Plays BenchTray in a simulated world. The same seed plays the same world.')
  .option('--seeds <count>', 'how many seeds to play', wholeNumber, 1000)
  .option('--from <seed>', 'the first of them', wholeNumber, 1)
  .option('--seed <seed>', 'play this one alone and show its steps', wholeNumber)
  .option('--keep-going', 'go on after a seed that fails')
  .parse()
  .opts<{ seeds: number; from: number; seed?: number; keepGoing?: true }>();

const show = (line: string): void => void process.stdout.write(`${line}\n`);
const isOne = options.seed !== undefined;
const first = options.seed ?? options.from;
const last = isOne ? first : first + options.seeds - 1;

const copies = new JournalCopies();
let failed = 0;
try {
  for (let seed = first; seed <= last; seed += 1) {
    const { steps, failure } = await simulate(seed, copies, isOne ? show : undefined);
    if (failure === null) continue;
    failed += 1;
    if (!isOne) for (const line of steps) show(line);
    show(`Seed ${seed} fails: ${failure.stack ?? failure.message}`);
    if (failure.cause !== undefined) show(`Cause: ${messageOf(failure.cause)}`);
    show(`To play it again: npm run sim -- --seed ${seed}`);
    if (!options.keepGoing) break;
  }
} finally {
  copies[Symbol.dispose]();
}
if (failed === 0) show(isOne ? `Seed ${first} passes.` : `${options.seeds} seeds pass.`);
process.exitCode = failed === 0 ? 0 : 1;
