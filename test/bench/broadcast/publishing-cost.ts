/** CPU of publishing the ends of tasks while nobody listens. BenchTray and the plain journal by turns, in the same seconds. */
import type { BenchContext } from '../waiting.ts';
import { startChild } from '../child.ts';
import type { ServerCommands } from './protocol.ts';
import { median, newMark, type ByServer } from './servers.ts';

/** Medians over the rounds. */
export interface PublishingCost {
  /** How many times the CPU of the plain journal BenchTray may use. */
  readonly atMostTimes: number;
  /** Ends of tasks in one commit. */
  readonly together: number;
  /** User and system, for each end of a task, microseconds. */
  readonly cpuUs: ByServer<number>;
}

/** Each has enough commits for a checkpoint, which is a part of the price. Aims: about a tenth above what an idle machine measures. */
const orders = [
  { together: 1, count: 1000, atMostTimes: 2.6 },
  { together: 10, count: 5000, atMostTimes: 3.4 },
  { together: 100, count: 10_000, atMostTimes: 3.6 },
] as const;
const warmUpCount = 2000;

type Publisher = Awaited<ReturnType<typeof startChild<ServerCommands, unknown>>>;

export async function measurePublishing(
  rounds: number,
  context: BenchContext,
): Promise<readonly PublishingCost[]> {
  context.say('publishing, beside a plain journal');
  const benchtray = await startChild<ServerCommands, unknown>(
    'broadcast/benchtray-server.ts',
    context.signal,
  );
  try {
    const plain = await startChild<ServerCommands, unknown>('broadcast/plain-journal.ts', context.signal);
    try {
      return await measureBoth({ benchtray, plain }, rounds);
    } finally {
      await plain.close();
    }
  } finally {
    await benchtray.close();
  }
}

async function measureBoth(
  { benchtray, plain }: ByServer<Publisher>,
  rounds: number,
): Promise<readonly PublishingCost[]> {
  const costs: PublishingCost[] = [];
  for (const { together, count, atMostTimes } of orders) {
    for (const publisher of [benchtray, plain]) await cpuOf(publisher, together, warmUpCount);
    const measured: ByServer<number>[] = [];
    for (let round = 0; round < rounds; round += 1) {
      measured.push({
        benchtray: await cpuOf(benchtray, together, count),
        plain: await cpuOf(plain, together, count),
      });
    }
    costs.push({
      together,
      atMostTimes,
      cpuUs: {
        benchtray: median(measured.map((round) => round.benchtray)),
        plain: median(measured.map((round) => round.plain)),
      },
    });
  }
  return costs;
}

async function cpuOf({ call }: Publisher, together: number, count: number): Promise<number> {
  const before = await call.cpuMs();
  await call.publish({ count, together, everyMs: 0, lastMark: newMark(), extraBytes: 0 });
  return (((await call.cpuMs()) - before) * 1000) / count;
}
