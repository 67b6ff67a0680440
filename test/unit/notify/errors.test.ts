import { describe, expect, it } from 'vitest';
import { newDesk, wordsOf } from './desk.ts';
import { connected, error, recovered, task } from './payloads.ts';

describe('an error', () => {
  it('is shown at once, once, and withdrawn with word of how long it lasted', () => {
    const desk = newDesk();
    expect(desk.hear(error())).toEqual([
      {
        kind: 'show',
        key: 'error-1',
        title: 'waa-eval-vm: SSH connection failed',
        body: 'Is the VM running?',
        urgency: 'critical',
        target: { kind: 'error', vm: 'waa-eval-vm', code: 'ssh_unreachable' },
      },
    ]);
    expect(desk.hear(error())).toEqual([]);
    expect(desk.hear(recovered())).toEqual([
      { kind: 'withdraw', key: 'error-1' },
      {
        kind: 'show',
        key: 'recovered-2',
        title: 'waa-eval-vm: The SSH connection is back.',
        body: 'The problem lasted 4 min.',
        urgency: 'normal',
        target: { kind: 'error', vm: 'waa-eval-vm', code: 'ssh_unreachable' },
      },
    ]);
    expect(desk.hear(recovered())).toEqual([]);
    expect(desk.hear(error())).toHaveLength(1);
  });

  it('does not hide another one, of the same VM or the same kind', () => {
    const desk = newDesk();
    desk.hear(error());
    expect(desk.hear(error({ code: 'disk_full', severity: 'warning' }))).toMatchObject([
      { urgency: 'normal' },
    ]);
    expect(desk.hear(error({ vm: 'other' }))).toHaveLength(1);
    desk.hear(recovered({ vm: 'other' }));
    expect([...desk.lying.values()].map(({ target }) => target)).toMatchObject([
      { vm: 'waa-eval-vm', code: 'ssh_unreachable' },
      { vm: 'waa-eval-vm', code: 'disk_full' },
      { vm: 'other', code: 'ssh_unreachable' },
    ]);
    expect([...desk.lying.keys()].at(-1)).toMatch(/^recovered/);
  });

  it('that only happens is shown each time', () => {
    const desk = newDesk();
    expect(desk.hear(error({ code: 'run_crashed' }))).toHaveLength(1);
    expect(desk.hear(error({ code: 'run_crashed' }))).toHaveLength(1);
    expect(desk.wakeAtMs()).toBeNull();
  });

  it('tells nobody where errors are not wanted', () => {
    const desk = newDesk({ errors: false });
    desk.hear(error());
    desk.hear(error({ code: 'container_oom' }));
    desk.hear(recovered());
    expect(desk.wait(60)).toEqual([]);
    expect(desk.shown).toEqual([]);
  });

  it.each(['clicked', 'closed'] as const)(
    'whose banner was %s is not withdrawn, but its end is told',
    (kind) => {
      const desk = newDesk();
      desk.hear(error());
      desk.tell({ kind, key: 'error-1' });
      expect(desk.hear(recovered())).toMatchObject([{ kind: 'show', key: 'recovered-2' }]);
    },
  );

  it('whose banner could not be shown ends in silence', () => {
    const desk = newDesk();
    desk.hear(error());
    desk.tell({ kind: 'failed', key: 'error-1' });
    expect(desk.hear(recovered())).toEqual([]);
  });

  it('that ended while the stream was lost loses its banner', () => {
    const desk = newDesk();
    desk.hear(error());
    desk.tell({ kind: 'link', up: false });
    desk.tell({ kind: 'link', up: true });
    desk.hear(connected(1));
    expect(desk.hear(recovered())).toEqual([{ kind: 'withdraw', key: 'error-1' }]);
    expect(wordsOf(desk.wait(3))).toEqual([['While you were away', '1 problem is over.']]);
  });

  it('is news again after a gap, and takes the place of its old banner', () => {
    const desk = newDesk();
    desk.hear(error());
    desk.hear(connected(0, true));
    expect(desk.hear(error())).toMatchObject([
      { kind: 'withdraw', key: 'error-1' },
      { kind: 'show', key: 'error-2' },
    ]);
    expect(desk.hear(error())).toEqual([]);
  });
});

describe("what is before the user's eyes", () => {
  it('is not notified', () => {
    const desk = newDesk();
    desk.tell({ kind: 'focus', view: { vm: null, taskId: null } });
    desk.hear(error());
    desk.hear(error({ code: 'run_crashed' }));
    desk.hear(task());
    desk.hear(recovered());
    expect(desk.wait(60)).toEqual([]);
    expect(desk.shown).toEqual([]);
    desk.tell({ kind: 'focus', view: null });
    expect(desk.hear(error())).toHaveLength(1);
  });

  it('is only what the page is about', () => {
    const desk = newDesk({ batchSeconds: 0 });
    desk.tell({ kind: 'focus', view: { vm: 'waa-eval-vm', taskId: 'a1' } });
    expect(desk.hear(task())).toEqual([]);
    expect(desk.hear(task({ task_id: 'b2' }))).toHaveLength(1);
    expect(desk.hear(error())).toHaveLength(1);
    desk.tell({ kind: 'focus', view: { vm: 'waa-eval-vm', taskId: null } });
    expect(desk.hear(task({ vm: 'other' }))).toHaveLength(1);
    expect(desk.hear(error({ vm: 'other' }))).toHaveLength(1);
    expect(desk.hear(error({ code: 'disk_full' }))).toEqual([]);
  });

  it('needs no banner either when it was looked at while the banner waited', () => {
    const desk = newDesk();
    desk.hear(task());
    desk.tell({ kind: 'focus', view: { vm: 'waa-eval-vm', taskId: null } });
    expect(desk.wait(10)).toEqual([]);
  });
});
