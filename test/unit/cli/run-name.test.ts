import { describe, expect, it } from 'vitest';
import { findRun, newestRuns } from '../../../src/main/cli/history/run-name.ts';
import { UserError } from '../../../src/shared/user-error.ts';
import { runViewOf, sourceOf } from './history-fixtures.ts';

const ids = [
  'waa-east-20260129-101500000',
  'waa-west-20260128-225508318',
  'waa-west-20260127-080000000',
  'latest-model-20260101-000000000',
  'waa',
];
const source = sourceOf(ids.map((id) => runViewOf(id)));
const idOf = async (name: string): Promise<string> => (await findRun(source, name)).run_id;

async function failureOf(name: string, history = source): Promise<UserError> {
  const error: unknown = await findRun(history, name).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe('the name of a run', () => {
  it.each([
    ['latest', ids[0]],
    ['latest~0', ids[0]],
    ['latest~1', ids[1]],
    ['latest~4', ids[4]],
    ['waa-west-20260128-225508318', ids[1]],
    ['waa-west-20260127', ids[2]],
    ['waa-e', ids[0]],
    // An id counts before the ids that start with it.
    ['waa', ids[4]],
    ['latest-', ids[3]],
    // As a narrow table shows it.
    ['waa-west-…225508318', ids[1]],
    ['…101500000', ids[0]],
  ])('%s is %s', async (name, id) => {
    expect(await idOf(name)).toBe(id);
  });

  it('lists the candidates of an ambiguous prefix', async () => {
    const { message, hint } = await failureOf('waa-west');
    expect(message).toBe('The ids of 2 runs start with "waa-west".');
    expect(hint).toMatch(/^Give more of the id of one of these:\n {2}waa-west-20260128-225508318 \(/);
    expect(hint).toContain('\n  waa-west-20260127-080000000 (28 Jan');
    expect(hint).not.toContain('waa-east');
  });

  it.each([
    '',
    'nope',
    'latest~',
    'latest~x',
    'latest ',
    'waa-west…nope',
    'waa-e…waa-east-20260129-101500000',
  ])('knows no %j, and lists the newest', async (name) => {
    const { message, hint } = await failureOf(name);
    expect(message).toBe(`There is no run named ${JSON.stringify(name)}.`);
    expect(hint).toContain('waa-east-20260129-101500000');
  });

  it('says how many runs there are', async () => {
    const { message, hint } = await failureOf('latest~5');
    expect(message).toBe('There is no run latest~5: 5 are recorded.');
    expect(hint).toBe('The oldest one is latest~4.');
    expect((await failureOf('latest', sourceOf([]))).message).toBe('No run is recorded yet.');
    expect((await failureOf('x', sourceOf([]))).hint).toBe('No run is recorded yet.');
  });

  it('cuts long names and long lists', async () => {
    const many = sourceOf(Array.from({ length: 30 }, (_, index) => runViewOf(`run-${index}`)));
    expect((await failureOf('run-', many)).hint).toMatch(/\n {2}and 22 more$/);
    expect((await failureOf('x'.repeat(5000))).message.length).toBeLessThan(120);
  });

  it('escapes nothing that acts on a terminal into the hint', async () => {
    const { hint } = await failureOf('waa', sourceOf([runViewOf('waa\u001b[31m1'), runViewOf('waa2')]));
    expect(hint).toContain('  waa1 (');
  });
});

describe('the newest runs', () => {
  const many = sourceOf(Array.from({ length: 2500 }, (_, index) => runViewOf(`run-${index}`)));

  it('come page by page', async () => {
    const runs = await newestRuns(many, 2400);
    expect(runs).toHaveLength(2400);
    expect(new Set(runs.map(({ run_id: id }) => id)).size).toBe(2400);
    expect(await newestRuns(many, 3000)).toHaveLength(2500);
    expect((await findRun(many, 'latest~2499')).run_id).toBe('run-2499');
    expect((await findRun(many, 'run-2498')).run_id).toBe('run-2498');
  });
});
