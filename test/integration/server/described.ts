/** Holds an answer of a real server against what the description says of it. */
import { expect } from 'vitest';
import type { z } from 'zod';
import { components, type ComponentName } from '../../../src/main/engine/server/routes/components.ts';
import { describedApi } from '../../support/described-api.ts';
import type { Answer } from './support.ts';

const description = describedApi();

/** The described paths, as "/api/runs/{id}". */
export const paths = Object.keys(description.paths);

/** Returns the method that a path is described with. */
export function methodOf(path: string): 'GET' | 'POST' {
  return description.paths[path]?.post === undefined ? 'GET' : 'POST';
}

/** The status has to stand there by itself, with the content type, and the body to be of the form that belongs to it, and no more. */
export function expectDescribed(path: string, answer: Answer): void {
  const described = description.paths[path];
  const { responses } = described?.get ?? described?.post ?? {};
  const named = responses?.[answer.status];
  const response = description.components.responses[named?.$ref?.split('/').at(-1) ?? ''] ?? named;
  expect(response, `${path} is not described to answer ${answer.status}`).toBeDefined();
  const type = answer.headers['content-type']?.split(';')[0];
  if (response?.content === undefined) {
    expect([type, answer.text]).toEqual([undefined, '']);
    return;
  }
  const content = response.content[type ?? ''];
  expect(
    content,
    `${path} is not described to answer ${answer.status} with ${type ?? 'nothing'}`,
  ).toBeDefined();
  const name = content?.schema.$ref?.split('/').at(-1);
  if (name !== undefined) expectForm(name as ComponentName, JSON.parse(answer.text));
}

/** Of that form, with no field that it does not have: what is unknown does not come back from reading. */
export function expectForm(name: ComponentName, value: unknown): void {
  const schema: z.ZodType = components[name];
  expect(schema.parse(value)).toEqual(value);
}
