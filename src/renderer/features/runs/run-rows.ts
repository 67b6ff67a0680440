/** Runs of the history in words. Pure. */
import { dash, formatDuration } from '../../../shared/wording.ts';
import { momentText, parseTime } from '../../format/format.ts';
import type { RunSummary } from '../../state/api.ts';
import { isOn, type VmView } from '../../state/model.ts';
import type { MarkedWord } from '../../ui/mark.ts';
import { runState } from '../run/run-words.ts';

/** "28 Jan, 22:55", or "an unknown time" where no log tells when it began. */
export function startText(run: Pick<RunSummary, 'started_at'>, nowMs: number): string {
  const atMs = parseTime(run.started_at);
  return atMs === null ? 'an unknown time' : momentText(atMs, nowMs);
}

/** "navi · gpt-4o"; null where nothing tells. */
export function whoText({ agent, model }: Pick<RunSummary, 'agent' | 'model'>): string | null {
  const names = [agent, model].filter((name) => name !== null);
  return names.length === 0 ? null : names.join(' · ');
}

/** "5 h 12 min"; of a run that is on, so far. */
export function lengthText(
  run: Pick<RunSummary, 'state' | 'started_at' | 'ended_at'>,
  nowMs: number,
): string {
  const from = parseTime(run.started_at);
  const to = parseTime(run.ended_at) ?? (isOn(run) ? nowMs : null);
  return from === null || to === null ? dash : formatDuration((to - from) / 1000);
}

/** @param isHeard its VM is watched and answers, so that the state of a run that is on is true now */
export function shownState({ state }: Pick<RunSummary, 'state'>, isHeard: boolean): MarkedWord {
  return runState(state, isOn({ state }) && !isHeard);
}

/** Whether what is known of the run is what its VM says now. */
export function isHeard(run: Pick<RunSummary, 'run_id'>, vms: readonly VmView[] | null): boolean {
  const vm = vms?.find(({ progress }) => progress?.run_id === run.run_id);
  return vm?.status?.connected === true;
}
