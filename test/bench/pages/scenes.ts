/** The pages that are measured. */
import type { FilledJournal } from './journal.ts';

export const pageNames = ['Now', 'Runs', 'Run', 'Charts', 'Timeline', 'Log', 'Task', 'Compare'] as const;
export type PageName = (typeof pageNames)[number];

export interface Scene {
  readonly hash: string;
  /** The page has its content when all these places are there. */
  readonly selectors: readonly string[];
}

export const logSelector = '[aria-label="Log of the run"]';

export function scenesOf({
  runId,
  otherRunId,
  taskId,
  domain,
}: FilledJournal): Readonly<Record<PageName, Scene>> {
  return {
    Now: { hash: '#/', selectors: ['[data-vm] tbody tr', '[aria-labelledby="recent-runs"] li'] },
    Runs: { hash: '#/runs', selectors: ['main tbody tr'] },
    Run: { hash: `#/runs/${runId}`, selectors: ['main tbody tr', '[aria-label="Tasks in order"] button'] },
    Charts: { hash: `#/runs/${runId}/charts`, selectors: ['main figure svg'] },
    Timeline: { hash: `#/runs/${runId}/timeline`, selectors: ['[aria-label="Events of the run"] li'] },
    Log: { hash: `#/runs/${runId}/log`, selectors: [`${logSelector}[aria-busy="false"] .row`] },
    Task: {
      hash: `#/runs/${runId}/tasks/${taskId}?domain=${domain}&attempt=1`,
      selectors: ['[role="img"]:not([hidden]) canvas'],
    },
    Compare: {
      hash: `#/compare?a=${runId}&b=${otherRunId}`,
      selectors: ['[data-change] tbody tr'],
    },
  };
}
