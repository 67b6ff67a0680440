/** All dialects. A new one is a file beside this one and a line in this list. */
import type { Dialect } from './dialect.ts';
import { openAdapt } from './openadapt.ts';
import { waa } from './waa.ts';

/** Every line is shown to each of them, in this order. */
export const dialects: readonly Dialect[] = [waa, openAdapt];
