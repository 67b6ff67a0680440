import { expect, it } from 'vitest';
import { boundedName, longestName, withBoundedNames } from '../../../src/main/engine/run/bounded-names.ts';
import { endedTasks, readText, waaLog } from './support.ts';

const long = 'x'.repeat(5000);

it('leaves a name as it is up to the limit, and cuts a longer one with a mark', () => {
  const name = 'é'.repeat(longestName);
  expect(boundedName(name)).toBe(name);
  expect(boundedName(null)).toBeNull();
  expect(boundedName(long)).toMatch(/^x{180}…[0-9a-f]{16}$/);
  expect(boundedName(`${'x'.repeat(179)}👍${long}`).isWellFormed()).toBe(true);
});

it('keeps two long names apart that begin alike, and gives the same name the same', () => {
  expect(boundedName(`${long}a`)).not.toBe(boundedName(`${long}b`));
  expect(boundedName(`${long}a`)).toBe(boundedName(`${long}a`));
});

it('bounds a task whose id has 5,000 characters from its start to its end', () => {
  const log = waaLog().begin(long, `${long}2`).task(long).step(1).result('1.0').finished(long);
  const text = log.task(`${long}2`).result('0.0').finished(`${long}2`).text();
  const ended = endedTasks(readText(text));
  expect(ended.map(([, outcome, score]) => [outcome, score])).toEqual([
    ['scored', 1],
    ['scored', 0],
  ]);
  const ids = ended.map(([id]) => id);
  expect(ids).toEqual([boundedName(long), boundedName(`${long}2`)]);
  expect(JSON.stringify(readText(text).run)).not.toContain('x'.repeat(longestName));
});

it('bounds the instruction of a task', () => {
  const planned = withBoundedNames({
    type: 'run_planned',
    at: null,
    totalTasks: 1,
    tasks: [{ domain: long, taskId: long }],
    domains: [{ domain: long, tasks: 1 }],
  });
  const told = withBoundedNames({
    type: 'run_arguments',
    at: null,
    arguments: { model: long, agent: long, maxSteps: 15, resultDir: '/r' },
  });
  expect(JSON.stringify([planned, told])).not.toContain('x'.repeat(longestName));
  expect(told).toMatchObject({ arguments: { maxSteps: 15, resultDir: '/r' } });
});
