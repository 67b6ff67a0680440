import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { hashOf, pageKey, runHash, vmHash } from '../../../src/renderer/state/hash.ts';
import { parseRoute } from '../../../src/renderer/state/parse-route.ts';
import {
  allCompared,
  allRuns,
  allTasks,
  nowRoute,
  runTabs,
  type Route,
} from '../../../src/renderer/state/route.ts';

const name = fc.string({ minLength: 1 }).filter((text) => text.isWellFormed());
const filter = fc.option(name);
const runFilters = fc.record({ vm: filter, state: filter, agent: filter, model: filter, q: filter });
const taskFilters = fc.record({ domain: filter, outcome: filter, q: filter });
const picks = fc.uniqueArray(name, { minLength: 1, maxLength: 2 });
const anyStep = fc.constantFrom(null, '0', '3', '3.2', '999999.9999');
const anyRoute: fc.Arbitrary<Route> = fc.oneof(
  fc.constant(nowRoute),
  fc.record({ page: fc.constant('vm' as const), vm: name }),
  fc.record({ page: fc.constant('runs' as const), filters: runFilters }),
  fc.record({ page: fc.constant('runs' as const), filters: runFilters, picked: picks }),
  fc.record({
    page: fc.constant('compare' as const),
    a: filter,
    b: filter,
    attempt: fc.constantFrom('first' as const, 'best' as const),
    filters: fc.record({ domain: filter, q: filter }),
  }),
  fc.record({
    page: fc.constant('compare' as const),
    a: filter,
    b: filter,
    attempt: fc.constantFrom('first' as const, 'best' as const),
    filters: fc.record({ domain: filter, q: filter }),
    film: fc.record({ taskId: name, domain: filter, step: anyStep, stepB: anyStep }),
  }),
  fc.record({
    page: fc.constant('run' as const),
    runId: name,
    tab: fc.constantFrom(...runTabs),
    filters: taskFilters,
  }),
  fc.record({
    page: fc.constant('run' as const),
    runId: name,
    tab: fc.constant('timeline' as const),
    filters: taskFilters,
    timeline: fc.record({ at: name, zoom: filter, kind: filter }),
  }),
  fc.record({
    page: fc.constant('log' as const),
    runId: name,
    from: fc.option(fc.nat()),
    q: filter,
    level: fc.constantFrom(null, 'error' as const, 'warning' as const),
    task: fc.option(
      fc.record({ taskId: name, domain: filter, attempt: fc.option(fc.integer({ min: 1, max: 999_999 })) }),
    ),
  }),
  fc.record({
    page: fc.constant('task' as const),
    runId: name,
    taskId: name,
    domain: filter,
    attempt: fc.option(fc.integer({ min: 1, max: 999_999 })),
    step: anyStep,
  }),
  fc.constantFrom<Route>({ page: 'doctor' }, { page: 'setup' }),
);

describe('parseRoute', () => {
  it('reads back every address that a link has', () => {
    fc.assert(
      fc.property(anyRoute, (route) => {
        expect(parseRoute(hashOf(route))).toEqual(route);
      }),
    );
  });

  it('never throws, and an address that is no page leads back to itself', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const hash = `#/${text}`;
        const route = parseRoute(hash);
        if (route.page === 'unknown') expect(hashOf(route)).toBe(hash);
      }),
    );
  });

  it.for<readonly [string, Route]>([
    ['', nowRoute],
    ['#', nowRoute],
    ['#/', nowRoute],
    // Links of earlier versions, and places on the page.
    ['#vm-2', { page: 'now', place: 'vm-2' }],
    ['#pool-run-0', { page: 'now', place: 'pool-run-0' }],
    ['#/vms/my%20VM', { page: 'vm', vm: 'my VM' }],
    ['#/runs', { page: 'runs', filters: allRuns }],
    ['#/runs?vm=a%26b', { page: 'runs', filters: { ...allRuns, vm: 'a&b' } }],
    ['#/runs/run-1', { page: 'run', runId: 'run-1', tab: 'tasks', filters: allTasks }],
    ['#/runs/a%2Fb/charts', { page: 'run', runId: 'a/b', tab: 'charts', filters: allTasks }],
    [
      '#/runs/run-1?domain=&outcome=failed&other=x',
      { page: 'run', runId: 'run-1', tab: 'tasks', filters: { ...allTasks, domain: '', outcome: 'failed' } },
    ],
    ['#/runs/run-1/timeline', { page: 'run', runId: 'run-1', tab: 'timeline', filters: allTasks }],
    [
      '#/runs/run-1/timeline?at=2026-01-29T03%3A12%3A00Z',
      {
        ...{ page: 'run', runId: 'run-1', tab: 'timeline', filters: allTasks },
        timeline: { at: '2026-01-29T03:12:00Z', zoom: null, kind: null },
      },
    ],
    ['#/runs?pick=a&pick=a&pick=&pick=b&pick=c', { page: 'runs', filters: allRuns, picked: ['a', 'b'] }],
    ['#/compare', { page: 'compare', a: null, b: null, attempt: 'first', filters: allCompared }],
    [
      '#/compare?a=&b=run-2&attempt=best&domain=&q=x',
      { page: 'compare', a: null, b: 'run-2', attempt: 'best', filters: { domain: '', q: 'x' } },
    ],
    [
      '#/compare?a=a%26b&b=c&attempt=odd',
      { page: 'compare', a: 'a&b', b: 'c', attempt: 'first', filters: allCompared },
    ],
    [
      '#/compare?a=a&b=b&in=vlc&q=x&task=t%2F1&domain=notepad&step=3&step_b=4.2',
      {
        ...{ page: 'compare', a: 'a', b: 'b', attempt: 'first', filters: { domain: 'vlc', q: 'x' } },
        film: { taskId: 't/1', domain: 'notepad', step: '3', stepB: '4.2' },
      },
    ],
    [
      '#/compare?a=a&b=b&task=t&step=x&step_b=',
      {
        ...{ page: 'compare', a: 'a', b: 'b', attempt: 'first', filters: allCompared },
        film: { taskId: 't', domain: null, step: null, stepB: null },
      },
    ],
    [
      '#/runs/run-1/tasks/a%2Fb?domain=notepad&attempt=2&step=3.2',
      { page: 'task', runId: 'run-1', taskId: 'a/b', domain: 'notepad', attempt: 2, step: '3.2' },
    ],
    [
      '#/runs/run-1/tasks/a?attempt=0&step=last',
      { page: 'task', runId: 'run-1', taskId: 'a', domain: null, attempt: null, step: null },
    ],
    ['#/doctor', { page: 'doctor' }],
    ['#/setup', { page: 'setup' }],
  ])('"%s"', ([hash, route]) => expect(parseRoute(hash)).toEqual(route));

  it.for([
    '#/x',
    '#/vms',
    '#/vms/',
    '#/vms/a/b',
    '#/runs/',
    '#/runs/a/tasks',
    '#/runs/a/tasks/',
    '#/runs/a/tasks/b/c',
    '#/runs/a/charts/b',
    '#/compare/a',
    '#/doctor/x',
    '#/runs/%zz',
    '#//',
  ])('"%s" is no page', (hash) => expect(parseRoute(hash)).toEqual({ page: 'unknown', hash }));
});

describe('pageKey', () => {
  it('differs between pages, and not between the tabs and filters of one', () => {
    const key = (hash: string) => pageKey(parseRoute(hash));
    expect(key('#/runs/a/charts')).toBe(key('#/runs/a?q=x'));
    expect(key('#/runs?vm=a')).toBe(key('#/runs'));
    expect(key('#/runs/a/tasks/b?attempt=1&step=3')).toBe(key('#/runs/a/tasks/b?attempt=1'));
    expect(key('#/runs/a/tasks/b?attempt=2')).not.toBe(key('#/runs/a/tasks/b?attempt=1'));
    expect(key('#/compare?a=a&b=b&q=x')).toBe(key('#/compare?a=a&b=b'));
    expect(key('#/compare?a=a&b=b&task=t&step=3')).toBe(key('#/compare?a=a&b=b&task=t&step_b=4'));
    expect(key('#/compare?a=a&b=b&task=t')).not.toBe(key('#/compare?a=a&b=b&task=u'));
    expect(key('#/compare?a=a&b=b&task=t')).not.toBe(key('#/compare?a=a&b=b'));
    expect(key('#vm-1')).toBe(key('#/'));
    expect(new Set([runHash('a'), runHash('b'), vmHash('a'), '#/', '#/runs', '#/doctor'].map(key)).size).toBe(
      6,
    );
  });
});
