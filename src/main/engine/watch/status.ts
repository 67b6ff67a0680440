/** What is known of a VM → the `status` event. Pure. */
import type { Cost, Phase, VmStatus } from '../../../shared/stream.ts';
import { describeRunner, type BootState, type BootTrouble } from '../vm/index.ts';
import { cloudPhase, cloudText, powerStateOf } from './cloud/cloud-sight.ts';
import { findingsOf } from './findings.ts';
import { isCreated, isReady, isRestartLoop, runsOnHost, type Sight } from './sight.ts';
import { isBeyondKnowing, unreachedReason } from './link/unreached.ts';
import { unheardReason } from './unheard.ts';

export interface StatusFrame {
  readonly vm: string;
  /** "user@host:port" */
  readonly address: string | null;
  readonly vncUrl: string | null;
  /** When the VM was last looked at; epoch milliseconds. */
  readonly checkedAtMs: number | null;
  /** When the VM last answered; epoch milliseconds, null: never. */
  readonly heardAtMs: number | null;
  readonly cost: Cost | null;
}

export function statusOf(sight: Sight, frame: StatusFrame): VmStatus {
  const phase = phaseOf(sight);
  const runner = sight.inside?.runners[0] ?? sight.host?.runners[0];
  const connected = sight.ssh.kind !== 'down';
  return {
    type: 'vm_status',
    connected,
    phase,
    waa_ready: isReady(sight),
    probe: { status: probeText(sight), vnc_url: frame.vncUrl },
    vm: frame.vm,
    power_state: powerStateOf(sight),
    detail: {
      text: phaseText(sight, phase),
      percent: phase === sight.boot.phase ? sight.boot.percent : null,
      reason: unreachedReason(sight),
      address: frame.address,
      container:
        sight.container.kind === 'running' || sight.container.kind === 'stopped'
          ? sight.container.name
          : null,
      probe_address: sight.probe.place,
      log: sight.log.path,
      runner: runner === undefined ? null : describeRunner(runner),
      found: findingsOf(sight),
    },
    checked_at: isoTime(frame.checkedAtMs),
    as_of: connected ? null : isoTime(frame.heardAtMs),
    cost: frame.cost,
  };
}

function isoTime(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}

export function phaseOf(sight: Sight): Phase {
  if (sight.ssh.kind === 'down')
    return cloudPhase(sight) ?? (sight.ssh.everUp || isBeyondKnowing(sight) ? 'unknown' : 'offline');
  if (isReady(sight)) return 'ready';
  // Without a Windows that is prepared for it, a benchmark has no phase.
  if (sight.container.kind !== 'running' && runsOnHost(sight)) return 'unknown';
  const { wasReady, answer } = sight.probe;
  // Whether a guest that answered on an earlier connection still does is not known yet.
  const whenSilent = wasReady && answer === null ? 'unknown' : 'oobe';
  switch (sight.container.kind) {
    case 'unknown':
      // A guest that answered may be seen without docker; one that never did cannot.
      return wasReady ? whenSilent : 'unknown';
    case 'absent':
      return 'offline';
    case 'stopped':
      return isCreated(sight.container) ? 'starting' : 'offline';
    case 'running':
      if (sight.boot.phase === 'stopping') return 'stopping';
      return wasReady ? whenSilent : (sight.boot.phase ?? 'starting');
  }
}

function probeText(sight: Sight): string {
  if (isReady(sight)) return 'ready';
  if (sight.ssh.kind === 'down')
    return phaseOf(sight) === 'offline' && cloudPhase(sight) !== null
      ? 'Not running'
      : 'Unknown: no SSH connection';
  const { answer, wasReady } = sight.probe;
  if (answer === null && wasReady) return 'Unknown: no answer on this connection';
  return answer === null || answer.kind === 'ready' ? 'Not asked yet' : answer.text;
}

/** Returns what there is to say about a VM without a connection. */
export function unreachedText(sight: Sight): string {
  const { ssh } = sight;
  const { cloud } = sight;
  // Azure knows more of a VM that has no address than the attempt to reach it.
  const isOfAzure = cloudPhase(sight) !== null || (cloud?.isAddressWanted === true && cloud.facts !== null);
  const reason = isBeyondKnowing(sight) && !isOfAzure ? unreachedReason(sight) : null;
  if (reason !== null) return `Unknown: ${reason.replace(/\.$/, '')}`;
  const isLost = ssh.kind === 'down' && ssh.everUp;
  return cloudText(sight) ?? (isLost ? 'The SSH connection is lost' : 'Not reached yet');
}

const phaseWords: Readonly<Record<Phase, string>> = {
  offline: 'Windows is not running',
  starting: 'The container starts',
  downloading: 'Downloading Windows',
  extracting: 'Extracting the Windows image',
  configuring: 'Configuring the Windows image',
  building: 'Building the Windows image',
  booting: 'Booting Windows',
  oobe: 'Windows is up, the benchmark server does not answer yet',
  ready: 'Ready',
  stopping: 'Windows shuts down',
  unknown: 'Nothing is known at the moment',
};

/** Returns the text of the phase for a person, in our own words. */
export function phaseText(sight: Sight, phase: Phase): string {
  if (sight.ssh.kind === 'down') return unreachedText(sight);
  if (phase === 'ready') return withReason(phaseWords.ready, unheardReason(sight));
  if (phase === 'unknown' && runsOnHost(sight))
    return withReason(
      'The benchmark runs on the VM itself, without a Windows container',
      unheardReason(sight),
    );
  if (phase === 'oobe' && sight.probe.wasReady) return 'The benchmark server has stopped answering';
  if (phase === 'offline' && sight.container.kind === 'absent')
    return 'There is no benchmark container on the VM';
  if (phase === 'offline' && sight.container.kind === 'stopped') {
    // Not docker's own words: "3 minutes ago" is another state every minute, while nothing happens.
    const { state, exitCode, startError } = sight.container;
    if (startError !== undefined) return 'The container could not be started';
    const code = state === 'exited' && exitCode !== null ? ` (${exitCode})` : '';
    const because = newestTrouble(sight.boot)?.words ?? null;
    const what = isRestartLoop(sight)
      ? 'The container restarts in a loop'
      : `The container is not running: ${state}${code}`;
    return withReason(what, because);
  }
  if (phase === 'unknown' && sight.container.kind === 'running')
    return 'The benchmark server cannot be asked at the moment';
  const isBooting = sight.container.kind === 'running' && phase !== 'stopping';
  return isBooting ? bootText(sight.boot, phase, isRestartLoop(sight)) : phaseWords[phase];
}

/** Returns how far a boot is, in one line of our own words: the step, its percentage, and what is wrong. */
export function bootText(boot: BootState, phase: Phase, isLoop = false): string {
  const { text, percent } = phase === boot.phase ? boot : { text: null, percent: null };
  const step = (text ?? phaseWords[phase]) + (percent === null ? '' : ` (${percent}%)`);
  const trouble = newestTrouble(boot);
  if (trouble === undefined) return step;
  if (!boot.troubles.includes(trouble))
    return `${step}; ${isLoop ? 'the container restarts in a loop' : 'the start before failed'}: ${trouble.words}`;
  // The script says that Windows has started once QEMU has lasted for 30 s, whatever it does.
  const isDead = phase === 'oobe' && (trouble.kind === 'kvm' || trouble.kind === 'start');
  return isDead ? capitalized(trouble.words) : `${step}; ${trouble.words}`;
}

/** Troubles that a person should see beside the phase. */
const toldKinds: readonly BootTrouble['kind'][] = ['kvm', 'disk', 'download', 'network', 'start'];

/** Returns the newest trouble to tell, of this boot or else of the one before. */
function newestTrouble({ carried, troubles }: BootState): BootTrouble | undefined {
  return [...carried, ...troubles].findLast(({ kind }) => toldKinds.includes(kind));
}

const withReason = (text: string, reason: string | null): string =>
  reason === null ? text : `${text}; ${reason}`;

const capitalized = (clause: string): string => clause.charAt(0).toUpperCase() + clause.slice(1);
