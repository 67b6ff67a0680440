/** Brings the page up to date before the tests. */
import { buildIfNeeded } from '../../../scripts/build.ts';

// eslint-disable-next-line import-x/no-default-export -- Playwright takes its set-up from there
export default function buildPage(): void {
  if (!buildIfNeeded()) throw new Error('The tests need the build, and it failed.');
}
