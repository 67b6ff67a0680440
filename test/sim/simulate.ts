/** Plays one seed: a world in which steps happen by chance, checked after each of them. */
import { messageOf } from '../../src/shared/message-of.ts';
import { checkEnd, checkInvariants, isRead } from './invariants.ts';
import type { JournalCopies } from './journal-copies.ts';
import { steps, type Step } from './steps.ts';
import { beginMs } from './virtual-time.ts';
import { World } from './world.ts';

export interface Played {
  readonly seed: number;
  /** What happened, one line each. */
  readonly steps: readonly string[];
  /** What was not as it must be; null: all was well. */
  readonly failure: Error | null;
}

/** @param onStep told each step as it happens */
export async function simulate(
  seed: number,
  copies: JournalCopies,
  onStep: (line: string) => void = () => undefined,
): Promise<Played> {
  const lines: string[] = [];
  const world = new World(seed, copies);
  const note = (text: string): void => {
    const line = `${((Date.now() - beginMs) / 1000).toFixed(1).padStart(8)} s  ${text}`;
    lines.push(line);
    onStep(line);
  };
  let failure: Error | null = null;
  try {
    await begin(world, note);
    const count = world.pick([15, 30, 50, 70]);
    for (let done = 0; done < count;) {
      const step = chooseStep(world);
      const did = await step.run(world);
      if (did === null) continue;
      done += 1;
      note(`${step.name} ${did}`.trimEnd());
      await world.settled();
      checkInvariants(world);
    }
    await heal(world, note);
    checkEnd(world);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(messageOf(error));
  } finally {
    await world.end();
  }
  return { seed, steps: lines, failure };
}

async function begin(world: World, note: (text: string) => void): Promise<void> {
  if (world.random() < 0.5) {
    note('a run was over before the VM was first seen');
    world.benchmark.begin(beginMs - 86_400_000);
    world.benchmark.write(1000);
    world.endedBefore = world.oracle.ended.length;
  }
  await world.start();
  note('BenchTray starts');
}

function chooseStep(world: World): Step {
  const all = steps.reduce((sum, { weight }) => sum + weight, 0);
  let left = world.random() * all;
  for (const step of steps) {
    left -= step.weight;
    if (left < 0) return step;
  }
  throw new Error('the weights add up to less than their sum');
}

/** Everything gets well, and stays so long enough for BenchTray to see it. */
async function heal(world: World, note: (text: string) => void): Promise<void> {
  note('everything gets well');
  world.faults.disarm();
  world.troubles.clear();
  // A log whose last run is over ends with a whole line.
  world.benchmark.write(1000);
  world.benchmark.reopen();
  if (world.benchmark.current === null || world.benchmark.current.bytes.length === 0) {
    world.benchmark.begin();
    world.benchmark.write(20);
  }
  await world.connect();
  // A log that was rotated often is read file by file.
  for (let times = 0; times < 8 || (times < 40 && !isRead(world)); times += 1) {
    for (const client of world.clients) {
      if (!client.isConnected) world.open(client);
      await world.drain(client);
    }
    await world.pass(8_000);
  }
  for (const client of world.clients) await world.drain(client);
}
