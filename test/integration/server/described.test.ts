/** What a running server answers is what its own description says: on things made up, and on a VM that plays its runs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoctorCheck, DoctorSummary } from '../../../src/shared/doctor.ts';
import type { HookStatus } from '../../../src/shared/hook-status.ts';
import type { Screens } from '../../../src/shared/screens.ts';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import type { SimulatedVm } from '../../../src/main/engine/demo/index.ts';
import { startSimulatedVm } from '../../support/built.ts';
import type { ComponentName } from '../../../src/main/engine/server/routes/components.ts';
import { startTestMonitor, testConfig, type TestMonitor } from '../../support/monitor.ts';
import { keptLogOf } from '../../support/kept-log.ts';
import { readPrometheus } from '../../support/prometheus.ts';
import { until } from '../../support/wait.ts';
import {
  conditionOf,
  errorOf,
  progressOf,
  runOf,
  startMs,
  statusOf,
  taskOf,
} from '../../unit/feed/fixtures.ts';
import { expectDescribed, expectForm, methodOf, paths } from './described.ts';
import { askAs, startExternalServer, type ExternalServer } from './external-support.ts';
import { ask, openLineClient, type LineClient } from './support.ts';

const payloads: Readonly<Record<string, ComponentName>> = {
  connected: 'Connected',
  vms: 'Vms',
  status: 'Status',
  progress: 'Progress',
  task_complete: 'TaskComplete',
  error: 'Error',
  recovered: 'Recovered',
};

/** @returns the names of the events that came */
function expectEventsDescribed({ events }: Pick<LineClient, 'events'>): string[] {
  for (const { event, data } of events) expectForm(payloads[event] ?? 'Problem', data);
  return [...new Set(events.map(({ event }) => event))].sort();
}

describe('things made up', () => {
  const hook: HookStatus = {
    index: 0,
    id: '0c1f2a7e-52b1-4f7e-9a53-0f3d1d2f6a10',
    kind: 'command',
    target: 'notify.py',
    ok: false,
    last_error: 'It ended with 1.',
    last_at: '2026-01-28T22:55:08.000Z',
    last_success_at: null,
    last_failure_at: '2026-01-28T22:55:08.000Z',
    delivered: 3,
    failures: 1,
    dropped: 0,
    pending: 2,
  };
  const picture = stepPicture(1, 100);
  const screens: Screens = {
    list: () =>
      Promise.resolve({
        ok: true,
        value: [{ name: 'a.png', step: null, takenAt: startMs, sizeBytes: picture.length }],
      }),
    read: (_, name) =>
      Promise.resolve(
        name === 'a.png'
          ? { ok: true, value: picture }
          : { ok: false, problem: { kind: name === 'late' ? 'late' : 'absent', detail: 'It is so.' } },
      ),
    texts: () =>
      Promise.resolve({
        ok: true,
        value: {
          texts: [
            {
              name: 'traj.jsonl',
              bytes: Buffer.from('{"step_num":1,"action":"x","screenshot":"a.png"}\n'),
              ...{ isCut: false, modifiedAt: startMs },
            },
          ],
          screens: [{ name: 'a.png', step: null, takenAt: startMs, sizeBytes: picture.length }],
          clockOffsetMs: 0,
        },
      }),
  };
  const check: DoctorCheck = {
    ...{ check: 'ssh_port', vm: 'vm-a', title: 'SSH port', state: 'failed', found: 'It is closed.' },
    ...{ why: 'It is so.', advice: 'Open it.', command: 'az vm open-port', took_ms: 12 },
  };
  const summary: DoctorSummary = { ok: false, passed: 0, warned: 0, failed: 1, skipped: 0 };
  let running: ExternalServer;
  const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-logs-'));
  beforeAll(async () => {
    const run = runOf('run-1', { state: 'crashed', endedAt: startMs + 1000 });
    running = await startExternalServer(
      {},
      {
        logs: keptLogOf(dataDir, run, 'a task\nan end\n'),
        doctor: () => Promise.resolve({ summary, checks: [check] }),
        hooks: () => [hook],
        screens: (vm) => (vm === 'vm-a' ? screens : null),
        maxConnections: 1,
      },
    );
    const { feed } = running;
    feed.setStatus(
      'vm-a',
      statusOf('vm-a', {
        cost: {
          per_hour_usd: 0.2,
          so_far_usd: 1,
          since: '2026-01-28T22:00:00Z',
          unknown: false,
          as_of: null,
        },
        checked_at: '2026-01-28T22:55:08.123Z',
      }),
    );
    feed.commit({
      vm: 'vm-a',
      at: startMs,
      runs: [runOf('run-0'), run],
      tasks: [
        { record: taskOf('t1'), tell: true },
        {
          record: taskOf('t2', { outcome: 'exception', score: null, message: 'Oh.', startedAt: null }),
          tell: true,
        },
      ],
      moments: [errorOf('vm-a')],
      began: [conditionOf('vm-a', 'probe_down')],
    });
    feed.commit({
      vm: 'vm-gone',
      at: startMs,
      runs: [runOf('gone-1', { vm: 'vm-gone', startedAt: startMs - 1 })],
    });
    for (const hours of [0, 1]) feed.noteHeard('vm-a', { at: startMs + hours * 3_600_000, cost: null });
    feed.setProgress('vm-a', progressOf('vm-a', { domains: [], eta_seconds: 12.5 }), true);
  });
  afterAll(async () => {
    await running.remove();
    rmSync(dataDir, { recursive: true });
  });

  const answers: Readonly<Record<string, readonly string[]>> = {
    '/api/benchmark-sse': ['?interval=x 400', '?error_event=A 400', '?vm=none 404'],
    '/api/status': [' 200'],
    '/api/tasks': [' 200'],
    '/api/runs': [
      ...[' 200', '?vm=vm-b 200', '?vm=vm-gone 200', '?vm=none 404', '?limit=0 400'],
      ...['?state=crashed&q=vm 200', '?state=done 400'],
      ...['?compare=before&limit=3 200', '?compare=before 400', '?compare=after 400'],
    ],
    '/api/compare': ['?a=run-1&b=run-1 200', '?b=run-1 404', '?a=run-1 400'],
    '/api/runs/{id}': ['/api/runs/run-1 200', '/api/runs/none 404'],
    '/api/runs/{id}/tasks': [
      '/api/runs/run-1/tasks 200',
      '/api/runs/run-1/tasks?format=csv 200',
      '/api/runs/run-1/tasks?format=xml 400',
      '/api/runs/none/tasks 404',
    ],
    '/api/runs/{id}/events': [
      '/api/runs/run-1/events 200',
      '/api/runs/run-1/events?kind=error,task&from=2026-01-28T22:55:00Z 200',
      '/api/runs/run-1/events?from=now 400',
      '/api/runs/none/events 404',
    ],
    '/api/runs/{id}/report': ['/api/runs/run-1/report 200', '/api/runs/none/report 404'],
    '/api/runs/{id}/log': [
      '/api/runs/run-1/log 200',
      '/api/runs/run-1/log?from=-10&format=json 200',
      '/api/runs/run-1/log?q=task 200',
      '/api/runs/run-1/log?level=error&format=file 200',
      '/api/runs/run-1/log?bytes=0 400',
      '/api/runs/run-0/log 404',
      '/api/runs/none/log 404',
    ],
    '/api/runs/{id}/log/tasks': ['/api/runs/run-1/log/tasks 200', '/api/runs/none/log/tasks 404'],
    '/api/runs/{id}/tasks/{task}/screens': [
      '/api/runs/run-1/tasks/t1/screens 200',
      '/api/runs/run-1/tasks/t1/screens?attempt=0 400',
      '/api/runs/run-1/tasks/none/screens 404',
    ],
    '/api/runs/{id}/tasks/{task}/screens/{name}': [
      '/api/runs/run-1/tasks/t1/screens/a.png 200',
      '/api/runs/run-1/tasks/t1/screens/b.png 404',
      '/api/runs/run-1/tasks/t1/screens/late 504',
    ],
    '/api/runs/{id}/tasks/{task}/steps': [
      '/api/runs/run-1/tasks/t1/steps 200',
      '/api/runs/run-1/tasks/t1/steps?attempt=x 400',
      '/api/runs/run-1/tasks/none/steps 404',
    ],
    '/api/runs/{id}/tasks/{task}/attempts': [
      '/api/runs/run-1/tasks/t1/attempts 200',
      '/api/runs/run-1/tasks/t1/attempts?attempt=x 400',
      '/api/runs/run-1/tasks/none/attempts 404',
    ],
    '/api/doctor': [' 200', '?vm=vm-a 200', '?vm=none 404'],
    '/api/setup': [' 200'],
    '/api/setup/azure-vms': [' 404'],
    '/api/setup/test': [' 405'],
    '/api/setup/vms': [' 405'],
    '/api/setup/demo': [' 405'],
    '/api/settings': [' 404'],
    '/api/settings/changes': [' 405'],
    '/api/settings/removal': ['?max_megabytes=100 404', '?max_megabytes=x 400'],
    '/api/settings/hooks/{index}/test': ['/api/settings/hooks/0/test 405'],
    '/metrics': [' 200'],
    '/healthz': [' 200'],
    '/api/openapi.json': [' 200'],
    '/': [' 404'],
  };

  it('every path that is described is asked here', () => {
    expect(Object.keys(answers).sort()).toEqual([...paths].sort());
  });

  it.each(paths)('%s', async (path) => {
    for (const asked of answers[path] ?? []) {
      const [place = '', status] = asked.split(' ');
      const url = place.startsWith('/') ? place : path + place;
      const answer = await ask(running.server.url + url);
      expect([url, answer.status]).toEqual([url, Number(status)]);
      expectDescribed(path, answer);
    }
    const local = `${running.server.url}${path}`;
    for (const refused of [
      await ask(local, { method: 'DELETE' }),
      await ask(local, { headers: { Host: 'evil.example' } }),
      await ask(local, { headers: { Origin: 'https://evil.example' } }),
      await askAs(running.url + path),
    ])
      expectDescribed(path, refused);
  });

  it.each(paths)('%s by every method', async (path) => {
    const [usual = ''] = answers[path] ?? [];
    const place = usual.split(' ')[0] ?? '';
    const isStream = path === '/api/benchmark-sse';
    const url = running.server.url + (isStream || !place.startsWith('/') ? path : place);
    const head = await ask(url, { method: 'HEAD' });
    expect(head.text).toBe('');
    if (!isStream) expect(head.status).toBe((await ask(url)).status);
    const options = await ask(url, { method: 'OPTIONS' });
    const own = methodOf(path);
    const allow = own === 'GET' ? 'GET, HEAD, OPTIONS' : `${own}, OPTIONS`;
    expect([options.status, options.headers.allow, options.text]).toEqual([204, allow, '']);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']) {
      if (method === own) continue;
      const refused = await ask(url, { method });
      expect([refused.status, refused.headers.allow]).toEqual([405, allow]);
      expectDescribed(path, refused);
    }
  });

  it('the status that has not changed', async () => {
    const { headers } = await ask(`${running.server.url}/api/status`);
    const unchanged = await ask(`${running.server.url}/api/status`, {
      headers: { 'If-None-Match': headers.etag ?? '' },
    });
    expectDescribed('/api/status', unchanged);
  });

  it('a stream with every kind of event, and one too many', async () => {
    const { feed } = running;
    const stream = await openLineClient(
      `${running.server.url}/api/benchmark-sse?lastEventId=${feed.idOf(0)}`,
    );
    feed.commit({
      vm: 'vm-a',
      at: startMs + 5000,
      ended: [{ code: 'probe_down', message: 'It answers again.' }],
    });
    await stream.expect(1, 'recovered');
    await stream.expect(1, 'progress');
    expect(expectEventsDescribed(stream)).toEqual(Object.keys(payloads).sort());
    expectDescribed('/api/benchmark-sse', await ask(`${running.server.url}/api/benchmark-sse`));
    const { text } = await ask(`${running.server.url}/metrics`);
    const sent = readPrometheus(text).get('benchtray_stream_events_sent_total')?.samples;
    for (const event of Object.keys(payloads)) {
      const count = stream.events.filter((one) => one.event === event).length;
      expect(sent).toContainEqual({ labels: { event }, value: count });
    }
    stream.close();
    const lost = await until(async () => {
      const gone = await openLineClient(`${running.server.url}/api/benchmark-sse?lastEventId=x-1`);
      return gone.status === 200 ? gone : null;
    }, 'there is room again');
    await lost.expect(1, 'connected');
    expect(lost.events[0]?.data['gap']).toBe(true);
    expectEventsDescribed(lost);
    lost.close();
  });
});

describe('a VM that plays', () => {
  let vm: SimulatedVm;
  let monitor: TestMonitor;
  let stream: LineClient;
  beforeAll(async () => {
    vm = await startSimulatedVm({ seed: 7, speed: 60, tasksPerRun: 4 });
    monitor = await startTestMonitor(
      testConfig([vm.vmConfig], {
        hooks: [{ on: ['task_complete'], command: [process.execPath, '-e', ''], timeoutSeconds: 10 }],
      }),
    );
    stream = await openLineClient(`${monitor.url}/api/benchmark-sse?interval=1`);
  });
  afterAll(async () => {
    stream.close();
    await monitor.close();
    await vm.close();
  });

  it('is told as described, from its boot to the end of a run', async () => {
    const isOver = () =>
      stream.events.some(({ event, data }) => event === 'progress' && data['state'] === 'finished');
    do {
      for (const path of ['/api/status', '/api/tasks', '/api/runs'] as const)
        expectDescribed(path, await ask(monitor.url + path));
      readPrometheus((await ask(`${monitor.url}/metrics`)).text);
    } while (!isOver());
    expect(expectEventsDescribed(stream)).toEqual(
      expect.arrayContaining(['connected', 'progress', 'status', 'task_complete']),
    );

    await stream.expect(1, 'task_complete');
    // The VM forgets the screenshots of a run when the next one begins, which may be between two requests.
    const { task, listing, picture } = await until(async () => {
      const newest = stream.events.findLast(({ event }) => event === 'task_complete');
      const path = `${String(newest?.data['run_id'])}/tasks/${String(newest?.data['task_id'])}/screens`;
      const listed = await ask(`${monitor.url}/api/runs/${path}`);
      if (listed.status !== 200) return false;
      const [first] = (JSON.parse(listed.text) as { screens: { url: string }[] }).screens;
      const shown = await ask(monitor.url + (first?.url ?? ''));
      return shown.status === 200 && { task: newest, listing: listed, picture: shown };
    }, 'its screenshots');
    const run = `/api/runs/${String(task?.data['run_id'])}`;
    expectDescribed('/api/runs/{id}', await ask(monitor.url + run));
    expectDescribed('/api/runs/{id}/tasks', await ask(`${monitor.url}${run}/tasks`));
    expectDescribed('/api/runs/{id}/tasks/{task}/screens', listing);
    const task_ = `${run}/tasks/${String(task?.data['task_id'])}`;
    expectDescribed('/api/runs/{id}/tasks/{task}/steps', await ask(`${monitor.url}${task_}/steps`));
    expectDescribed('/api/runs/{id}/tasks/{task}/screens/{name}', picture);
  });
});

it('the page has nothing to check with', () => {
  // Types of the stream come from schemas; the schemas themselves are not to come along.
  const words = readFileSync(new URL('../../../src/shared/stream.ts', import.meta.url), 'utf8');
  const imports = [...words.matchAll(/^(?:import|export) (?!type).*from '(.*)'/gm)].map(([, from]) => from);
  expect(imports).toEqual(['./stream-words.ts']);
});
