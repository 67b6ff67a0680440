/** All dialects. A new one is a file beside this one and a line in this list. */
import { androidWorld } from './android-world.ts';
import type { Dialect } from './dialect.ts';
import { evDcEval } from './ev-dc-eval.ts';
import { evFullEval } from './ev-full-eval.ts';
import { evRunner } from './ev-runner.ts';
import { openAdapt } from './openadapt.ts';
import { osWorld } from './osworld.ts';
import { waa } from './waa.ts';

/** Every record is shown to each of them, in this order, until one claims it. */
export const dialects: readonly Dialect[] = [
  osWorld,
  waa,
  androidWorld,
  openAdapt,
  evDcEval,
  evFullEval,
  evRunner,
];

/** Told by run.py itself: its process is on the VM. The other dialects are those of programs that may play from anywhere. */
export function isOfRunPy({ dialect }: { readonly dialect: string }): boolean {
  return dialect === waa.name || dialect === osWorld.name;
}
