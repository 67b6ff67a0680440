/** Holds an answer of a real server against what the description says of it. */
import { expect } from 'vitest';
import type { z } from 'zod';
import { components, type ComponentName } from '../../../src/main/engine/server/routes/components.ts';
import { openApi } from '../../../src/main/engine/server/routes/openapi.ts';
import type { ApiPath } from '../../../src/main/engine/server/routes/operations.ts';
import type { Answer } from './support.ts';

interface Content {
  readonly schema: { readonly $ref?: string };
}
interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, Content>>;
}

const description = openApi('0.0.0') as unknown as {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<'get' | 'post', { readonly responses: Readonly<Record<string, Response>> } | undefined>>
    >
  >;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
};

/** The status has to stand there by itself, with the content type, and the body to be of the form that belongs to it, and no more. */
export function expectDescribed(path: ApiPath, answer: Answer): void {
  const described = description.paths[path.replace(/:(\w+)/g, '{$1}')];
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
