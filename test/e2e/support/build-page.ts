/** Builds the page before the tests, so that they see the sources as they are. */
import { buildIfNeeded } from '../../../scripts/build.ts';

// eslint-disable-next-line import-x/no-default-export -- Playwright takes its set-up from there
export default function buildPage(): void {
  if (!buildIfNeeded()) throw new Error('The tests need the build, and it failed.');
}
