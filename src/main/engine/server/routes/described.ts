/** Parts of `createRoute` that the routes share: answers, bodies and events, by the schemas of `components.ts`. */
import type { RouteConfig } from '@hono/zod-openapi';
import { z } from 'zod';
import { problemType } from '../http/problem.ts';
import { problemSchema } from './answer-schemas.ts';
import { componentName } from './components.ts';

interface Reference {
  readonly $ref: string;
}

export interface Answers {
  /** Schemas of an answer of 200, by content type; null: text or bytes. */
  readonly content: Readonly<Record<string, z.ZodType | null>>;
  /** Headers of an answer of 200. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers besides 200: each is a problem, except those below 400. Those that any route may give are left out. */
  readonly others?: Readonly<Record<number, string>>;
}

/** Answers that any route may give. */
export const anywhere: Readonly<Record<number, string>> = {
  401: 'On the listener for other machines: no key, or a wrong one.',
  403: 'A web page of another site or of an origin that is not allowed.',
  405: 'A method that is not possible here: see `Allow`.',
  421: 'The `Host` is no name of this server.',
  429: 'On the listener for other machines: too many requests or streams of one address, see `Retry-After`.',
};

/** The refusal of a parameter, which several routes share. */
export const unreadable = { 400: 'A parameter cannot be read.' };

export const runId = z.string().describe('Id of a run.');

/** Returns the `responses` of a route. */
export function answers({ content, headers = {}, others = {} }: Answers): RouteConfig['responses'] {
  return {
    200: {
      description: 'What was asked for.',
      ...(Object.keys(headers).length === 0
        ? {}
        : {
            headers: mapValues(headers, (text) => ({
              description: text,
              schema: { type: 'string' as const },
            })),
          }),
      content: mapValues(content, (schema, type) => ({ schema: contentSchema(schema, type) })),
    },
    ...mapValues(anywhere, (_, status) => ({ $ref: `#/components/responses/Problem${status}` })),
    ...mapValues(others, (description, status) =>
      Number(status) < 400 ? { description } : problemAnswer(description),
    ),
    default: problemAnswer('Something else is wrong.'),
  };
}

/**
 * Returns the `parameters` of a route that reads request headers, by name. Not `request.headers`, which validates: Hono would copy all
 * headers of each request, and keep the copy as long as a stream is open.
 */
export function headerParameters(texts: Readonly<Record<string, string>>) {
  return Object.entries(texts).map(([name, description]) => ({
    in: 'header' as const,
    name,
    description,
    schema: { type: 'string' as const },
  }));
}

/** Returns the answer of a problem. */
export function problemAnswer(description: string) {
  return { description, content: { [problemType]: { schema: reference(problemSchema) } } };
}

/** Returns the `x-events` of a stream: the schema of the data, by event name. */
export function events(schemas: Readonly<Record<string, z.ZodType>>): Record<string, Reference> {
  return mapValues(schemas, reference);
}

/** Returns the `body` of a route that receives JSON. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  // @hono/zod-openapi adds `openapi` only to schemas that were made after it was loaded. A clone always has it.
  const named = schema.clone().openapi(componentName(schema));
  return { required: true, content: { 'application/json': { schema: named } } };
}

function contentSchema(schema: z.ZodType | null, type: string) {
  if (schema !== null) return reference(schema);
  if (type === 'application/json') return { type: 'object' as const };
  // The content type alone describes bytes.
  return type.startsWith('image/') ? {} : { type: 'string' as const };
}

function reference(schema: z.ZodType): Reference {
  return { $ref: `#/components/schemas/${componentName(schema)}` };
}

export function mapValues<Value, Mapped>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value, key: string) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}
