/** The two servers that are compared, each with clients of its own, and what is measured with them. */
import type { BenchContext } from '../waiting.ts';
import { startChild, type Child } from '../child.ts';
import type { ReaderCommands, ServerCommands } from './protocol.ts';

export const serverNames = ['benchtray', 'plain'] as const;
export type ServerName = (typeof serverNames)[number];
export type ByServer<Value> = Readonly<Record<ServerName, Value>>;

/** A server and the process with its clients, both new. */
export interface Pair extends AsyncDisposable {
  readonly server: Child<ServerCommands, { readonly port: number }>;
  readonly readers: Child<ReaderCommands, null>;
}

/** The longest interval, and one of the shortest paths to a stream: the picture is not sent again meanwhile. */
export const streamPath = '/api/benchmark-sse?interval=60';

export async function startPair(name: ServerName, { signal }: BenchContext): Promise<Pair> {
  const server = await startChild<ServerCommands, { port: number }>(`broadcast/${name}-server.ts`, signal);
  try {
    const readers = await startChild<ReaderCommands, null>('broadcast/readers.ts', signal);
    return {
      server,
      readers,
      async [Symbol.asyncDispose]() {
        await readers.close();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

let marks = 0;

/** A mark that was not used before. */
export function newMark(): string {
  marks += 1;
  return `last${String(marks).padStart(4, '0')}`;
}

export function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  const middle = (ascending.length - 1) / 2;
  return ((ascending[Math.floor(middle)] ?? Number.NaN) + (ascending[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
