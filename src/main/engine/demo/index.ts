/**
 * The simulated VM: a real SSH server on loopback that plays a machine with docker on which Windows boots in a container and then
 * runs Windows Agent Arena, one run after the other, for ever. It answers the very requests that a real machine gets, so that
 * everything from the SSH connection to the screen is the same as with a real one. Used by `benchtray demo` and by tests.
 */
export { makeDemoFolder } from './demo-folder.ts';
export type { SimulatedTask } from './machine.ts';
export { type SimulatedVm, type SimulatedVmOptions, startSimulatedVm } from './simulated-vm.ts';
export type { Timings } from './timings.ts';
