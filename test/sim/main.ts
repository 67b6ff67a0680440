/** `npm run sim`: plays many seeds and shows the first that fails, or plays one and shows all of its steps. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { numberOption } from '../../src/main/engine/common/option-values.ts';
import { messageOf } from '../../src/shared/message-of.ts';
import { JournalCopies } from './journal-copies.ts';
import { simulate } from './simulate.ts';

const count = numberOption('a whole number from 1', (value) => Number.isInteger(value) && value >= 1);
const wholeNumber = numberOption('a whole number', (value) => Number.isInteger(value) && value >= 0);

const options = new Command('npm run sim --')
  .description('Plays BenchTray in a simulated world. The same seed plays the same world.')
  .option('--seeds <count>', 'how many seeds to play', count, 1000)
  .option('--from <seed>', 'the first of them', wholeNumber, 1)
  .option('--seed <seed>', 'play this one alone and show its steps', wholeNumber)
  .option('--keep-going', 'go on after a seed that fails')
  .option('--jobs <count>', 'how many processes play, each its share of the seeds', count, 1)
  .parse()
  .opts<{ seeds: number; from: number; seed?: number; keepGoing?: true; jobs: number }>();

const show = (line: string): void => void process.stdout.write(`${line}\n`);

/** Plays these seeds, and shows those that fail. Returns whether all pass. */
async function play(first: number, last: number, onStep?: (line: string) => void): Promise<boolean> {
  using copies = new JournalCopies();
  let pass = true;
  for (let seed = first; seed <= last && (pass || options.keepGoing); seed += 1) {
    const { steps, failure } = await simulate(seed, copies, onStep);
    if (failure === null) continue;
    pass = false;
    const report = [`Seed ${seed} fails: ${failure.stack ?? failure.message}`];
    if (failure.cause !== undefined) report.push(`Cause: ${messageOf(failure.cause)}`);
    report.push(`To play it again: npm run sim -- --seed ${seed}`);
    // One write, so that reports of several processes do not mix.
    show([...(onStep === undefined ? steps : []), ...report].join('\n'));
  }
  return pass;
}

/** Plays the seeds in several processes: this program again, each with a share of them. Returns whether all pass. */
async function playInProcesses({ seeds, from, jobs, keepGoing }: typeof options): Promise<boolean> {
  const ending = new AbortController();
  const share = Math.ceil(seeds / jobs);
  const plays = Array.from({ length: Math.ceil(seeds / share) }, async (_, job) => {
    const shared = { from: from + job * share, seeds: Math.min(share, seeds - job * share) };
    const words = ['--from', String(shared.from), '--seeds', String(shared.seeds)];
    if (keepGoing) words.push('--keep-going');
    const player = spawn(process.execPath, [fileURLToPath(import.meta.url), ...words], { stdio: 'inherit' });
    ending.signal.addEventListener('abort', () => player.kill());
    const [code] = (await once(player, 'exit')) as [number | null];
    if (code !== 0 && !keepGoing) ending.abort();
    return code === 0;
  });
  return (await Promise.all(plays)).every((pass) => pass);
}

const { seed, seeds, from, jobs } = options;
const last = from + seeds - 1;
let pass: boolean;
if (seed !== undefined) pass = await play(seed, seed, show);
else pass = jobs > 1 ? await playInProcesses(options) : await play(from, last);
if (pass) show(seed === undefined ? `Seeds ${from} to ${last} pass.` : `Seed ${seed} passes.`);
process.exitCode = pass ? 0 : 1;
