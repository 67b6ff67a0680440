/** Troubles with docker and the benchmark's container. */
import { endingTroubles, exitMeaning, startErrorHint } from '../../vm/index.ts';
import { shellQuote } from '../../common/terminal.ts';
import {
  isCreated,
  isRestartLoop,
  mayRestartAgain,
  runsOnHost,
  type ContainerSight,
  type Sight,
} from '../sight.ts';
import { whileUp, type Rules, type Verdict } from './rule.ts';

/** A container that is gone in one look may just be restarting, which some benchmarks do between tasks; so may docker. */
const looksUntilGone = 2;

/** Something that was never seen may be missing for this long before BenchTray reports it, while it may still appear. */
const patienceAtFirst = 6;
/** An engine that is not up yet, or that has not answered its first question. Docker changed its words in version 29. */
const isStartingUp = /in time|(cannot|failed to) connect to|daemon (is )?running|cannot access containerd/i;

/** A run that only its results show, and no container was ever seen beside it. */
function runsWithoutContainer({ run, startedAt }: Sight): boolean {
  return run?.isRunning === true && startedAt === null;
}

/** Whether a container may still appear: the engine starts, or results on the VM may prove to be a run. */
function isUndecided({ docker, startedAt, results }: Sight): boolean {
  if (startedAt !== null) return false;
  return results?.where === 'host' || (docker.kind === 'failed' && isStartingUp.test(docker.detail));
}

export const containerRules: Rules = {
  docker_denied: whileUp(({ docker }) => {
    if (docker.kind === 'unknown') return 'unknown';
    if (docker.kind !== 'denied') return 'clear';
    return {
      severity: 'warning',
      message: 'This user may not use docker on the VM.',
      detail: docker.detail,
      hint: 'On the VM, run: sudo usermod -aG docker $USER. BenchTray then logs in again by itself.',
    };
  }),

  container_missing: whileUp((sight, { missingAfterMs }) => {
    if (runsOnHost(sight) || runsWithoutContainer(sight)) return 'clear';
    const { docker, container, run, answered, missing, machine } = sight;
    const isThere = container.kind === 'running' || container.kind === 'stopped';
    if (isThere && docker.kind !== 'failed') return 'clear';
    // A benchmark on the VM itself may not have been found yet.
    if (!answered.docker || !answered.host || !answered.runs) return 'unknown';
    const patience = isUndecided(sight) ? patienceAtFirst : 1;
    if (missing === null || missing.looks < looksUntilGone || missing.forMs < patience * missingAfterMs)
      return 'unknown';
    if (docker.kind === 'missing') {
      return {
        severity: 'warning',
        message: 'There is no docker on the VM.',
        detail: docker.detail,
        hint: 'Is this the right machine? Install docker, or follow a log on the VM itself by "benchmark.log".',
      };
    }
    if (docker.kind === 'failed') {
      return {
        severity: 'critical',
        message: 'Docker on the VM does not answer properly.',
        detail: docker.detail,
        hint: 'On the VM: sudo systemctl status docker',
      };
    }
    if (container.kind !== 'absent') return 'unknown';
    return {
      // The official script removes the container with the end of its run: nothing is wrong then.
      severity: run?.endedWell === true ? 'warning' : 'critical',
      message:
        container.wanted === null
          ? 'There is no benchmark container on the VM.'
          : `There is no container "${container.wanted}" on the VM.`,
      detail:
        machine?.kvm === false
          ? 'The VM has no /dev/kvm, so a container that asks for it cannot start.'
          : null,
      hint: 'Start the benchmark, or name its container in "container" if it has a name of its own (docker ps -a).',
    };
  }),

  container_exited: whileUp((sight) => {
    const { container, answered } = sight;
    if (container.kind === 'unknown') return 'unknown';
    // Up for a moment, until it ends as before.
    if (container.kind === 'running' && mayRestartAgain(sight)) return 'unknown';
    if (container.kind !== 'stopped' || isCreated(container) || runsOnHost(sight)) return 'clear';
    // A benchmark on the VM itself may not have been found yet.
    if (!answered.host || !answered.runs) return 'unknown';
    return container.looks < looksUntilGone ? 'unknown' : exited(container, sight);
  }),
};

/** The scripts that start Windows end with a code of their own if they fail. */
function failedToStart(exitCode: number | null): boolean {
  return exitCode !== null && exitCode > 10 && exitCode < 100;
}

function exited(container: Extract<ContainerSight, { kind: 'stopped' }>, sight: Sight): Verdict {
  const { name, state, status, exitCode, startError } = container;
  const { boot, starts } = sight;
  if (startError !== undefined) {
    return {
      severity: 'critical',
      message: `The container ${name} could not be started.`,
      detail: startError,
      hint: startErrorHint(startError) ?? `On the VM: docker start ${shellQuote(name)}`,
    };
  }
  const meaning = exitCode === null ? null : exitMeaning(exitCode);
  const exit = exitCode === null ? null : (meaning?.text ?? `Exit code ${exitCode}`);
  // Other rules report these two kinds under codes of their own.
  const told = failedToStart(exitCode) ? boot.troubles : endingTroubles(boot);
  const said = told.findLast(({ kind }) => kind !== 'kvm' && kind !== 'disk');
  const parts = [exit, said?.text ?? null].filter((part) => part !== null);
  return {
    severity: 'critical',
    message: isRestartLoop(sight)
      ? `The container ${name} restarts in a loop: ${String(starts.restarts)} times so far (${status}).`
      : `The container ${name} is not running (${status}).`,
    detail: parts.length === 0 ? null : parts.join('. '),
    hint:
      state === 'paused'
        ? `Resume it on the VM: docker unpause ${shellQuote(name)}`
        : (said?.hint ?? meaning?.hint ?? `On the VM: docker logs --tail 50 ${shellQuote(name)}`),
  };
}
