/** All dialects. A new one is a file beside this one and a line in this list. */
import { androidWorld } from './android-world.ts';
import { coAct } from './coact.ts';
import type { Dialect } from './dialect.ts';
import { evDcEval } from './ev-dc-eval.ts';
import { evFullEval } from './ev-full-eval.ts';
import { evRunner } from './ev-runner.ts';
import { macOsWorld } from './macosworld.ts';
import { openAdapt } from './openadapt.ts';
import { osWorld } from './osworld.ts';
import { waa } from './waa.ts';

/** Every record is shown to each of them, in this order, until one claims it. */
export const dialects: readonly Dialect[] = [
  osWorld,
  waa,
  coAct,
  macOsWorld,
  androidWorld,
  openAdapt,
  evDcEval,
  evFullEval,
  evRunner,
];

/** Benchmarks that run where their log is. The programs of the other dialects may play from anywhere. */
const beside: readonly Dialect[] = [waa, osWorld, coAct, macOsWorld, androidWorld];

/** Returns whether the process of a run is on its VM: if it is missing, the run is over. */
export function runsBesideItsLog({ dialect }: { readonly dialect: string }): boolean {
  return beside.some(({ name }) => name === dialect);
}
