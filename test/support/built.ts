/**
 * The rooms as they ship: from `out/main`, not from the sources. A bundler may drop code that the sources have, so the tests of
 * server, stream and command line run the build. `build.ts` makes it before the first test.
 */
import { fileURLToPath } from 'node:url';
import type * as Rooms from '../../src/main/engine/rooms.ts';

const built = new URL('../../out/main/', import.meta.url);
/** The built command line: a script for Node. */
export const builtCli = fileURLToPath(new URL('cli.js', built));

const rooms: string = new URL('rooms.js', built).href;
export const {
  addKey,
  followStream,
  openFeed,
  PortTaken,
  removeKey,
  startMonitor,
  startServer,
  startSimulatedVm,
} = (await import(/* @vite-ignore */ rooms)) as typeof Rooms;
