/** How the stream is served, beside a plain broadcaster: all of it, or parts. */
import type { BenchContext } from '../waiting.ts';
import { measureDeadReaders, type DeadReaders } from './dead-readers.ts';
import { measureDelivery, type DeliveryResult } from './delivery.ts';
import { measureReplay, type Replay } from './replay.ts';

export const servingParts = ['delivery', 'dead-readers', 'replay'] as const;
export type ServingPart = (typeof servingParts)[number];

export interface Serving {
  readonly delivery: DeliveryResult | null;
  readonly deadReaders: DeadReaders | null;
  readonly replay: Replay | null;
}

/** @param isQuick shorter, and rougher */
export async function measureServing(
  parts: readonly ServingPart[],
  isQuick: boolean,
  context: BenchContext,
): Promise<Serving> {
  const part = <Result>(name: ServingPart, measure: () => Promise<Result>): Promise<Result | null> =>
    parts.includes(name) ? measure() : Promise.resolve(null);
  return {
    delivery: await part('delivery', () =>
      measureDelivery(
        {
          clients: [1, 100, 1000],
          repetitions: isQuick ? 1 : 3,
          pacedSeconds: isQuick ? 3 : 15,
          burstEvents: 1000,
          publishingRounds: isQuick ? 7 : 21,
        },
        context,
      ),
    ),
    deadReaders: await part('dead-readers', () =>
      measureDeadReaders({ reading: 1000, deaf: 50, seconds: isQuick ? 20 : 60 }, context),
    ),
    replay: await part('replay', () => measureReplay(100_000, context)),
  };
}
