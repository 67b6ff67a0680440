import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { findVm, invalidProblem } from '../../../src/main/engine/server/routes/parameters.ts';
import { tableFormat, tableQuerySchema } from '../../../src/main/engine/server/routes/run-tasks-route.ts';
import { runQuery, runsQuerySchema } from '../../../src/main/engine/server/routes/runs-route.ts';
import { attemptQuerySchema } from '../../../src/main/engine/server/routes/screen-task.ts';
import { streamQuery, streamQuerySchema } from '../../../src/main/engine/server/routes/stream-route.ts';

/** Reads a query as Hono hands it over: a list where a name comes several times. */
function parse<Schema extends z.ZodType>(schema: Schema, query: string) {
  const parameters = new URLSearchParams(query);
  const values = [...new Set(parameters.keys())].map((name) => {
    const all = parameters.getAll(name);
    return [name, all.length === 1 ? all[0] : all];
  });
  const { success, data, error } = schema.safeParse(Object.fromEntries(values));
  return success
    ? { ok: true as const, value: data }
    : { ok: false as const, problem: invalidProblem({ target: 'query', error }, parameters) };
}

const vms = ['first', 'second'];
const stream = (query: string, header?: string, names = vms) => {
  const asked = parse(streamQuerySchema, query);
  const parsed = asked.ok ? streamQuery(asked.value, header, names) : asked;
  return parsed.ok ? parsed.value : parsed.problem.status;
};

describe('the query of the stream', () => {
  it.each([
    ['', 5],
    ['interval=2', 2],
    ['interval=2.5', 2.5],
    ['interval=1e1', 10],
    ['interval=0', 1],
    ['interval=-7', 1],
    ['interval=61', 60],
    ['interval=1e999', 60],
  ])('%j: every %d seconds', (query, intervalSeconds) => {
    expect(stream(query)).toMatchObject({ intervalSeconds });
  });

  it.each([
    ['interval=', 400],
    ['interval=five', 400],
    ['interval=5s', 400],
    ['interval=NaN', 400],
    ['interval=Infinity', 400],
    ['interval=0x10', 400],
    ['error_event=', 400],
    ['error_event=Problem', 400],
    ['error_event=a%0Adata:', 400],
    ['error_event=a-b', 400],
    ['vm=', 404],
    ['vm=third', 404],
    ['vm=FIRST', 404],
  ])('%j: %d', (query, status) => {
    expect(stream(query)).toBe(status);
  });

  it('gives the first VM, a named one, or all', () => {
    expect(stream('')).toMatchObject({ vm: 'first', errorEvent: 'error' });
    expect(stream('vm=second&error_event=my_problem')).toMatchObject({
      vm: 'second',
      errorEvent: 'my_problem',
    });
    expect(stream('vm=*')).toMatchObject({ vm: null });
    expect(stream('', undefined, [])).toMatchObject({ vm: null });
  });

  it('takes the position from the header, else from the address', () => {
    expect(stream('')).toMatchObject({ lastEventId: null });
    expect(stream('lastEventId=a-1')).toMatchObject({ lastEventId: 'a-1' });
    expect(stream('lastEventId=a-1', 'a-2')).toMatchObject({ lastEventId: 'a-2' });
    expect(stream('lastEventId=a-1', ' ')).toMatchObject({ lastEventId: 'a-1' });
    expect(stream('lastEventId=')).toMatchObject({ lastEventId: null });
  });
});

it('asks for the runs of one VM or of all', () => {
  expect([findVm(undefined, vms), findVm('*', vms), findVm('second', vms)]).toEqual(
    [null, null, 'second'].map((value) => ({ ok: true, value })),
  );
  expect(findVm('x', vms)).toMatchObject({
    ok: false,
    problem: { status: 404, detail: expect.stringContaining('first, second') as string },
  });
});

it.each([
  ['', 100],
  ['limit=1', 1],
  ['limit=1000', 1000],
  ['limit=0', 400],
  ['limit=1001', 400],
  ['limit=-1', 400],
  ['limit=1.5', 400],
  ['limit=', 400],
  ['limit=99999999999999999999', 400],
])('limits the runs by %j: %d', (query, expected) => {
  const parsed = parse(runsQuerySchema, query);
  expect(parsed.ok ? parsed.value.limit : parsed.problem.status).toBe(expected);
});

it.each([
  ['', { limit: 100 }],
  ['vm=x&limit=5&before=r', { limit: 5, vm: 'x', before: 'r' }],
  ['state=crashed', { limit: 100, states: ['crashed'] }],
  ['state=interrupted,crashed', { limit: 100, states: ['crashed', 'interrupted'] }],
  ['state=&agent=&model=&q=', { limit: 100, text: '' }],
  ['agent=navi&model=gpt-4o&q=a%20b', { limit: 100, agent: 'navi', model: 'gpt-4o', text: 'a b' }],
  ['state=stalled', 400],
  ['state=crashed,', 400],
  ['state=CRASHED', 400],
  [`q=${'x'.repeat(201)}`, 400],
])('filters the runs by %j', (query, expected) => {
  const parsed = parse(runsQuerySchema, query);
  expect(parsed.ok ? runQuery(parsed.value, parsed.value.vm ?? null) : parsed.problem.status).toEqual(
    expected,
  );
});

it.each([
  ['', undefined],
  ['attempt=1', 1],
  ['attempt=12', 12],
  ['attempt=0', 400],
  ['attempt=1.5', 400],
  ['attempt=', 400],
  ['attempt=1000000', 400],
])('finds the attempt in %j: %s', (query, expected) => {
  const parsed = parse(attemptQuerySchema, query);
  expect(parsed.ok ? parsed.value.attempt : parsed.problem.status).toBe(expected);
});

it.each([
  [runsQuerySchema, 'compare=after', '"compare" must be "before", found "after".'],
  [runsQuerySchema, 'limit=many', '"limit" must be a whole number from 1 to 1000, found "many".'],
  [runsQuerySchema, 'limit=0&limit=5', '"limit" must be a whole number from 1 to 1000, found "0".'],
  [
    runsQuerySchema,
    'state=done',
    '"state" must be one or more of running, finished, crashed, interrupted, separated by commas, found "done".',
  ],
  [attemptQuerySchema, 'attempt=-1', '"attempt" must be a whole number from 1 on, found "-1".'],
])('says what is wrong with a parameter', (schema, query, detail) => {
  expect(parse(schema, query)).toEqual({
    ok: false,
    problem: { status: 400, detail },
  });
});

it.each([
  ['', undefined, 'json'],
  ['', '*/*', 'json'],
  ['', 'application/json', 'json'],
  ['', 'text/csv', 'csv'],
  ['', 'TEXT/CSV; charset=utf-8', 'csv'],
  ['', 'text/csv;q=0.5, application/json', 'json'],
  ['', 'text/csv, */*;q=0.1', 'csv'],
  ['', 'text/csv;q=0', 'json'],
  ['', 'text/html', 'json'],
  ['format=csv', 'application/json', 'csv'],
  ['format=json', 'text/csv', 'json'],
  ['format=xml', undefined, 400],
])('gives a table for %j and %j as %s', (query, accept, expected) => {
  const parsed = parse(tableQuerySchema, query);
  expect(parsed.ok ? tableFormat(parsed.value.format, accept) : parsed.problem.status).toBe(expected);
});
