/** What clients cost the server that never read, among many that do. Both servers at the same time, each with clients of its own. */
import { pause, type BenchContext } from '../waiting.ts';
import { newMark, serverNames, startPair, streamPath, type ByServer, type ServerName } from './servers.ts';

export interface DeadReaderSettings {
  readonly reading: number;
  readonly deaf: number;
  readonly seconds: number;
}

export interface DeadReaders extends DeadReaderSettings {
  readonly kibPerSecond: number;
  readonly servers: ByServer<DeadReaderMemory>;
}

/** MiB, resident, after a garbage collection. */
export interface DeadReaderMemory {
  /** With all clients, before anything is sent. */
  readonly before: number;
  /** When a third of the time is over: the program has grown into the work, and the system takes nothing more for those that never read. */
  readonly early: number;
  readonly after: number;
  /** Clients that never read and are still connected, for all the server knows, at the end. */
  readonly deafLeft: number;
}

const eventBytes = 10_240;
const perSecond = 30;
const lookEveryMs = 2000;

export async function measureDeadReaders(
  settings: DeadReaderSettings,
  context: BenchContext,
): Promise<DeadReaders> {
  context.say(
    `${settings.deaf} clients that never read among ${settings.reading} that do, ${settings.seconds} s`,
  );
  const all = await Promise.all(
    serverNames.map(async (name) => [name, await measureOne(name, settings, context)] as const),
  );
  return {
    ...settings,
    kibPerSecond: (eventBytes * perSecond) / 1024,
    servers: Object.fromEntries(all) as Record<ServerName, DeadReaderMemory>,
  };
}

async function measureOne(
  name: ServerName,
  settings: DeadReaderSettings,
  context: BenchContext,
): Promise<DeadReaderMemory> {
  await using pair = await startPair(name, context);
  const { server, readers } = pair;
  const order = { port: server.ready.port, path: streamPath };
  await readers.call.open({ ...order, count: settings.reading, reading: true });
  await readers.call.open({ ...order, count: settings.deaf, reading: false });
  const residentMib = async (): Promise<number> => (await server.call.memory()).residentMib;
  await pause(1000, context);
  const before = await residentMib();
  let early: number | null = null;
  for (let sent = 0; sent < settings.seconds * 1000; sent += lookEveryMs) {
    const lastMark = newMark();
    const count = (perSecond * lookEveryMs) / 1000;
    await readers.call.expect(lastMark, count, settings.reading);
    await server.call.publish({
      count,
      together: 1,
      everyMs: 1000 / perSecond,
      lastMark,
      extraBytes: eventBytes,
    });
    await readers.call.arrived();
    if (sent >= (settings.seconds * 1000) / 3) early ??= await residentMib();
  }
  await pause(1000, context);
  const after = await residentMib();
  return { before, early: early ?? after, after, deafLeft: (await server.call.streams()) - settings.reading };
}
