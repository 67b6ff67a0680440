/** The description of the API as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html), generated from the routes of an app. */
import { z } from 'zod';
import type { App } from './app.ts';
import { components } from './components.ts';
import { anywhere, mapValues, problemAnswer } from './described.ts';

type Json = Readonly<Record<string, unknown>>;

const about = `Watches agent benchmarks on rented VMs. Nothing can be changed through it, but for what sets up a VM (\`/api/setup…\`, from this machine and with a code): every other route knows GET, HEAD and OPTIONS.

This machine needs no key. Other machines, where they are let in, need one in any of the three places, over TLS.
Fields may be added to any answer; none is renamed or removed.`;

/** Returns the OpenAPI document. @param version of BenchTray */
export function describeApi(app: App, version: string): Json {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.1',
    info: { title: 'BenchTray', version, description: about },
    servers: [{ url: '/' }],
    security: [{}, { bearer: [] }, { header: [] }, { query: [] }],
  });
  for (const path of Object.values(document.paths ?? {}))
    for (const { parameters } of Object.values(path as Record<string, OperationParameters>))
      // The parameter itself says it already.
      for (const { schema } of parameters ?? []) delete schema.description;
  return {
    ...document,
    info: { ...document.info, license: { name: 'MIT', identifier: 'MIT' } },
    components: {
      schemas: schemas(),
      responses: Object.fromEntries(
        Object.entries(anywhere).map(([status, text]) => [`Problem${status}`, problemAnswer(text)]),
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

interface OperationParameters {
  readonly parameters?: readonly { readonly schema: { description?: string } }[];
}

/**
 * Returns the named schemas in the dialect of OpenAPI 3.1, JSON Schema 2020-12. Zod itself makes them: the generator of the routes takes
 * `exactOptional` for required and inlines nullable references. As input, or they would forbid fields that may be added.
 */
function schemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(components)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
    override({ jsonSchema }) {
      // The format of a time says it all, and that an integer is a safe one says nothing.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return mapValues(made.schemas, ({ $id: _id, $schema: _schema, ...schema }) => schema);
}
