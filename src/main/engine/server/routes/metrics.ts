/**
 * What is told to Prometheus: the newest picture of each VM, and how the server itself fares. Pure. Labels have few values: VMs,
 * hooks, phases, states and codes, and never a task or a run, of which there is no end.
 */
import type { HookStatus } from '../../../../shared/hook-status.ts';
import { phases, runOutcomes, stateCodes, type ErrorCode } from '../../../../shared/stream.ts';
import type { Snapshot } from '../../feed/index.ts';
import type { MetricFamily, MetricSample } from './metrics-text.ts';
import type { StreamFigures } from '../stream/stream-figures.ts';

export interface MetricsSource {
  /** Version of BenchTray. */
  readonly version: string;
  readonly vms: readonly VmFigures[];
  readonly streams: StreamFigures;
  /** Number of the newest event. */
  readonly journalHead: number;
  readonly journalBytes: number;
  /** Changes that wait for the disk; null: it takes what it is given. */
  readonly unwrittenChanges: number | null;
  readonly hooks: readonly HookStatus[];
  readonly process: ProcessFigures;
}

export interface VmFigures extends Snapshot {
  readonly name: string;
  /** Codes of the troubles that have begun and are not over. */
  readonly openErrors: readonly ErrorCode[];
}

export interface ProcessFigures {
  readonly startedAtMs: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** By quantile, since it was last asked for; null: not measured yet. */
  readonly loopDelaySeconds: Readonly<Record<string, number>> | null;
}

export function metricFamilies(source: MetricsSource): readonly MetricFamily[] {
  return [
    ...vmFamilies(source.vms),
    ...runFamilies(source.vms),
    ...serverFamilies(source),
    ...hookFamilies(source.hooks),
    ...processFamilies(source),
  ];
}

function vmFamilies(vms: readonly VmFigures[]): MetricFamily[] {
  const status = (value: (figures: NonNullable<VmFigures['status']>) => number | null): MetricSample[] =>
    vms.flatMap(({ name, status: shown }) => sample({ vm: name }, shown === null ? null : value(shown)));
  return [
    gauge(
      'benchtray_vm_connected',
      '1: the VM answers over SSH.',
      status((vm) => Number(vm.connected)),
    ),
    gauge(
      'benchtray_vm_waa_ready',
      "1: the benchmark server's own /probe answers.",
      status((vm) => Number(vm.waa_ready)),
    ),
    gauge(
      'benchtray_vm_phase',
      '1 for the phase that the VM is in, 0 for the others.',
      vms.flatMap(({ name, status: shown }) => stateSet({ vm: name }, 'phase', phases, shown?.phase)),
    ),
    gauge(
      'benchtray_vm_power_state',
      'Always 1: the state that the cloud tells of the VM, as label.',
      vms.flatMap(({ name, status: shown }) =>
        shown?.power_state == null ? [] : [{ labels: { vm: name, state: shown.power_state }, value: 1 }],
      ),
    ),
    gauge(
      'benchtray_vm_last_look_timestamp_seconds',
      'When the VM was last looked at, in Unix time.',
      status((vm) => unixSeconds(vm.checked_at)),
    ),
    gauge(
      'benchtray_vm_cost_usd',
      'What the VM has cost since it was started, US dollars.',
      status((vm) => vm.cost?.so_far_usd ?? null),
    ),
    gauge(
      'benchtray_vm_error_open',
      '1: this trouble has begun and is not over.',
      vms.flatMap(({ name, openErrors }) =>
        stateCodes.map((code) => ({
          labels: { vm: name, code },
          value: Number(openErrors.includes(code)),
        })),
      ),
    ),
  ];
}

/** Of the newest run of each VM: with the next run they begin anew, which is why none is a counter. */
function runFamilies(vms: readonly VmFigures[]): MetricFamily[] {
  const run = (value: (figures: NonNullable<VmFigures['progress']>) => number | null): MetricSample[] =>
    vms.flatMap(({ name, progress }) => sample({ vm: name }, progress === null ? null : value(progress)));
  return [
    gauge(
      'benchtray_run_state',
      '1 for the state that the newest run is in, 0 for the others.',
      vms.flatMap(({ name, progress }) =>
        progress === null ? [] : stateSet({ vm: name }, 'state', runOutcomes, progress.state),
      ),
    ),
    gauge(
      'benchtray_run_tasks_planned',
      'Tasks of the newest run; 0 while unknown.',
      run((progress) => progress.total_tasks),
    ),
    gauge(
      'benchtray_run_tasks_completed',
      'Tasks of the newest run that ended.',
      run((progress) => progress.tasks_completed),
    ),
    gauge(
      'benchtray_run_tasks_succeeded',
      'Tasks of the newest run that passed.',
      run((progress) => progress.succeeded),
    ),
    gauge(
      'benchtray_run_score_sum',
      'Sum of the scores of the newest run.',
      run((progress) => progress.score_sum),
    ),
    gauge(
      'benchtray_run_tasks_scored',
      'Tasks of the newest run that have a score.',
      run((progress) => progress.tasks_scored),
    ),
    gauge(
      'benchtray_run_mean_score',
      'Mean score of the newest run over its scored tasks, 0 to 1.',
      run((progress) => progress.mean_score),
    ),
    gauge(
      'benchtray_run_pass_rate',
      'Share of the scored tasks of the newest run that passed, 0 to 1.',
      run((progress) => progress.pass_rate),
    ),
    gauge(
      'benchtray_run_start_timestamp_seconds',
      'When the newest run began, in Unix time.',
      run((progress) => unixSeconds(progress.started_at)),
    ),
    gauge(
      'benchtray_run_eta_seconds',
      'How long the newest run is expected to go on.',
      run((progress) => progress.eta_seconds),
    ),
  ];
}

function serverFamilies(source: MetricsSource): MetricFamily[] {
  const { streams, journalHead, journalBytes, unwrittenChanges } = source;
  return [
    gauge('benchtray_streams_open', 'Event streams that are open.', [{ value: streams.open }]),
    counter('benchtray_streams_opened_total', 'Event streams that were opened.', [{ value: streams.opened }]),
    counter('benchtray_streams_cut_total', 'Clients that were disconnected because they did not read.', [
      { value: streams.cut },
    ]),
    counter(
      'benchtray_stream_events_sent_total',
      'Events that were sent, to all clients together.',
      Object.entries(streams.sent).map(([event, value]) => ({ labels: { event }, value })),
    ),
    gauge('benchtray_journal_head', 'Number of the newest event of the journal.', [{ value: journalHead }]),
    gauge('benchtray_journal_size_bytes', 'Size of the journal on disk, as far as it is in use.', [
      { value: journalBytes },
    ]),
    gauge('benchtray_journal_ok', '1: what is told is on disk; 0: the disk is full or fails.', [
      { value: Number(unwrittenChanges === null) },
    ]),
    gauge('benchtray_journal_unwritten', 'Changes that were told and wait for the disk.', [
      { value: unwrittenChanges ?? 0 },
    ]),
  ];
}

function hookFamilies(hooks: readonly HookStatus[]): MetricFamily[] {
  const each = (value: (hook: HookStatus) => number | null): MetricSample[] =>
    hooks.flatMap((hook) => sample({ hook: String(hook.index), kind: hook.kind }, value(hook)));
  return [
    gauge(
      'benchtray_hook_ok',
      '1: the newest attempt of the hook went well.',
      each((hook) => (hook.ok === null ? null : Number(hook.ok))),
    ),
    gauge(
      'benchtray_hook_pending',
      'Events that wait for the hook.',
      each((hook) => hook.pending),
    ),
    counter(
      'benchtray_hook_delivered_total',
      'Events that arrived by the hook.',
      each((hook) => hook.delivered),
    ),
    counter(
      'benchtray_hook_failures_total',
      'Events that the hook gave up after its last attempt.',
      each((hook) => hook.failures),
    ),
    counter(
      'benchtray_hook_dropped_total',
      'Events that the hook never tried, because too many waited.',
      each((hook) => hook.dropped),
    ),
  ];
}

/** The `process_` names are those that Prometheus' client libraries share. */
function processFamilies({ version, process: own }: MetricsSource): MetricFamily[] {
  const delays = Object.entries(own.loopDelaySeconds ?? {});
  return [
    gauge('benchtray_build_info', 'Always 1: the version of BenchTray, as label.', [
      { labels: { version }, value: 1 },
    ]),
    gauge(
      'benchtray_event_loop_delay_seconds',
      'How late the event loop was since these figures were last asked for; measured from the first time on.',
      delays.map(([quantile, value]) => ({ labels: { quantile }, value })),
    ),
    counter('process_cpu_seconds_total', 'User and system time of the process.', [{ value: own.cpuSeconds }]),
    gauge('process_resident_memory_bytes', 'Memory of the process.', [{ value: own.residentBytes }]),
    gauge('process_heap_bytes', 'Memory of the JavaScript heap that is in use.', [{ value: own.heapBytes }]),
    gauge('process_start_time_seconds', 'When the process began, in Unix time.', [
      { value: own.startedAtMs / 1000 },
    ]),
  ];
}

function gauge(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, type: 'gauge', help, samples };
}

function counter(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, type: 'counter', help, samples };
}

function sample(labels: Readonly<Record<string, string>>, value: number | null): MetricSample[] {
  return value === null ? [] : [{ labels, value }];
}

function stateSet(
  labels: Readonly<Record<string, string>>,
  name: string,
  states: readonly string[],
  now: string | undefined,
): MetricSample[] {
  return states.map((state) => ({ labels: { ...labels, [name]: state }, value: Number(state === now) }));
}

function unixSeconds(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso) / 1000;
}
