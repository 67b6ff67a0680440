/** How long it takes a client that asks for everything to get all of a long journal. */
import type { BenchContext } from '../waiting.ts';
import { monotonicUs } from './payload.ts';
import type { LoopDelay } from './protocol.ts';
import { median, newMark, startPair, streamPath } from './servers.ts';

export interface Replay {
  readonly events: number;
  /** From the connecting to the last event. */
  readonly seconds: number;
  /** To the first. */
  readonly firstByteMs: number;
  readonly loop: LoopDelay;
}

const repetitions = 3;
const together = 1000;

export async function measureReplay(events: number, context: BenchContext): Promise<Replay> {
  context.say(`a replay of ${events} events`);
  await using pair = await startPair('benchtray', context);
  const { server, readers } = pair;
  const lastMark = newMark();
  await server.call.publish({ count: events, together, everyMs: 0, lastMark, extraBytes: 0 });
  const order = {
    port: server.ready.port,
    path: streamPath,
    reading: true,
    count: 1,
    lastEventId: await server.call.firstId(),
  };
  const once = async (lookEvery: number) => {
    await readers.call.expect(lastMark, events, lookEvery);
    const beganUs = monotonicUs();
    const [firstByteMs = Number.NaN] = await readers.call.firstBytes(order);
    const { endedUs } = await readers.call.arrived();
    await readers.call.close();
    return { seconds: (endedUs - beganUs) / 1e6, firstByteMs };
  };
  // The first time, the reader counts the events; later it only waits for the last.
  await once(1);
  await server.call.loopDelay();
  const all = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) all.push(await once(2));
  return {
    events,
    seconds: median(all.map(({ seconds }) => seconds)),
    firstByteMs: median(all.map(({ firstByteMs }) => firstByteMs)),
    loop: await server.call.loopDelay(),
  };
}
