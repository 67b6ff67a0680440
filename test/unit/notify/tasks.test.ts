import { describe, expect, it } from 'vitest';
import { newDesk, wordsOf } from './desk.ts';
import { connected, error, failure, progress, recovered, status, task } from './payloads.ts';

describe('finished tasks', () => {
  it('that are alone are told with score, steps and duration', () => {
    const desk = newDesk();
    expect(desk.hear(failure({ score: 0.123456, domain: 'clock' }))).toEqual([]);
    expect(desk.wait(9)).toEqual([]);
    expect(desk.wait(1)).toEqual([
      {
        kind: 'show',
        key: 'tasks-1',
        title: 'Task failed on waa-eval-vm',
        body: 'clock/a1, score 0.123, 4 steps, 1 min.',
        urgency: 'normal',
        target: { kind: 'task', vm: 'waa-eval-vm', runId: 'run-1', taskId: 'a1' },
      },
    ]);
    expect(desk.wakeAtMs()).toBeNull();
  });

  it.each([
    [{ outcome: 'exception', score: null, success: false }, 'Task ended with an exception on waa-eval-vm'],
    [{ outcome: 'lost', score: null, success: false }, 'Task was lost on waa-eval-vm'],
    [{}, 'Task passed on waa-eval-vm'],
  ] as const)('are told by their outcome: %j', (change, title) => {
    const desk = newDesk({ batchSeconds: 0 });
    expect(wordsOf(desk.hear(task(change)))).toMatchObject([[title, expect.any(String)]]);
  });

  it('share a banner when they finish within batchSeconds of the first', () => {
    const desk = newDesk();
    desk.hear(task());
    desk.wait(3);
    desk.hear(failure({ task_id: 'b2' }));
    desk.wait(6);
    desk.hear(task());
    desk.hear(task());
    const actions = desk.wait(1);
    expect(wordsOf(actions)).toEqual([
      ['4 tasks finished on waa-eval-vm: 3 passed, 1 did not', 'Not passed: clock/b2.'],
    ]);
    expect(actions).toMatchObject([{ target: { kind: 'list', vm: 'waa-eval-vm' } }]);
    desk.hear(task());
    expect(desk.wait(10)).toHaveLength(1);
  });

  it('of several VMs share one too', () => {
    const desk = newDesk();
    desk.hear(task());
    desk.hear(task({ vm: 'other', run_id: 'run-2' }));
    const actions = desk.wait(10);
    expect(actions).toMatchObject([
      { title: '2 tasks finished, all passed', target: { kind: 'list', vm: null } },
    ]);
  });

  it('name the first few that failed', () => {
    const desk = newDesk();
    for (const id of ['a', 'b', 'c', 'd', 'e']) desk.hear(failure({ task_id: id, domain: null }));
    expect(wordsOf(desk.wait(10))).toEqual([
      ['5 tasks finished on waa-eval-vm, none passed', 'Not passed: a, b, c and 2 more.'],
    ]);
  });

  it('say so when they are the last of the run', () => {
    const desk = newDesk();
    desk.hear(progress());
    desk.hear(task());
    desk.hear(progress({ state: 'finished', tasks_completed: 12, succeeded: 9 }));
    expect(wordsOf(desk.wait(10))).toEqual([
      [
        'Task passed on waa-eval-vm',
        'clock/a1, score 1, 4 steps, 1 min. The run is finished. Mean score 80.0 % (n = 5) · Pass rate 80.0 % (4 of 5).',
      ],
    ]);
  });

  it('do not end a run that another one has followed', () => {
    const desk = newDesk();
    desk.hear(progress({ state: 'finished' }));
    desk.hear(progress({ run_id: 'run-2' }));
    desk.hear(task());
    expect(wordsOf(desk.wait(10)).join()).not.toContain('The run is finished');
  });

  it('are told as the setting wants it', () => {
    const failures = newDesk({ taskComplete: 'failures' });
    failures.hear(task());
    failures.hear(failure());
    expect(wordsOf(failures.wait(10))).toMatchObject([['Task failed on waa-eval-vm', expect.any(String)]]);
    const none = newDesk({ taskComplete: 'none' });
    none.hear(failure());
    none.hear(failure({ catch_up: true }));
    expect(none.wait(60)).toEqual([]);
  });

  it('are not told when the setting has changed since', () => {
    const desk = newDesk();
    desk.hear(task());
    desk.settings = { ...desk.settings, taskComplete: 'none' };
    expect(desk.wait(60)).toEqual([]);
  });

  it('do not count interrupted attempts', () => {
    const desk = newDesk();
    desk.hear(failure({ outcome: 'interrupted', score: null }));
    expect(desk.wait(60)).toEqual([]);
  });

  it('are told once, however often they come', () => {
    const desk = newDesk();
    for (const id of ['j1-7', 'j1-7', 'j1-6', 'j1-10', 'j2-1', 'j2-1'])
      desk.tell({ kind: 'stream', event: task(), id });
    expect(wordsOf(desk.wait(10))).toMatchObject([['3 tasks finished on waa-eval-vm, all passed', '']]);
  });

  it('wait no longer because the clock was set back', () => {
    const desk = newDesk();
    desk.hear(task());
    desk.wait(-3600);
    expect(desk.tell({ kind: 'tick' })).toHaveLength(1);
  });

  it('carry no control characters, no tricks of direction, and stay short', () => {
    const desk = newDesk({ batchSeconds: 0 });
    const nasty = `\u001b[31m<b>a&b\u202e\n\u0007\ud800${'😀'.repeat(400)}`;
    desk.hear(failure({ task_id: nasty, domain: nasty, vm: nasty }));
    desk.hear(error({ vm: nasty, message: nasty, hint: nasty }));
    const texts = desk.shown.flatMap(({ title, body }) => [title, body]);
    expect(texts).toHaveLength(4);
    for (const text of texts) {
      expect(text).not.toMatch(/[\p{Cc}\p{Bidi_Control}]|\[31m/u);
      expect(text.isWellFormed()).toBe(true);
      expect(Array.from(text).length).toBeLessThanOrEqual(220);
    }
    expect(texts[1]).toContain('<b>a&b');
  });
});

describe('what was missed', () => {
  it('is told in one banner, errors that are still open first', () => {
    const desk = newDesk();
    desk.hear(connected(5));
    desk.hear(task());
    desk.hear(failure({ task_id: 'b2' }));
    desk.hear(error({ code: 'probe_down' }));
    desk.hear(recovered({ code: 'probe_down' }));
    desk.hear(error());
    desk.hear(status());
    expect(desk.shown).toEqual([]);
    const actions = desk.wait(3);
    expect(wordsOf(actions)).toEqual([
      [
        'While you were away',
        'waa-eval-vm: SSH connection failed. 2 tasks finished: 1 passed, 1 did not. Not passed: clock/b2. 1 problem came and went.',
      ],
    ]);
    expect(actions).toMatchObject([{ urgency: 'critical', target: { kind: 'list', vm: 'waa-eval-vm' } }]);
    // The person was told, so the end is told too; the summary is about more and stays.
    expect(wordsOf(desk.hear(recovered()))).toEqual([
      ['waa-eval-vm: The SSH connection is back.', 'The problem lasted 4 min.'],
    ]);
    expect(desk.lying.size).toBe(2);
  });

  it('is what the stream said was missed, and not what follows', () => {
    const desk = newDesk();
    desk.hear(connected(1));
    desk.hear(task());
    expect(desk.hear(error())).toMatchObject([{ kind: 'show', urgency: 'critical' }]);
  });

  it('comes as one banner from a run that was on already', () => {
    const desk = newDesk();
    for (let count = 0; count < 30; count += 1) {
      desk.hear(task({ catch_up: true }));
      desk.wait(0.1);
    }
    expect(wordsOf(desk.wait(60))).toEqual([['While you were away', '30 tasks finished, all passed.']]);
  });

  it('opens the task where it is only one', () => {
    const desk = newDesk();
    desk.hear(task({ catch_up: true }));
    expect(desk.wait(3)).toMatchObject([
      {
        title: 'While you were away',
        body: 'Task passed on waa-eval-vm: clock/a1, score 1, 4 steps, 1 min.',
        target: { kind: 'task', taskId: 'a1' },
      },
    ]);
  });
});
