import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricFamilies, type MetricsSource } from '../../../src/main/engine/server/routes/metrics.ts';
import { metricsText } from '../../../src/main/engine/server/routes/metrics-text.ts';
import { createStreamCounters } from '../../../src/main/engine/server/stream/stream-figures.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { readPrometheus } from '../../support/prometheus.ts';
import { progressOf, statusOf } from '../feed/fixtures.ts';

const source: MetricsSource = {
  version: '1.2.3',
  vms: [
    {
      name: 'a "VM"\\\n',
      status: statusOf('a', {
        connected: true,
        phase: 'oobe',
        power_state: 'running',
        checked_at: '2026-01-28T22:55:08.500Z',
        cost: {
          per_hour_usd: 0.2,
          so_far_usd: 1.5,
          since: '2026-01-28T22:00:00.000Z',
          unknown: false,
          as_of: null,
        },
      }),
      progress: progressOf('a', { eta_seconds: 90, state: 'stalled', score_sum: 2.5 }),
      openErrors: ['run_stalled'],
    },
    { name: 'new', status: statusOf('new'), progress: null, openErrors: [] },
  ],
  streams: { ...createStreamCounters(), open: 3, opened: 7, cut: 1 },
  journalHead: 42,
  journalBytes: 81_920,
  unwrittenChanges: null,
  hooks: [
    {
      index: 0,
      id: 'a',
      kind: 'url',
      target: 'https://ntfy.example/…',
      ok: false,
      last_error: 'It answers 500.',
      last_at: null,
      last_success_at: null,
      last_failure_at: null,
      delivered: 5,
      failures: 2,
      dropped: 1,
      pending: 4,
    },
  ],
  process: {
    startedAtMs: 1_700_000_000_000,
    cpuSeconds: 1.25,
    residentBytes: 1e8,
    heapBytes: 1e7,
    loopDelaySeconds: { '0.99': 0.0213 },
  },
};
const read = (changes: Partial<MetricsSource> = {}) =>
  readPrometheus(metricsText(metricFamilies({ ...source, ...changes })));

describe('the figures', () => {
  const families = read();
  const vm = 'a "VM"\\\n';
  const value = (name: string, labels: Record<string, string> = {}) =>
    families
      .get(name)
      ?.samples.filter((sample) =>
        Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
      )
      .map((sample) => sample.value);

  it.each([
    ['benchtray_vm_connected', { vm }, 1],
    ['benchtray_vm_connected', { vm: 'new' }, 0],
    ['benchtray_vm_waa_ready', { vm }, 0],
    ['benchtray_vm_phase', { vm, phase: 'oobe' }, 1],
    ['benchtray_vm_phase', { vm, phase: 'ready' }, 0],
    ['benchtray_vm_power_state', { vm, state: 'running' }, 1],
    ['benchtray_vm_last_look_timestamp_seconds', { vm }, Date.parse('2026-01-28T22:55:08.500Z') / 1000],
    ['benchtray_vm_cost_usd', { vm }, 1.5],
    ['benchtray_vm_error_open', { vm, code: 'run_stalled' }, 1],
    ['benchtray_vm_error_open', { vm, code: 'probe_down' }, 0],
    ['benchtray_run_state', { vm, state: 'stalled' }, 1],
    ['benchtray_run_state', { vm, state: 'running' }, 0],
    ['benchtray_run_tasks_completed', { vm }, 4],
    ['benchtray_run_tasks_planned', { vm }, 30],
    ['benchtray_run_tasks_succeeded', { vm }, 2],
    ['benchtray_run_score_sum', { vm }, 2.5],
    ['benchtray_run_tasks_scored', { vm }, 4],
    ['benchtray_run_mean_score', { vm }, 0.5],
    ['benchtray_run_pass_rate', { vm }, 0.5],
    ['benchtray_run_eta_seconds', { vm }, 90],
    ['benchtray_streams_open', {}, 3],
    ['benchtray_streams_opened_total', {}, 7],
    ['benchtray_streams_cut_total', {}, 1],
    ['benchtray_stream_events_sent_total', { event: 'status' }, 0],
    ['benchtray_journal_head', {}, 42],
    ['benchtray_journal_size_bytes', {}, 81_920],
    ['benchtray_journal_ok', {}, 1],
    ['benchtray_journal_unwritten', {}, 0],
    ['benchtray_hook_failures_total', { hook: '0', kind: 'url' }, 2],
    ['benchtray_hook_ok', { hook: '0' }, 0],
    ['benchtray_build_info', { version: '1.2.3' }, 1],
    ['benchtray_event_loop_delay_seconds', { quantile: '0.99' }, 0.0213],
    ['process_start_time_seconds', {}, 1_700_000_000],
    ['process_cpu_seconds_total', {}, 1.25],
  ])('%s %j is %d', (name, labels, expected) => {
    expect(value(name, labels)).toEqual([expected]);
  });

  it('say that the journal cannot be written', () => {
    const failing = read({ unwrittenChanges: 7 });
    expect(
      ['benchtray_journal_ok', 'benchtray_journal_unwritten'].map(
        (name) => failing.get(name)?.samples[0]?.value,
      ),
    ).toEqual([0, 7]);
  });

  it('leave out what is not known', () => {
    for (const name of [
      'benchtray_vm_last_look_timestamp_seconds',
      'benchtray_vm_cost_usd',
      'benchtray_run_state',
    ])
      expect(value(name, { vm: 'new' })).toEqual([]);
    const bare = read({ vms: [], hooks: [], process: { ...source.process, loopDelaySeconds: null } });
    expect([...bare.keys()].filter((name) => /_(vm|run|hook|event_loop)_/.test(name))).toEqual([]);
  });

  it('follow the customs: counters end with _total, nothing else does, and units stand in full', () => {
    for (const [name, { type, help }] of families) {
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(name).toMatch(/^(benchtray|process)_[a-z_]+$/);
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|mb)(_|$)/);
      expect(help).toMatch(/\.$/);
    }
  });

  it('have as many labels with a run of any size, and no name of a task or a run among them', () => {
    const size = (map: ReturnType<typeof read>) =>
      [...map.values()].reduce((sum, { samples }) => sum + samples.length, 0);
    const vms = source.vms.map((one) => ({
      ...one,
      progress: one.progress && {
        ...one.progress,
        run_id: 'another',
        current_task: 'another',
        total_tasks: 9999,
      },
    }));
    expect(size(read({ vms }))).toBe(size(families));
    expect(metricsText(metricFamilies({ ...source, vms }))).not.toContain('another');
  });
});

describe('the text', () => {
  it('can be read back, whatever stands in labels and help', () => {
    const text = fc.string({ unit: anyCharacter });
    fc.assert(
      fc.property(text, text, fc.double(), (label, help, value) => {
        const written = metricsText([
          { name: 'a_b', type: 'gauge', help, samples: [{ labels: { l: label }, value }] },
        ]);
        const family = readPrometheus(written).get('a_b');
        expect(family).toEqual({
          type: 'gauge',
          help,
          samples: [{ labels: { l: label }, value: value === 0 ? 0 : value }],
        });
      }),
    );
  });

  it('is UTF-8 even with half a character in a label', () => {
    const written = metricsText([
      { name: 'a', type: 'gauge', help: 'A.', samples: [{ labels: { l: '\ud800' }, value: 1 }] },
    ]);
    expect(written).toBe('# HELP a A.\n# TYPE a gauge\na{l="\ufffd"} 1\n');
  });

  it('has no room for names that are none', () => {
    const family = (name: string, label: string) => () =>
      metricsText([{ name, type: 'gauge', help: '', samples: [{ labels: { [label]: '' }, value: 1 }] }]);
    for (const name of ['', '1a', 'a b', 'a\nb', 'ä']) {
      expect(family(name, 'l')).toThrow('Not a name');
      expect(family('a', name)).toThrow('Not a name');
    }
  });
});
