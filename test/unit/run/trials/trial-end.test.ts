/** How a trial has ended. */
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../../../src/main/engine/run/index.ts';
import { endOfTrial } from '../../../../src/main/engine/run/trials/trial-end.ts';
import { madeSecret } from '../../../support/job-files.ts';

const endOf = (values: object, isRaised = false) => {
  const named = { task_name: 'brew-tea', trial_name: 'brew-tea__aB3dE5f', ...values };
  const { trial } = readDocument([JSON.stringify(named)]) ?? {};
  if (trial == null) throw new Error('no trial');
  return endOfTrial(trial, isRaised);
};
const rewards = (values: object) => ({ verifier_result: { rewards: values } });
const raised = (type: string, message = 'x') => ({
  exception_info: { exception_type: type, exception_message: message, exception_traceback: 'T' },
});
const scored = (score: number) => ({ outcome: 'scored', score, message: null });
const nothing = { outcome: 'lost', score: null, message: null };

describe('the end of a trial', () => {
  it.each([
    [{ reward: 0.25 }, scored(0.25)],
    [{ reward: 0 }, scored(0)],
    [{ reward: 1, speed: 0.5 }, scored(1)],
    [{ accuracy: 0.5 }, scored(0.5)],
    // Several keys without `reward` have no order; others are no scores.
    [{ accuracy: 0.5, speed: 1 }, nothing],
    [{ reward: 7 }, nothing],
    [{ reward: -1 }, nothing],
    [{ reward: '1' }, nothing],
    [{ reward: null }, nothing],
    [{}, nothing],
  ])('is the reward: %j', (values, end) => {
    expect(endOf(rewards(values))).toEqual(end);
  });

  it('is the exception where there is no reward, or a zero that the agent did not earn', () => {
    const end = { outcome: 'exception', score: null, message: 'DockerError: x' };
    expect(endOf(raised('DockerError'))).toEqual(end);
    expect(endOf({ ...raised('DockerError'), ...rewards({ reward: 0 }) })).toEqual(end);
    expect(endOf({ ...raised('DockerError'), ...rewards({ reward: 1 }) })).toEqual({
      ...{ outcome: 'scored', score: 1, message: 'DockerError: x' },
    });
  });

  it('is the reward of an agent that ran out of time', () => {
    expect(endOf({ ...raised('AgentTimeoutError'), ...rewards({ reward: 0 }) })).toMatchObject({
      ...{ outcome: 'scored', score: 0, message: 'AgentTimeoutError: x' },
    });
    expect(endOf(raised('AgentTimeoutError'))).toMatchObject({ outcome: 'exception' });
  });

  it('is an interruption where somebody cancelled the job', () => {
    expect(endOf(raised('CancelledError'))).toMatchObject({ outcome: 'interrupted', score: null });
    expect(endOf({ status: 'cancelled', error: 'cancelled' })).toMatchObject({ outcome: 'interrupted' });
  });

  it('is an exception where only the report beside the file tells of one', () => {
    expect(endOf({}, true)).toEqual({ outcome: 'exception', score: null, message: null });
  });

  it('is told by the words of cua-bench and of terminal-bench, too', () => {
    const failed = { status: 'failed', error: 'agent failure: max_steps' };
    expect(endOf({ ...failed, ...rewards({ reward: 0.5 }) })).toMatchObject({
      outcome: 'scored',
      score: 0.5,
    });
    expect(endOf(failed)).toEqual({
      ...{ outcome: 'exception', score: null, message: 'agent failure: max_steps' },
    });
    expect(endOf({ is_resolved: true, failure_mode: 'unset' })).toEqual(scored(1));
    expect(endOf({ is_resolved: false, failure_mode: 'none' })).toEqual(scored(0));
    expect(endOf({ is_resolved: false, failure_mode: 'agent_timeout' })).toMatchObject({
      outcome: 'scored',
      score: 0,
    });
    expect(endOf({ is_resolved: null, failure_mode: 'parse_error' })).toEqual({
      ...{ outcome: 'exception', score: null, message: 'parse_error' },
    });
  });

  it('quotes an exception on one short line, without the secrets in it', () => {
    const command = `docker exec -e MAKER_API_KEY=${madeSecret} -e "TOKEN: 'abc def'" main\nAuthorization: Bearer ey.made.up\n${madeSecret} \u001b[31mred`;
    const { message } = endOf(raised('RuntimeError', command));
    expect(message).toBe(
      `RuntimeError: docker exec -e MAKER_API_KEY=*** -e "TOKEN: ***" main Authorization: *** *** red`,
    );
    expect(endOf(raised('E', 'long '.repeat(1_000))).message).toHaveLength(300);
  });
});
