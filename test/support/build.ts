/** Set-up of the integration tests: brings `out/` up to date, since several of them run the built program. */
import { buildIfNeeded } from '../../scripts/build.ts';

export function setup(): void {
  if (!buildIfNeeded()) throw new Error('The tests need the build, and it failed.');
}
