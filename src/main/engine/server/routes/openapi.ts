/** The description of everything that can be asked, as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html). Pure. */
import { z } from 'zod';
import { components, type ComponentName } from './components.ts';
import { operations, type Operation } from './operations.ts';
import { problemType } from '../http/problem.ts';

type Json = Readonly<Record<string, unknown>>;

const about = `Watches agent benchmarks on rented VMs. Nothing can be changed through it, but for what sets up a VM (\`/api/setup…\`, from this machine and with a code): every other route knows GET, HEAD and OPTIONS.

This machine needs no key. Other machines, where they are let in, need one in any of the three places, over TLS.
Fields may be added to any answer; none is renamed or removed.`;

/** Answers that any route may give. */
const anywhere: Readonly<Record<number, string>> = {
  401: 'On the listener for other machines: no key, or a wrong one.',
  403: 'A web page of another site or of an origin that is not allowed.',
  405: 'A method that is not possible here: see `Allow`.',
  421: 'The `Host` is no name of this server.',
  429: 'On the listener for other machines: too many requests or streams of one address, see `Retry-After`.',
};

/** @param version of BenchTray */
export function openApi(version: string): Json {
  return {
    openapi: '3.1.1',
    info: { title: 'BenchTray', version, description: about, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    security: [{}, { bearer: [] }, { header: [] }, { query: [] }],
    paths: Object.fromEntries(
      Object.entries<Operation>(operations).map(([path, operation]) => [
        path.replace(/:(\w+)/g, '{$1}'),
        { [operation.method === 'POST' ? 'post' : 'get']: operationView(operation) },
      ]),
    ),
    components: {
      schemas: schemas(),
      responses: Object.fromEntries(
        Object.entries(anywhere).map(([status, description]) => [`Problem${status}`, problem(description)]),
      ),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        query: {
          type: 'apiKey',
          in: 'query',
          name: 'api_key',
          description: 'For EventSource, which cannot set headers.',
        },
      },
    },
  };
}

function operationView(operation: Operation): Json {
  const { id, summary, description, path = {}, query, headers = {}, events } = operation;
  const parameters = [
    ...textParameters('path', path),
    ...(query === undefined ? [] : queryParameters(query)),
    ...textParameters('header', headers),
  ];
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: reference(operation.body) } },
          },
        }),
    responses: responses(operation),
    ...(events === undefined ? {} : { 'x-events': mapValues(events, reference) }),
  };
}

function responses({ content, answerHeaders = {}, others = {} }: Operation): Json {
  const statuses = Object.entries(others).map(([status, description]): [string, Json] => [
    status,
    Number(status) < 400 ? { description } : problem(description),
  ]);
  return {
    200: {
      description: 'What was asked for.',
      ...(Object.keys(answerHeaders).length === 0
        ? {}
        : {
            headers: mapValues(answerHeaders, (text) => ({ description: text, schema: { type: 'string' } })),
          }),
      content: mapValues(content, (name, type) => ({ schema: contentSchema(name, type) })),
    },
    ...mapValues(anywhere, (_, status) => ({ $ref: `#/components/responses/Problem${status}` })),
    ...Object.fromEntries(statuses),
    default: problem('Something else is wrong.'),
  };
}

function contentSchema(name: ComponentName | null, type: string): Json {
  if (name !== null) return reference(name);
  if (type === 'application/json') return { type: 'object' };
  // Bytes are described by their content type alone.
  return type.startsWith('image/') ? {} : { type: 'string' };
}

function problem(description: string): Json {
  return { description, content: { [problemType]: { schema: reference('Problem') } } };
}

function textParameters(place: 'path' | 'header', texts: Readonly<Record<string, string>>): Json[] {
  return Object.entries(texts).map(([name, description]) => ({
    ...{ name, in: place, required: place === 'path', description },
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodObject): Json[] {
  const { properties = {} } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = typeof property === 'object' ? property : {};
    return { name, in: 'query', required: false, description, schema };
  });
}

/** In the dialect of OpenAPI 3.1, JSON Schema 2020-12. As input, or it would forbid the fields that may be added. */
function schemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(components)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
    override({ jsonSchema }) {
      // Of a time the format says it all, and that an integer is a safe one says nothing.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return mapValues(made.schemas, ({ $id: _id, $schema: _schema, ...schema }) => schema);
}

function reference(name: ComponentName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function mapValues<Value, Mapped>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value, key: string) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}
