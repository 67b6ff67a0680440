/** The route to the doctor: what it tells and when, whom it refuses, and that he goes when nobody listens. */
import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoctorRun } from '../../../src/main/engine/server/index.ts';
import type { DoctorCheck, DoctorSummary } from '../../../src/shared/doctor.ts';
import { until } from '../../support/wait.ts';
import { askAs, startExternalServer, type ExternalServer } from './external-support.ts';
import { ask, openLineClient } from './support.ts';
import { expectForm } from './described.ts';

const checkOf = (state: DoctorCheck['state']): DoctorCheck => ({
  ...{ check: 'ssh_port', vm: 'vm-a', title: 'SSH port', state, found: null, why: 'It is so.' },
  ...{ advice: null, command: null, took_ms: null },
});
const summary: DoctorSummary = { ok: true, passed: 1, warned: 0, failed: 0, skipped: 0 };

interface Visit extends DoctorRun {
  readonly end: () => void;
}
let visits: Visit[];
let running: ExternalServer;
beforeEach(async () => {
  visits = [];
  running = await startExternalServer(
    {},
    {
      allowedOrigins: ['https://grafana.example'],
      async doctor(run) {
        const over = Promise.withResolvers<undefined>();
        visits.push({ ...run, end: () => over.resolve(undefined) });
        run.signal.addEventListener('abort', () => over.resolve(undefined));
        await over.promise;
        return { summary, checks: [checkOf('passed')] };
      },
    },
  );
});
afterEach(() => running.remove());

const url = (query = '') => `${running.server.url}/api/doctor${query}`;
const visit = (index = 0) => until(() => visits[index], 'the doctor is there');

describe('the stream', () => {
  it('tells every change at once, and a summary last, and ends', async () => {
    const client = await openLineClient(url());
    expect([client.status, client.headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(client.headers['cache-control']).toBe('no-store, no-transform');
    const doctor = await visit();
    doctor.onCheck(checkOf('waiting'));
    expect((await client.expect(1, 'check'))[0]?.data).toEqual(checkOf('waiting'));
    doctor.onCheck(checkOf('running'));
    expect((await client.expect(2, 'check'))[1]?.data).toEqual(checkOf('running'));
    const ended = once(client.response, 'end');
    doctor.end();
    await ended;
    expect(client.lines[0]).toBe('retry: 3000');
    expect(client.events.at(-1)).toEqual({ event: 'summary', id: 'end', data: summary });
    for (const { event, data } of client.events)
      expectForm(event === 'check' ? 'DoctorCheck' : 'DoctorSummary', data);
  });

  it('is of the VM that is asked for, or of all', async () => {
    for (const [index, query] of ['', '?vm=*', '?vm=vm-b'].entries()) {
      const client = await openLineClient(url(query));
      const doctor = await visit(index);
      expect(doctor).toMatchObject({ vm: index === 2 ? 'vm-b' : null, url: running.server.url });
      doctor.end();
      await client.expect(1, 'summary');
    }
    expect((await ask(url('?vm=none'))).status).toBe(404);
    expect(visits).toHaveLength(3);
  });

  it('is not begun anew by an EventSource that comes back after the end', async () => {
    const answer = await ask(url(), { headers: { 'Last-Event-ID': 'end' } });
    expect([answer.status, answer.text, visits.length]).toEqual([204, '', 0]);
  });

  it('ends the doctor with the connection', async () => {
    const client = await openLineClient(url());
    const doctor = await visit();
    expect(doctor.signal.aborted).toBe(false);
    client.close();
    await until(() => doctor.signal.aborted, 'the doctor is sent away');
    doctor.onCheck(checkOf('passed'));
  });

  it('ends the doctor with the server', async () => {
    await openLineClient(url());
    const doctor = await visit();
    await running.server.close();
    expect(doctor.signal.aborted).toBe(true);
  });
});

describe('as JSON', () => {
  it('everything comes at the end', async () => {
    const answering = ask(url(), { headers: { Accept: 'application/json' } });
    (await visit()).end();
    const answer = await answering;
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    const body: unknown = JSON.parse(answer.text);
    expect(body).toEqual({ ok: true, summary, checks: [checkOf('passed')] });
    expectForm('DoctorAnswer', body);
  });

  it('ends the doctor with the connection, too', async () => {
    const asked = request(url(), { headers: { Accept: 'application/json' }, agent: false }).end();
    asked.on('error', () => undefined);
    const doctor = await visit();
    asked.destroy();
    await until(() => doctor.signal.aborted, 'the doctor is sent away');
  });
});

describe('refused', () => {
  it.each(['cross-site', 'same-site'])(
    'is a page of another site that cannot read it anyway: %s',
    async (site) => {
      const answer = await ask(url(), { headers: { 'Sec-Fetch-Site': site } });
      expect([answer.status, visits.length]).toEqual([403, 0]);
      expect(answer.text).toContain('another site');
    },
  );

  it('is a page of another origin, and another name', async () => {
    const origin = await ask(url(), {
      headers: { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
    });
    expect([origin.status, origin.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    expect((await ask(url(), { headers: { Host: 'evil.example' } })).status).toBe(421);
    expect(visits).toEqual([]);
  });

  it.each([
    ['same-origin', undefined],
    ['none', undefined],
    ['cross-site', 'https://grafana.example'],
    ['cross-site', 'benchtray://app'],
  ])('is not a page of ours, or one that is allowed: %s %s', async (site, origin) => {
    const headers = { 'Sec-Fetch-Site': site, ...(origin === undefined ? {} : { Origin: origin }) };
    const client = await openLineClient(url(), headers);
    expect(client.status).toBe(200);
    (await visit()).end();
    await client.expect(1, 'summary');
  });

  it('is another machine, also with a key', async () => {
    const answer = await askAs(`${running.url}/api/doctor`, { headers: { 'X-API-Key': running.key } });
    expect([answer.status, visits.length]).toEqual([403, 0]);
    expect(answer.text).toContain('this machine only');
  });

  it('is a third at the same time, until there is room', async () => {
    const first = await openLineClient(url());
    await openLineClient(url());
    await visit(1);
    const third = await ask(url());
    expect([third.status, third.headers['retry-after']]).toEqual([503, '10']);
    first.close();
    await until(async () => {
      const again = await openLineClient(url());
      return again.status === 200;
    }, 'there is room again');
  });

  it('is every method that could change something, and HEAD and OPTIONS start nothing', async () => {
    expect((await ask(url(), { method: 'POST' })).status).toBe(405);
    const head = await ask(url(), { method: 'HEAD' });
    expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect((await ask(url(), { method: 'OPTIONS' })).status).toBe(204);
    expect(visits).toEqual([]);
  });
});
