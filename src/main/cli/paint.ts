import { Chalk, supportsColor, type ChalkInstance } from 'chalk';
import type { CliIo, Output } from './io.ts';

/** Colours for a terminal that has them, and where `NO_COLOR` does not say otherwise. */
export function paintFor(env: CliIo['env'], output: Output): ChalkInstance {
  const wanted = output.isTTY === true && (env['NO_COLOR'] ?? '') === '';
  return new Chalk({ level: wanted && supportsColor ? supportsColor.level : 0 });
}
