import { describe, expect, it } from 'vitest';
import {
  newSessionState,
  parseSessionState,
  faultsOf,
  type RunEffect,
  type RunSessionState,
} from '../../../../src/main/engine/run/index.ts';
import { rules } from '../../../../src/main/engine/run/faults/rules.ts';
import { context, openSession, waaLog } from '../support.ts';
import { play, raised, scored, taskName, verdictOn } from './play.ts';

const encoder = new TextEncoder();
const chat = 'https://api.openai.com/v1/chat/completions';
const retries = (log: ReturnType<typeof waaLog>, times: number) =>
  Array.from({ length: times }).reduce<typeof log>(
    (all) => all.record('_client', `HTTP Request: POST ${chat} "HTTP/1.1 429 Too Many Requests"`),
    log,
  );
const begun = () => waaLog({ coloured: true }).begin(taskName).task(taskName);
const offsetOf = (text: string, part: string) => {
  const at = text.slice(0, text.indexOf(part)).lastIndexOf('\n') + 1;
  return encoder.encode(text.slice(0, at)).length;
};

/** Reads with a restart behind every so many bytes: the state goes through the journal. */
function playWithRestarts(text: string, every: number) {
  const all = encoder.encode(text);
  const effects: RunEffect[] = [];
  let state = newSessionState(null);
  for (let to = every; ; to += every) {
    const stored = parseSessionState(JSON.parse(JSON.stringify(state)) as RunSessionState);
    if (stored === null) throw new Error('not recognised');
    const step = openSession(stored).push(all.subarray(stored.offset, Math.max(to, stored.offset)), context);
    effects.push(...step.effects);
    ({ state } = step);
    if (to >= all.length) return { effects, state };
  }
}

describe('the evidence of a fault', () => {
  it('quotes the line without secrets, and says where it is', () => {
    const secret = 'sk-proj-abcdefghijklmnop12345678';
    const message = `Error code: 401 - {'error': {'message': 'Incorrect API key provided: ${secret}. ${'x'.repeat(500)}'}}`;
    const log = raised(message, 'openai.AuthenticationError')(begun()).text();
    const { fault, evidence } = verdictOn(play(log));
    expect(fault).toBe('model_api');
    expect(evidence).toMatchObject({
      rule: 'model_refused',
      log: { start: 'vm-20260128-220001000', offset: offsetOf(log, 'Exception in') },
    });
    expect(evidence?.text).toMatch(/^Exception in clock\/.*: Error code: 401 - /);
    expect(evidence?.text.length).toBeLessThanOrEqual(300);
    expect(JSON.stringify(play(log))).not.toContain(secret);
  });

  it('counts from the start of its run, behind another run in the same log', () => {
    const first = waaLog({ coloured: true }).begin('a').task('a').result('1.00').finished('a').average('1.0');
    const before = first.text();
    const second = waaLog({ coloured: true, startMs: Date.UTC(2026, 0, 29) })
      .begin(taskName)
      .task(taskName);
    const log = retries(second, 3);
    const text = scored()(log).text();
    const { evidence } = verdictOn(play(before + text));
    expect(evidence?.log?.start).toBe('vm-20260129-000001000');
    // The start is recognised by the second line of its first record.
    const from = offsetOf(text, 'TESTING');
    expect(evidence?.log?.offset).toBe(offsetOf(text, 'HTTP Request') - from);
  });

  it.each([1, 97, 350, 1000])(
    'survives a restart every %i bytes, in the middle of a task and of a traceback',
    (every) => {
      const log = raised(
        'list index out of range',
        'IndexError',
        '/client/mm_agents/navi/agent.py:parse',
      )(retries(begun(), 2).step(1))
        .task('second')
        .record('_client', `HTTP Request: POST ${chat} "HTTP/1.1 401 Unauthorized"`)
        .result('0.00')
        .finished('second')
        .text();
      const whole = play(log);
      expect(verdictOn(whole).fault).toBe('agent');
      expect(verdictOn(whole, 'second').fault).toBe('model_api');
      const { effects, state } = playWithRestarts(log, every);
      expect(effects).toEqual(whole);
      expect(state.run === null ? null : faultsOf(state.run)).toEqual({
        faults: { agent: 1, model_api: 1, environment: 0, evaluator: 0, unknown: 0 },
        valid_tasks: 1,
        score_valid: null,
      });
    },
  );

  it('keeps the state small, however much a task logs', () => {
    const log = retries(begun(), 3_000).text();
    const { state } = openSession().push(encoder.encode(log), context);
    expect(JSON.stringify(state).length).toBeLessThan(8_000);
    expect(state.run?.tasks[0]?.seen?.signs.model_retry?.count).toBe(1_000);
  });

  it('does not decide whether a restarted run goes on', () => {
    const first = waaLog({ coloured: true })
      .begin('a', taskName)
      .task('a')
      .result('1.00')
      .finished('a')
      .text();
    const next = waaLog({ coloured: true, startMs: Date.UTC(2026, 0, 29) });
    const restart = retries(next.record('run', '\nTESTING ON TASK JSON PATH: /tmp/test.json'), 2)
      .record('run', `Worker 0 is doing tasks: [('clock', '${taskName}')]`)
      .task(taskName)
      .text();
    const { state } = openSession().push(encoder.encode(first + restart), context);
    expect(state.run?.parts).toHaveLength(2);
  });

  it('is dropped when a result file says that the task passed', () => {
    const session = openSession();
    session.push(encoder.encode(scored()(retries(begun(), 3)).text()), context);
    const { effects } = session.takeResults(
      [
        {
          domain: 'clock',
          taskId: taskName,
          path: `/r/clock/${taskName}/result.txt`,
          modifiedAt: Date.UTC(2026, 0, 28, 22, 0, 15),
          text: '1.0',
        },
      ],
      context.referenceTimeMs,
    );
    expect(verdictOn(effects)).toEqual({ fault: 'none', evidence: null });
  });

  it('is the reason in a result file, where the log has none', () => {
    const session = openSession();
    session.push(encoder.encode(begun().step(1).text()), context);
    const { effects } = session.takeResults(
      [
        {
          domain: 'clock',
          taskId: taskName,
          path: `/r/clock/${taskName}/result.txt`,
          modifiedAt: Date.UTC(2026, 0, 28, 22, 0, 30),
          text: '0.0',
          raised: "Error code: 429 - {'error': {}}",
        },
      ],
      context.referenceTimeMs,
    );
    expect(verdictOn(effects)).toMatchObject({
      fault: 'model_api',
      evidence: { text: "Error code: 429 - {'error': {}}", log: null },
    });
  });
});

describe('the table of rules', () => {
  it('has a name for each rule, and this order', () => {
    expect(rules.map(({ name, fault }) => `${name}: ${fault}`)).toMatchInlineSnapshot(`
      [
        "passed: none",
        "disk_full: environment",
        "judge_model_failed: evaluator",
        "judge_model_failed_scored: evaluator",
        "guest_unreachable: environment",
        "guest_unreachable_judging: environment",
        "machine_lost: environment",
        "evaluator_raised: evaluator",
        "file_unavailable: evaluator",
        "model_refused: model_api",
        "model_failed: model_api",
        "model_never_answered: model_api",
        "evaluation_failed: evaluator",
        "no_screenshot: environment",
        "never_seen: environment",
        "machine_not_ready: environment",
        "setup_failed: environment",
        "model_gave_no_answer: model_api",
        "model_retries_to_the_end: model_api",
        "agent_raised: agent",
        "failed: none",
      ]
    `);
  });
});
