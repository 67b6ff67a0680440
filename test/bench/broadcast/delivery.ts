/** Delivery to 1, 100 and 1,000 clients: paced, and as bursts. BenchTray and the plain broadcaster by turns. */
import { quantile } from '../latency.ts';
import { pause, type BenchContext } from '../waiting.ts';
import type { LoopDelay } from './protocol.ts';
import { measurePublishing, type PublishingCost } from './publishing-cost.ts';
import {
  median,
  newMark,
  serverNames,
  startPair,
  streamPath,
  type ByServer,
  type Pair,
  type ServerName,
} from './servers.ts';

export interface DeliverySettings {
  readonly clients: readonly number[];
  readonly repetitions: number;
  readonly pacedSeconds: number;
  readonly burstEvents: number;
  readonly publishingRounds: number;
}

/** Medians over the repetitions. */
export interface Delivered {
  readonly eventsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the server, for each event and client, microseconds. */
  readonly cpuUs: number;
  readonly loop: LoopDelay;
  /** What publishing takes the server before it is back, p50, ms: the journal, for BenchTray. */
  readonly publishMs: number;
  readonly bytes: number;
}

/** How the events come: paced; in a burst, each in a turn of its own; in a burst, a hundred at once, as when a log is caught up with. */
export type Manner = 'paced' | 'burst' | 'catch-up';
export const manners: readonly Manner[] = ['paced', 'burst', 'catch-up'];

export interface Delivery {
  readonly clients: number;
  readonly manners: Readonly<Record<Manner, ByServer<Delivered>>>;
}

export interface DeliveryResult {
  readonly deliveries: readonly Delivery[];
  readonly publishing: readonly PublishingCost[];
  /** Resident, for each of the most clients while nothing happens. KiB */
  readonly clientKib: ByServer<number>;
  /** On the heap of the program only. KiB */
  readonly clientHeapKib: ByServer<number>;
  /** From the connecting to the first byte, one client at a time. */
  readonly firstByteMs: ByServer<{ readonly p50: number; readonly p99: number }>;
}

const pacedPerSecond = 10;
/** Of a catch-up, in one commit. */
const together = 100;
const firstByteClients = 100;
/** So many look at each event when they come in bursts. */
const lookingClients = 10;

interface OneRound {
  readonly delivered: Map<string, Delivered>;
  readonly clientKib: number;
  readonly clientHeapKib: number;
  readonly firstBytes: readonly number[];
}

export async function measureDelivery(
  settings: DeliverySettings,
  context: BenchContext,
): Promise<DeliveryResult> {
  const publishing = await measurePublishing(settings.publishingRounds, context);
  const rounds: Record<ServerName, OneRound[]> = { benchtray: [], plain: [] };
  for (let repetition = 0; repetition < settings.repetitions; repetition += 1) {
    // The one that goes first is another each time.
    for (const name of repetition % 2 === 0 ? serverNames : serverNames.toReversed()) {
      context.say(
        `delivery by ${name === 'plain' ? 'the plain broadcaster' : 'BenchTray'}, ${repetition + 1} of ${settings.repetitions}`,
      );
      rounds[name].push(await measureRound(name, settings, context));
    }
  }
  const byServer = <Value>(value: (of: readonly OneRound[]) => Value): ByServer<Value> => ({
    benchtray: value(rounds.benchtray),
    plain: value(rounds.plain),
  });
  const medianOf = (number: (round: OneRound) => number) => byServer((of) => median(of.map(number)));
  const firstBytes = byServer((of) => of.flatMap((round) => round.firstBytes).toSorted((a, b) => a - b));
  return {
    deliveries: settings.clients.map((clients) => {
      const all = (manner: Manner) =>
        byServer((of) =>
          medianDelivered(of.flatMap(({ delivered }) => delivered.get(`${manner} ${clients}`) ?? [])),
        );
      return { clients, manners: { paced: all('paced'), burst: all('burst'), 'catch-up': all('catch-up') } };
    }),
    publishing,
    clientKib: medianOf(({ clientKib }) => clientKib),
    clientHeapKib: medianOf(({ clientHeapKib }) => clientHeapKib),
    firstByteMs: {
      benchtray: { p50: quantile(firstBytes.benchtray, 0.5), p99: quantile(firstBytes.benchtray, 0.99) },
      plain: { p50: quantile(firstBytes.plain, 0.5), p99: quantile(firstBytes.plain, 0.99) },
    },
  };
}

async function measureRound(
  name: ServerName,
  settings: DeliverySettings,
  context: BenchContext,
): Promise<OneRound> {
  await using pair = await startPair(name, context);
  const { server, readers } = pair;
  const order = { port: server.ready.port, path: streamPath, reading: true };
  // The first connections cost more than all later ones.
  await readers.call.firstBytes({ ...order, count: firstByteClients });
  const firstBytes = await readers.call.firstBytes({ ...order, count: firstByteClients });
  await readers.call.close();
  await pause(300, context);

  const most = Math.max(...settings.clients);
  const before = await server.call.memory();
  await readers.call.open({ ...order, count: most });
  await pause(1000, context);
  const after = await server.call.memory();
  await readers.call.close();
  await pause(500, context);
  const memory = {
    clientKib: ((after.residentMib - before.residentMib) * 1024) / most,
    clientHeapKib: ((after.heapMib - before.heapMib) * 1024) / most,
  };

  const delivered = new Map<string, Delivered>();
  for (const clients of settings.clients) {
    await readers.call.open({ ...order, count: clients });
    await pause(500, context);
    // What is measured is not the first of its kind.
    await deliver(pair, clients, { count: 20, together: 1, everyMs: 20 });
    // Nor does it come right behind another one, or it would not be paced.
    await pause(1000 / pacedPerSecond, context);
    delivered.set(
      `paced ${clients}`,
      await deliver(pair, clients, {
        count: settings.pacedSeconds * pacedPerSecond,
        together: 1,
        everyMs: 1000 / pacedPerSecond,
      }),
    );
    delivered.set(
      `burst ${clients}`,
      await deliver(pair, clients, { count: settings.burstEvents, together: 1, everyMs: 0 }),
    );
    delivered.set(
      `catch-up ${clients}`,
      await deliver(pair, clients, { count: settings.burstEvents, together, everyMs: 0 }),
    );
    await readers.call.close();
    await pause(500, context);
  }
  return { ...memory, delivered, firstBytes };
}

interface Pace {
  readonly count: number;
  readonly together: number;
  readonly everyMs: number;
}

async function deliver({ server, readers }: Pair, clients: number, pace: Pace): Promise<Delivered> {
  const lastMark = newMark();
  const lookEvery = pace.everyMs > 0 ? 1 : Math.ceil(clients / lookingClients);
  await readers.call.expect(lastMark, pace.count, lookEvery);
  await server.call.loopDelay();
  const before = await server.call.cpuMs();
  const published = await server.call.publish({ ...pace, lastMark, extraBytes: 0 });
  const arrival = await readers.call.arrived();
  const after = await server.call.cpuMs();
  const loop = await server.call.loopDelay();
  const deliveries = pace.count * clients;
  return {
    eventsPerSecond: deliveries / ((arrival.endedUs - published.beganUs) / 1e6),
    p50Ms: quantile(arrival.delaysMs, 0.5),
    p99Ms: quantile(arrival.delaysMs, 0.99),
    cpuUs: ((after - before) * 1000) / deliveries,
    loop,
    publishMs: quantile(published.turnMs, 0.5),
    bytes: arrival.bytesPerReader / pace.count,
  };
}

function medianDelivered(all: readonly Delivered[]): Delivered {
  const of = (number: (one: Delivered) => number): number => median(all.map(number));
  return {
    eventsPerSecond: of((one) => one.eventsPerSecond),
    p50Ms: of((one) => one.p50Ms),
    p99Ms: of((one) => one.p99Ms),
    cpuUs: of((one) => one.cpuUs),
    loop: { p99Ms: of((one) => one.loop.p99Ms), maxMs: of((one) => one.loop.maxMs) },
    publishMs: of((one) => one.publishMs),
    bytes: of((one) => one.bytes),
  };
}
