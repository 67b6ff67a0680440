/** `GET /metrics`: figures for Prometheus. */
import { createRoute } from '@hono/zod-openapi';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { HookStatus } from '../../../../shared/hook-status.ts';
import type { Feed } from '../../feed/index.ts';
import { answerBody } from './answer.ts';
import type { App } from './app.ts';
import { answers } from './described.ts';
import { metricFamilies, type ProcessFigures } from './metrics.ts';
import { metricsText, metricsType } from './metrics-text.ts';
import { firstStatus, type ConfiguredVm } from '../stream/pictures.ts';
import type { StreamFigures } from '../stream/stream-figures.ts';

export interface MetricsRouteOptions {
  readonly feed: Feed;
  readonly vms: () => readonly ConfiguredVm[];
  readonly streams: () => StreamFigures;
  readonly hooks: () => readonly HookStatus[];
  /** Version of BenchTray. */
  readonly version: string;
}

const route = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  summary: 'Figures in the text format of Prometheus',
  responses: answers({ content: { 'text/plain': null } }),
});

export function addMetricsRoute(app: App, { feed, vms, streams, hooks, version }: MetricsRouteOptions): void {
  const processFigures = createProcessFigures();
  app.openapi(route, (c) => {
    const families = metricFamilies({
      version,
      vms: vms().map((vm) => {
        const { status, progress } = feed.snapshot(vm.name);
        const openErrors = feed.openConditions(vm.name).map(({ code }) => code);
        return { name: vm.name, status: status ?? firstStatus(vm), progress, openErrors };
      }),
      streams: streams(),
      journalHead: feed.head(),
      journalBytes: feed.sizeBytes(),
      unwrittenChanges: feed.journalFault()?.unwritten ?? null,
      hooks: hooks(),
      process: processFigures(),
    });
    c.env.outgoing.setHeader('Cache-Control', 'no-store');
    return answerBody(c, metricsType, metricsText(families));
  });
}

const wakeEveryMs = 20;

function createProcessFigures(): () => ProcessFigures {
  // Costs a wake-up each time: only where somebody asks for it.
  const delay = monitorEventLoopDelay({ resolution: wakeEveryMs });
  let isMeasuring = false;

  function loopDelaySeconds(): ProcessFigures['loopDelaySeconds'] {
    // What is recorded is the time from one wake-up to the next.
    const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - wakeEveryMs / 1000);
    const hasFigures = isMeasuring && delay.count > 0;
    const figures = hasFigures
      ? {
          '0.5': seconds(delay.percentile(50)),
          '0.99': seconds(delay.percentile(99)),
          '1': seconds(delay.max),
        }
      : null;
    if (isMeasuring) delay.reset();
    else isMeasuring = delay.enable();
    return figures;
  }

  return () => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    return {
      startedAtMs: performance.timeOrigin,
      cpuSeconds: (user + system) / 1e6,
      residentBytes: rss,
      heapBytes: heapUsed,
      loopDelaySeconds: loopDelaySeconds(),
    };
  };
}
