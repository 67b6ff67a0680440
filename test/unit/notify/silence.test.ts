import { describe, expect, it } from 'vitest';
import { isPaused, pauseFor } from '../../../src/main/desktop/notify/index.ts';
import { quietUntilMs } from '../../../src/main/desktop/notify/quiet-hours.ts';
import { newDesk, noonMs, wordsOf } from './desk.ts';
import { connected, error, failure, recovered, task } from './payloads.ts';

const at = (day: number, hour: number, minute = 0) => new Date(2026, 0, day, hour, minute).getTime();
const night = { from: '22:00', to: '07:30' };
const hour = 3600;

describe('quiet hours', () => {
  it.each([
    [night, at(28, 21, 59), null],
    [night, at(28, 22), at(29, 7, 30)],
    [night, at(29, 0), at(29, 7, 30)],
    [night, at(29, 7, 29), at(29, 7, 30)],
    [night, at(29, 7, 30), null],
    [{ from: '09:00', to: '17:00' }, at(28, 12), at(28, 17)],
    [{ from: '09:00', to: '17:00' }, at(28, 17), null],
    [{ from: '09:00', to: '09:00' }, at(28, 9), null],
    [{ from: '22:00', to: '00:00' }, at(28, 23, 59), at(29, 0)],
    [null, at(28, 23), null],
  ])('%j', (quietHours, nowMs, untilMs) => {
    expect(quietUntilMs(quietHours, nowMs)).toBe(untilMs);
  });

  it('hold back everything, and are summed up at their end', () => {
    const desk = newDesk({ quietHours: night }, at(28, 23));
    desk.hear(task());
    desk.hear(failure({ task_id: 'b2' }));
    desk.hear(error());
    desk.hear(error({ code: 'disk_full', severity: 'warning', message: 'The disk is full.' }));
    desk.hear(recovered({ code: 'disk_full' }));
    desk.hear(error({ code: 'run_crashed', message: 'The run has crashed' }));
    expect(desk.wait(8 * hour)).toEqual([]);
    expect(wordsOf(desk.wait(hour))).toEqual([
      [
        'During your quiet hours',
        'waa-eval-vm: SSH connection failed. waa-eval-vm: The run has crashed. 2 tasks finished: 1 passed, 1 did not. Not passed: clock/b2. 1 problem came and went.',
      ],
    ]);
  });

  it('leave one error its own words, and its banner is withdrawn as ever', () => {
    const desk = newDesk({ quietHours: night }, at(28, 23));
    desk.hear(error());
    const [shown] = desk.wait(9 * hour);
    expect(shown).toMatchObject({ kind: 'show', title: 'waa-eval-vm: SSH connection failed' });
    expect(desk.hear(recovered())).toMatchObject([{ kind: 'withdraw', key: shown?.key }, { kind: 'show' }]);
  });

  it('take back a summary of nothing but errors with the last of them', () => {
    const desk = newDesk({ quietHours: night }, at(28, 23));
    desk.hear(error());
    desk.hear(error({ code: 'disk_full' }));
    desk.hear(error({ code: 'kvm_missing' }));
    const [shown] = desk.wait(9 * hour);
    expect(wordsOf(desk.shown)).toEqual([
      [
        'During your quiet hours',
        'waa-eval-vm: SSH connection failed. waa-eval-vm: SSH connection failed. And 1 more problem.',
      ],
    ]);
    for (const code of ['ssh_unreachable', 'kvm_missing'] as const)
      expect(desk.hear(recovered({ code }))).not.toContainEqual({ kind: 'withdraw', key: shown?.key });
    expect(desk.hear(recovered({ code: 'disk_full' }))).toContainEqual({ kind: 'withdraw', key: shown?.key });
  });

  it('leave a summary that also tells what has no end', () => {
    const desk = newDesk({ quietHours: night }, at(28, 23));
    desk.hear(error());
    desk.hear(error({ code: 'run_crashed' }));
    desk.wait(9 * hour);
    expect(desk.hear(recovered())).toMatchObject([{ kind: 'show', key: 'recovered-2' }]);
  });

  it('withdraw the banner of an error that began before, without a sound', () => {
    const desk = newDesk({ quietHours: night }, at(28, 22) - 5000);
    desk.hear(error());
    desk.hear(task());
    desk.wait(120);
    expect(desk.hear(recovered())).toEqual([{ kind: 'withdraw', key: 'error-1' }]);
    expect(wordsOf(desk.wait(10 * hour))).toEqual([
      [
        'During your quiet hours',
        'Task passed on waa-eval-vm: clock/a1, score 1, 4 steps, 1 min. 1 problem is over.',
      ],
    ]);
  });

  it('say nothing at their end when nothing happened', () => {
    const desk = newDesk({ quietHours: night }, at(28, 23));
    desk.tell({ kind: 'tick' });
    expect(desk.wait(24 * hour)).toEqual([]);
  });
});

describe('a pause', () => {
  it('ends by itself, with word of what happened', () => {
    const desk = newDesk();
    desk.tell({ kind: 'pause', pause: pauseFor('hour', noonMs) });
    desk.hear(task());
    desk.hear(error());
    desk.hear(recovered());
    expect(desk.wait(hour - 1)).toEqual([]);
    expect(wordsOf(desk.wait(1))).toEqual([
      [
        'While notifications were paused',
        'Task passed on waa-eval-vm: clock/a1, score 1, 4 steps, 1 min. 1 problem came and went.',
      ],
    ]);
    expect(desk.wakeAtMs()).toBeNull();
  });

  it('ends when it is turned off', () => {
    const desk = newDesk();
    desk.tell({ kind: 'pause', pause: pauseFor('until-turned-on', noonMs) });
    desk.hear(error());
    expect(desk.wait(1000 * hour)).toEqual([]);
    expect(desk.tell({ kind: 'pause', pause: { kind: 'off' } })).toMatchObject([
      { title: 'waa-eval-vm: SSH connection failed' },
    ]);
  });

  it.each([
    [at(28, 12), at(29, 8)],
    [at(28, 23, 59), at(29, 8)],
    [at(29, 2), at(29, 8)],
    [at(29, 4), at(30, 8)],
    [at(31, 12), at(32, 8)],
  ])('until tomorrow lasts until the next morning', (nowMs, untilMs) => {
    expect(pauseFor('until-tomorrow', nowMs)).toEqual({ kind: 'until', untilMs });
    expect(isPaused({ kind: 'until', untilMs }, untilMs - 1)).toBe(true);
    expect(isPaused({ kind: 'until', untilMs }, untilMs)).toBe(false);
  });
});

describe('after a sleep', () => {
  it('an error that needs only a moment is never shown', () => {
    const desk = newDesk();
    desk.tell({ kind: 'link', up: true });
    desk.tell({ kind: 'sleep' });
    desk.wait(8 * hour);
    desk.hear(error());
    desk.tell({ kind: 'wake' });
    desk.hear(error({ code: 'azure_unavailable' }));
    desk.wait(15);
    desk.hear(recovered());
    desk.hear(recovered({ code: 'azure_unavailable' }));
    expect(desk.wait(60)).toEqual([]);
    expect(desk.shown).toEqual([]);
  });

  it('an error that stays is shown 20 s after the stream is up', () => {
    const desk = newDesk();
    desk.tell({ kind: 'sleep' });
    desk.tell({ kind: 'link', up: false });
    desk.wait(hour);
    desk.tell({ kind: 'wake' });
    desk.hear(error());
    expect(desk.wait(300)).toEqual([]);
    desk.tell({ kind: 'link', up: true });
    // The lock screen opens: the same wake.
    desk.wait(10);
    desk.tell({ kind: 'wake' });
    expect(desk.wait(9)).toEqual([]);
    expect(wordsOf(desk.wait(1))).toEqual([['waa-eval-vm: SSH connection failed', 'Is the VM running?']]);
  });

  it('a stream that comes and goes gives no second grace', () => {
    const desk = newDesk();
    desk.tell({ kind: 'wake' });
    desk.hear(connected());
    desk.wait(19);
    desk.tell({ kind: 'link', up: false });
    desk.tell({ kind: 'link', up: true });
    desk.hear(error());
    expect(desk.wait(1)).toHaveLength(1);
  });

  it('what happened is summed up', () => {
    const desk = newDesk();
    desk.tell({ kind: 'link', up: true });
    desk.hear(task());
    desk.tell({ kind: 'sleep' });
    desk.hear(failure());
    desk.tell({ kind: 'wake' });
    desk.hear(task());
    expect(wordsOf(desk.wait(20))).toEqual([
      ['While you were away', '3 tasks finished: 2 passed, 1 did not. Not passed: clock/a1.'],
    ]);
  });

  it('a clock that was set back lets nothing wait for ever', () => {
    const desk = newDesk();
    desk.tell({ kind: 'link', up: true });
    desk.tell({ kind: 'wake' });
    desk.wait(-24 * hour);
    expect(desk.hear(error())).toHaveLength(1);
  });
});
