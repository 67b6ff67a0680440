import { describe, expect, it } from 'vitest';
import {
  isHeard,
  lengthText,
  shownState,
  startText,
  whoText,
} from '../../../src/renderer/features/runs/run-rows.ts';
import { progressOfRun, recordTag, runsTag, withProgress } from '../../../src/renderer/state/live-run.ts';
import type { VmView } from '../../../src/renderer/state/model.ts';
import { progressOf, statusOf } from '../feed/fixtures.ts';
import { summaryOf } from './runs-fixtures.ts';

const progress = progressOf('a', { run_id: 'run-1', tasks_completed: 5, total_tasks: 12, state: 'stalled' });
const vm = (name: string, changes: Partial<VmView> = {}): VmView => ({
  name,
  status: statusOf(name, { connected: true }),
  progress,
  record: null,
  results: [],
  problems: [],
  ...changes,
});

describe('a run that is on', () => {
  it('is its record with the newest progress laid over it', () => {
    const run = summaryOf({ run_id: 'run-1', state: 'running', tasks_completed: 4, total_tasks: 0 });
    const live = withProgress(run, progressOfRun([vm('a')], 'run-1'));
    expect(live).toMatchObject({ state: 'stalled', tasks_completed: 5, total_tasks: 12, log: run.log });
    expect(withProgress(run, progressOfRun([vm('a')], 'another'))).toBe(run);
    expect(progressOfRun(null, 'run-1')).toBeNull();
  });

  it('is heard while its VM answers, and else last known', () => {
    const run = { run_id: 'run-1' };
    expect(isHeard(run, [vm('a')])).toBe(true);
    expect(isHeard(run, [vm('a', { status: statusOf('a', { connected: false }) })])).toBe(false);
    expect(isHeard({ run_id: 'another' }, [vm('a')])).toBe(false);
    expect(shownState({ state: 'running' }, true).word).toBe('Running');
    expect(shownState({ state: 'running' }, false).word).toBe('Last known: Running');
    expect(shownState({ state: 'finished' }, false).word).toBe('Finished');
  });
});

it('tells when the list of runs, and when the record of a run, is to be read again', () => {
  const next = { ...progress, tasks_completed: 6 };
  expect(runsTag([vm('a')])).toBe(runsTag([vm('a', { progress: next })]));
  expect(runsTag([vm('a')])).not.toBe(runsTag([vm('a', { progress: { ...progress, state: 'finished' } })]));
  expect(runsTag([vm('a')])).not.toBe(runsTag([vm('a', { progress: { ...progress, run_id: 'run-2' } })]));
  expect(recordTag(progress)).not.toBe(recordTag(next));
  expect(recordTag(progress)).toBe(recordTag({ ...progress, elapsed_seconds: 99 }));
});

it('says a run in words', () => {
  const nowMs = new Date(2026, 0, 28, 12).getTime();
  const began = new Date(nowMs - 3_900_000).toISOString();
  expect(startText({ started_at: began }, nowMs)).toBe('10:55');
  expect(startText({ started_at: null }, nowMs)).toBe('an unknown time');
  expect(whoText({ agent: 'navi', model: null })).toBe('navi');
  expect(whoText({ agent: null, model: null })).toBeNull();
  expect(lengthText({ state: 'running', started_at: began, ended_at: null }, nowMs)).toBe('1 h 5 min');
  expect(lengthText({ state: 'crashed', started_at: began, ended_at: null }, nowMs)).toBe('–');
  expect(
    lengthText(
      { state: 'finished', started_at: began, ended_at: new Date(nowMs - 1_500_000).toISOString() },
      nowMs,
    ),
  ).toBe('40 min');
});
