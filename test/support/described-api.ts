/** The description of the API as its routes make it. Nothing is asked of the routes, so nothing stands behind them. */
import type { Feed } from '../../src/main/engine/feed/index.ts';
import { describeApi } from '../../src/main/engine/server/routes/description.ts';
import { createRoutes } from '../../src/main/engine/server/routes/index.ts';
import type { Streams } from '../../src/main/engine/server/stream/streams.ts';

export type Json = Record<string, unknown>;

export interface Content {
  readonly schema: { readonly $ref?: string };
}

export interface DescribedAnswer {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, Content>>;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Json }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, DescribedAnswer>>;
}

export interface Description {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, { readonly get?: Operation; readonly post?: Operation }>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Json & { readonly properties?: Record<string, Json> }>>;
    readonly responses: Readonly<Record<string, DescribedAnswer>>;
  };
}

export function describedApi(version = '0.0.0'): Description {
  const { app } = createRoutes({
    feed: {} as Feed,
    streams: {} as Streams,
    faults: { note: () => undefined },
    vms: () => [],
    version,
    maxConnections: () => 1,
    backgroundTasks: () => [],
    hooks: () => [],
    screens: () => null,
    logs: null,
    files: null,
    thresholdOf: () => null,
    kept: null,
    doctor: null,
    setup: null,
    settings: null,
    assetsDir: null,
    url: () => '',
  });
  return describeApi(app, version) as unknown as Description;
}
