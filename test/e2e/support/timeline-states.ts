/** The states of the timeline of a run. */
import { expect } from '@playwright/test';
import type { Feed } from '../../../src/main/engine/feed/index.ts';
import type { StateCode } from '../../../src/shared/stream.ts';
import { conditionOf, errorOf } from '../../unit/feed/fixtures.ts';
import { vmName } from './bench.ts';
import { oldRun, recordRun, type RecordedRun } from './run-scenes.ts';
import { failing, neverAnswered, open } from './run-states.ts';
import { setReady, startRun } from './scenes.ts';
import { text, type State } from './states.ts';

const minuteMs = 60_000;
const { vm = '' } = oldRun;

/** From 22:55 to 04:03 in the night three weeks ago, local time. */
export const nightRun: RecordedRun = {
  ...oldRun,
  startedAt: new Date(oldRun.startedAt).setHours(22, 55, 0, 0),
};

/** Minutes after the beginning of the night run. */
const at = (minutes: number): number => nightRun.startedAt + minutes * minuteMs;
/** 03:12 in that night, for an address. */
export const atTwelve = new Date(at(4 * 60 + 17)).toISOString().replace('.000', '');

function lasting(feed: Feed, code: StateCode, from: number, to: number | null, message: string): void {
  const severity = code === 'disk_full' ? 'warning' : 'critical';
  const error = errorOf(vm, { code, severity, message, hint: 'Look at the container: docker logs winarena' });
  feed.commit({ vm, at: at(from), began: [{ ...conditionOf(vm, code, at(from)), error }] });
  if (to !== null)
    feed.commit({ vm, at: at(to), ended: [{ code, message: 'The benchmark server answers again.' }] });
}

/** Records the night run with its errors, and a time in which BenchTray did not hear the VM. */
export function recordNight(feed: Feed, run: RecordedRun = nightRun): void {
  feed.firstSeen(vm, at(-10_000));
  recordRun(feed, run);
  lasting(feed, 'probe_down', 31, 33, 'The benchmark server does not answer: connection refused.');
  lasting(feed, 'ssh_unreachable', 95, 121, 'SSH connection failed');
  feed.noteHeard(vm, { at: at(95), cost: null });
  feed.noteHeard(vm, { at: at(121), cost: null });
  lasting(feed, 'probe_down', 251, 263, 'The benchmark server does not answer: connection refused.');
  feed.commit({
    ...{ vm, at: at(252) },
    moments: [
      errorOf(vm, {
        ...{ code: 'container_oom', severity: 'critical' },
        message: 'The container winarena ran out of memory, and the kernel killed a process in it.',
      }),
    ],
  });
  lasting(feed, 'disk_full', 280, null, 'The disk of the VM has 2 % left (1.2 GB).');
}

const path = (query = ''): string => `#/runs/${oldRun.runId}/timeline${query}`;

export const timelineStates: readonly State[] = [
  {
    name: 'timeline',
    arrange: ({ feed }) => {
      setReady(feed);
      recordNight(feed);
    },
    reach: async (page, bench) => {
      await open(page, bench, path());
      await expect(page.getByRole('list', { name: 'Events of the run' }).getByRole('listitem')).toHaveCount(
        162,
      );
    },
  },
  {
    name: 'timeline-at-0312',
    arrange: ({ feed }) => {
      setReady(feed);
      recordNight(feed);
    },
    reach: async (page, bench) => {
      await open(page, bench, path(`?at=${atTwelve}&zoom=1h&kind=error`));
      await expect(page.getByRole('list', { name: 'What was on at this time' })).toBeVisible();
    },
  },
  {
    name: 'timeline-361-tasks',
    arrange: ({ feed }) => {
      setReady(feed);
      recordNight(feed, {
        ...{ ...nightRun, done: 361, total: 361 },
        change: (index) => ({
          startedAt: at(index * 6.65),
          endedAt: at(index * 6.65 + 3 + (index % 4)),
        }),
      });
    },
    reach: async (page, bench) => {
      await open(page, bench, path());
      await text('361 attempts')(page);
    },
  },
  {
    name: 'timeline-no-errors',
    arrange: ({ feed }) => {
      setReady(feed);
      feed.firstSeen(vm, at(-10_000));
      recordRun(feed, { ...nightRun, done: 12, total: 12 });
    },
    reach: async (page, bench) => {
      await open(page, bench, path('?kind=error'));
      await text('BenchTray saw no trouble with the VM')(page);
    },
  },
  {
    name: 'timeline-unknown-errors',
    arrange: ({ feed }) => {
      setReady(feed);
      feed.firstSeen(vm, at(100));
      recordRun(feed, { ...nightRun, state: 'crashed' });
    },
    reach: async (page, bench) => {
      await open(page, bench, path(`?at=${atTwelve}`));
      await text('may be missing')(page);
    },
  },
  {
    name: 'timeline-run-on',
    arrange: ({ feed }) => {
      setReady(feed);
      feed.firstSeen(vmName, at(0));
      feed.noteHeard(vmName, { at: Date.now(), cost: null });
      startRun(feed, 0, 154, { run_id: 'run-on', started_at: new Date(Date.now() - 60_000).toISOString() });
    },
    reach: async (page, bench) => {
      await open(page, bench, '#/runs/run-on/timeline');
      await text('The run was started')(page);
    },
  },
  {
    name: 'timeline-loading',
    arrange: async ({ feed }, page) => {
      setReady(feed);
      recordNight(feed);
      await neverAnswered(page, '/api/runs/*/events?*');
    },
    reach: async (page, bench) => {
      await open(page, bench, path());
      await expect(page.getByText('Reading the events…')).toBeAttached();
    },
  },
  {
    name: 'timeline-failed',
    arrange: async ({ feed }, page) => {
      setReady(feed);
      recordNight(feed);
      await failing(page, '/api/runs/*/events?*');
    },
    reach: async (page, bench) => {
      await open(page, bench, path());
      await text('The journal cannot be read.')(page);
    },
    complaint: /500/,
  },
  {
    name: 'run-charts-with-errors',
    arrange: ({ feed }) => {
      setReady(feed);
      recordNight(feed);
    },
    reach: async (page, bench) => {
      await open(page, bench, `#/runs/${oldRun.runId}/charts`);
      await text('errors of the VM meanwhile')(page);
    },
  },
];
