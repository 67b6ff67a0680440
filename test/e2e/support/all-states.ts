import { compareStates } from './compare-states.ts';
import { extremeStates } from './extreme-states.ts';
import { filmStates } from './film-states.ts';
import { nowStates } from './now-states.ts';
import { pairStates } from './pair-states.ts';
import { logStates } from './log-states.ts';
import { poolStates } from './pool-states.ts';
import { runStates } from './run-states.ts';
import { settingsStates } from './settings-states.ts';
import { setupStates } from './setup-states.ts';
import { states, type State } from './states.ts';
import { timelineStates } from './timeline-states.ts';

/** Everything that the page can look like, each by a name of its own. */
export const allStates: readonly State[] = [
  ...states,
  ...nowStates,
  ...poolStates,
  ...runStates,
  ...timelineStates,
  ...compareStates,
  ...filmStates,
  ...pairStates,
  ...logStates,
  ...setupStates,
  ...settingsStates,
  ...extremeStates,
];
