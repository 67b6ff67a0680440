/** The meaning of a state for the stream: status, progress and troubles in one pure step. */
import { describe, expect, it } from 'vitest';
import { project } from '../../../src/main/engine/watch/project.ts';
import { allAnswered, ready, sshProblem } from './sights.ts';
import { runFrom, stateOf } from './states.ts';

const startMs = Date.UTC(2026, 0, 28, 22);
const run = runFrom(startMs);
const silent = { isRunning: true, endedWell: false, guest: null, silentForMs: 3_600_000 };
const codes = ({ conditions }: ReturnType<typeof project>) => conditions.holding.map(({ code }) => code);

describe('the projection of a state', () => {
  it('has a status, the progress of its run, and the troubles that hold', () => {
    const state = stateOf({ ...ready, loggedRun: run, run: silent, checkedAtMs: startMs });
    const projection = project(state, startMs + 60_000);
    expect(projection.status).toMatchObject({
      vm: 'vm',
      phase: 'ready',
      checked_at: '2026-01-28T22:00:00.000Z',
    });
    expect(projection.progress).toMatchObject({ run_id: run.runId, state: 'stalled', elapsed_seconds: 60 });
    expect(codes(projection)).toEqual(['run_stalled']);
  });

  it('has no status and no trouble before the first look is over, but its run goes on', () => {
    const down = { ssh: { kind: 'down', everUp: true, problem: sshProblem } } as const;
    for (const half of [{ isFirstLook: true }, { isReplaying: true }]) {
      const state = stateOf({ ...down, ...half, loggedRun: run, run: { ...silent, silentForMs: 0 } });
      const projection = project(state, startMs);
      expect(projection.status).toBeNull();
      expect(projection.conditions).toEqual({ holding: [], clear: [] });
      expect(projection.progress).toMatchObject({ run_id: run.runId });
    }
    expect(project(stateOf({ ...ready, isReplaying: true }), startMs).status).not.toBeNull();
  });

  it('shows nothing as it is now that only an earlier connection has answered', () => {
    const shown = (answered: Partial<typeof allAnswered>) => {
      const { status, conditions } = project(
        stateOf({ ...ready, answered: { ...allAnswered, ...answered } }),
        startMs,
      );
      expect(conditions.holding).toEqual([]);
      return [status?.phase, status?.waa_ready, status?.probe.status, status?.detail.container];
    };
    const noAnswer = { container: false, probe: false, host: false };
    const unasked = 'Unknown: no answer on this connection';
    expect(shown(noAnswer)).toEqual(['unknown', false, unasked, null]);
    expect(shown({ probe: false })).toEqual(['unknown', false, unasked, 'winarena']);
    expect(shown({ container: false })).toEqual(['ready', true, 'ready', null]);
    expect(shown({})).toEqual(['ready', true, 'ready', 'winarena']);
  });

  it('stays stalled as long as the silence is unknown', () => {
    const known = { ...ready, loggedRun: run, run: { ...silent, silentForMs: null } };
    const stateNow = (troubles: ReadonlySet<'run_stalled'>) =>
      project(stateOf({ ...known, troubles }), startMs).progress?.state;
    expect(stateNow(new Set())).toBe('running');
    expect(stateNow(new Set(['run_stalled']))).toBe('stalled');
  });

  it('stops at the time of the last answer while the VM does not answer', () => {
    const heard = { runMs: startMs + 30_000, wallMs: startMs + 31_000 };
    const down = { ssh: { kind: 'down', everUp: true, problem: null }, heard } as const;
    const { progress, status } = project(stateOf({ ...down, loggedRun: run }), startMs + 600_000);
    expect(progress).toMatchObject({ elapsed_seconds: 30, as_of: '2026-01-28T22:00:31.000Z' });
    expect(status).toMatchObject({ connected: false, as_of: '2026-01-28T22:00:31.000Z' });
  });

  it('shows a run known only from the journal as it was at the last answer', () => {
    const heardBefore = { at: startMs + 40_000, cost: null };
    const state = stateOf({ ...ready, journalRun: run, heardBefore });
    expect(project(state, startMs + 9_000_000).progress).toMatchObject({
      elapsed_seconds: 40,
      as_of: '2026-01-28T22:00:40.000Z',
    });
  });

  it('tells what the agent did last, of the attempt that is on and of no other', () => {
    const on = { taskId: 'a', domain: 'chrome', attempt: 2 };
    const task = {
      ...{ ...on, worker: 'w', instruction: null, steps: 3, startedAt: startMs, endedAt: null },
      ...{ outcome: null, score: null, success: false, message: null },
    };
    const loggedRun = { ...run, tasks: [task] };
    const newestStep = { runId: run.runId, ...on, step: 3, action: 'x'.repeat(600), thought: 'I see.' };
    const shown = (changes: object) =>
      project(stateOf({ ...ready, loggedRun, newestStep: { ...newestStep, ...changes } }), startMs).progress;
    expect(shown({})).toMatchObject({ current_action: `${'x'.repeat(499)}…`, current_thought: 'I see.' });
    expect(shown({})).toMatchObject({ current_action_step: 3 });
    expect(shown({ action: null })).toMatchObject({ current_action: null, current_action_step: 3 });
    for (const other of [{ attempt: 1 }, { taskId: 'b' }, { domain: null }, { runId: 'other' }])
      expect(shown(other)).toMatchObject({
        ...{ current_action: null, current_thought: null, current_action_step: null },
      });
    const ended = { ...loggedRun, state: 'finished' } as const;
    expect(project(stateOf({ ...ready, loggedRun: ended, newestStep }), startMs).progress).toMatchObject({
      ...{ current_action: null, current_thought: null },
    });
  });

  it('prefers the run known only from its results to the run of the log', () => {
    const ofResults = { ...run, runId: 'of-results' };
    const { progress } = project(stateOf({ ...ready, loggedRun: run, resultRun: ofResults }), startMs);
    expect(progress).toMatchObject({ run_id: 'of-results' });
  });
});
