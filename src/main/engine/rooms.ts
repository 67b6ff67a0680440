/** The rooms that integration tests start by themselves. It is built with the program, so that the tests run what ships. */
export { followStream } from './client/index.ts';
export { startSimulatedVm } from './demo/index.ts';
export { openFeed } from './feed/index.ts';
export { startMonitor } from './monitor.ts';
export { addKey, PortTaken, removeKey, startServer } from './server/index.ts';
