/** The kept screenshots of an attempt, with the steps that its kept texts tell. */
import type { Screen } from '../../../shared/screens.ts';
import { inTurns } from '../common/in-turns.ts';
import type { KeptTask } from '../feed/index.ts';
import { readSteps, screensOfSteps } from '../run/index.ts';
import { screensOf, textsOf } from './kept-first.ts';
import type { FileReader } from './store.ts';

/** A longer trajectory is not worth the time of a caption. */
const mostTextBytes = 4_000_000;

/** Returns the screenshots in the order of their steps. Without texts, their names tell the steps. */
export async function readKeptScreens(kept: KeptTask, files: FileReader): Promise<readonly Screen[]> {
  const screens = screensOf(kept);
  const bytes = kept.files.reduce((sum, { kind, sizeBytes }) => sum + (kind === 'text' ? sizeBytes : 0), 0);
  if (bytes > mostTextBytes) return screens;
  const texts = await textsOf(kept, files);
  // Each screenshot has a name of its own, so lines of other attempts do no harm.
  const context = {
    clockOffsetMs: kept.clockOffsetMs,
    startedAt: null,
    isOfAttempt: () => true,
    hasOthers: false,
  };
  return screensOfSteps(await inTurns(readSteps(texts, context)), screens);
}
