import { describe, expect, it } from 'vitest';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describedApi, type Json } from '../../support/described-api.ts';

const description = describedApi('1.2.3');
const schema = (name: string) => description.components.schemas[name];

/** Every object within, with itself. */
function parts(value: unknown): Json[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : [value as Json]), ...Object.values(value).flatMap(parts)];
}

describe('the description', () => {
  it('is plain JSON of OpenAPI 3.1 for this version', () => {
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    expect([description.openapi, description.info.version]).toEqual(['3.1.1', '1.2.3']);
  });

  it('is valid by the schema that the OpenAPI Initiative publishes', async () => {
    const validator = new Validator();
    const plain = (): Json => JSON.parse(JSON.stringify(description)) as Json;
    expect(await validator.validate(plain())).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    const broken = plain();
    delete broken['info'];
    expect(await validator.validate(broken)).toMatchObject({ valid: false });
  });

  it('names the schema of every body', () => {
    const bodies = Object.entries(description.paths).flatMap(([path, { post }]) =>
      post === undefined ? [] : [[path, post.requestBody?.content['application/json']?.schema]],
    );
    expect(Object.fromEntries(bodies)).toEqual({
      '/api/settings/changes': { $ref: '#/components/schemas/SettingChanges' },
      '/api/settings/hooks/{index}/test': undefined,
      '/api/setup/test': { $ref: '#/components/schemas/VmDraft' },
      '/api/setup/vms': { $ref: '#/components/schemas/VmDraft' },
      '/api/setup/demo': { $ref: '#/components/schemas/DemoSwitch' },
    });
  });

  it('points at nothing that is not in it, and has nothing that nobody points at', () => {
    const references = new Set(
      parts(description).flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : [])),
    );
    for (const reference of references) {
      const found = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Json | undefined)?.[key], description);
      expect(found, reference).toBeDefined();
    }
    for (const name of Object.keys(description.components.schemas))
      expect(references).toContain(`#/components/schemas/${name}`);
  });

  it('names every operation once, and every parameter of its path', () => {
    const operations = Object.entries(description.paths).flatMap(([path, { get, post }]) =>
      [get, post].flatMap((operation) => (operation === undefined ? [] : [{ path, ...operation }])),
    );
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { path, parameters = [], responses } of operations) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      expect(path).not.toContain(':');
      expect(Object.keys(responses)).toEqual(
        expect.arrayContaining(['200', '401', '403', '405', '421', 'default']),
      );
    }
  });

  it('has the parameters with the rules that they are read by', () => {
    const parameters = (path: string) =>
      description.paths[path]?.get?.parameters?.map((parameter) => [
        parameter.name,
        parameter.in,
        parameter.schema,
      ]);
    expect(parameters('/api/benchmark-sse')).toEqual([
      ['Last-Event-ID', 'header', { type: 'string' }],
      ['interval', 'query', { type: 'number', default: 5 }],
      ['vm', 'query', { type: 'string' }],
      ['error_event', 'query', { type: 'string', default: 'error', pattern: '^[a-z_]+$' }],
      ['lastEventId', 'query', { type: 'string' }],
    ]);
    expect(parameters('/api/runs')?.[1]).toEqual([
      'limit',
      'query',
      { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    ]);
  });

  it('has the answers with units and meanings, and lets fields be added', () => {
    expect(schema('Status')?.properties?.['checked_at']).toEqual({
      description: 'When the VM was last looked at, also by an earlier process; null before the first look.',
      anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }],
    });
    expect(schema('Task')?.properties?.['attempt']).toEqual({ type: 'integer', exclusiveMinimum: 0 });
    expect(schema('Runs')).toMatchObject({ type: 'array', items: { $ref: '#/components/schemas/Run' } });
    for (const part of parts(description.components.schemas))
      expect(part['additionalProperties']).not.toBe(false);
  });
});
