/** What `status`, `runs` and `tasks` print, and the exit codes that come with it. */
import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { runColumns } from '../../../src/main/cli/runs.ts';
import { isOpen, statusLines } from '../../../src/main/cli/status.ts';
import { tableLines } from '../../../src/main/cli/table.ts';
import { hasFailed, runLines, taskColumns } from '../../../src/main/cli/tasks.ts';
import { widthOf } from '../../../src/main/cli/width.ts';
import type { ProgressPayload } from '../../../src/shared/stream.ts';
import { errorOf, progressOf } from '../feed/fixtures.ts';
import { pictureOf, runViewOf, statusAnswerOf, taskViewOf } from './history-fixtures.ts';

const paint = new Chalk({ level: 0 });
/** In local time, as the commands show it. */
const nowMs = new Date(2026, 0, 29, 12, 0).getTime();
const at = (day: number, hour: number, minute: number): string =>
  new Date(2026, 0, day, hour, minute).toISOString();

describe('status', () => {
  const asOf = new Date(nowMs).toISOString();
  const show = (vms: Parameters<typeof statusAnswerOf>[0], columns: number | null = 80) =>
    statusLines(statusAnswerOf(vms, { as_of: asOf }), nowMs, columns, paint);
  const on = (vm: string, changes: Partial<ProgressPayload> = {}) =>
    pictureOf(vm, { progress: progressOf(vm, { eta_seconds: 3600, ...changes }) });

  it('shows a run that is on with its task, its time left and its scores', () => {
    expect(show([on('waa')], null)).toEqual([
      '● waa  running  4/30 13 %  1:00:00 left · notepad/task_005, step 3/15 · Mean score 50.0 % (n = 4) · Pass rate 50.0 % (2 of 4)',
    ]);
  });

  it('shows the worst error of a VM, since when, and how many more are open', () => {
    const open_errors = [
      errorOf('waa', { message: 'The disk is nearly full.', began_at: at(29, 11, 0) }),
      errorOf('waa', {
        code: 'ssh_unreachable',
        severity: 'critical',
        message: 'SSH connection failed',
        began_at: at(28, 9, 5),
      }),
    ];
    expect(show([on('ok'), { ...on('waa'), open_errors }])).toEqual([
      expect.stringMatching(/^● ok {3}running {2}4\/30 13 % {2}1:00:00 left/),
      '✗ waa  running  4/30 13 %  SSH connection failed (since 28 Jan 09:05, and 1 mor…',
    ]);
  });

  it('shows how the newest run ended, of which nothing but its record may be left', () => {
    const run = runViewOf('run-1', { state: 'finished', ended_at: at(28, 23, 30) });
    const finished = progressOf('waa', { state: 'finished', current_task: null });
    const ended = /ended 28 Jan 23:30 · Mean score 50\.0 % \(n = [34]\)/;
    expect(show([pictureOf('waa', { run, progress: finished })], null)[0]).toMatch(ended);
    expect(show([pictureOf('waa', { run })], null)[0]).toMatch(ended);
  });

  it('says when a VM was last heard that nobody watches', () => {
    const picture = on('waa', { as_of: at(29, 2, 14) });
    const status = {
      ...picture.status,
      connected: false,
      waa_ready: false,
      phase: 'unknown',
      as_of: at(29, 2, 14),
    } as const;
    expect(show([{ ...picture, status }], null)[0]).toMatch(
      /^\? waa {2}unknown {2}4\/30 13 % {2}last heard 02:14 · notepad\/task_005, step 3\/15 · Mean/,
    );
  });

  it('has a line for each of ten VMs with long names, none wider than the terminal', () => {
    const names = Array.from({ length: 10 }, (_, index) => `waa-eval-vm-with-a-long-name-日本語-${index}`);
    for (const columns of [20, 40, 80, 120]) {
      const lines = show(
        names.map((name) => on(name)),
        columns,
      );
      expect(lines).toHaveLength(10);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    }
  });

  it('lets neither secrets nor control characters through', () => {
    const message = 'Login failed: password=hunter2hunter2 \u001b[2J';
    const [line] = show([pictureOf('w\u001b[31m', { open_errors: [errorOf('w', { message })] })], null);
    expect(line).toMatch(/^! w {2}ready {2}Login failed: password=\*\*\* \(since /);
  });

  it('is an alarm if an error is open or the journal cannot be written', () => {
    expect(isOpen(statusAnswerOf([pictureOf('a')]))).toBe(false);
    expect(isOpen(statusAnswerOf([pictureOf('a'), pictureOf('b', { open_errors: [errorOf('b')] })]))).toBe(
      true,
    );
    const journal = { ok: false, error: 'disk full', since: at(29, 1, 0) };
    expect(isOpen(statusAnswerOf([], { journal }))).toBe(true);
  });
});

describe('runs', () => {
  const runs = [
    runViewOf('waa-eval-vm-20260129-101500000', { started_at: at(29, 10, 15), model: 'gpt-4o' }),
    runViewOf('waa-eval-vm-20260128-225508318', {
      started_at: at(28, 22, 55),
      ended_at: at(29, 0, 57),
      state: 'interrupted',
      total_tasks: 0,
      mean_score: null,
      pass_rate: null,
      tasks_scored: 0,
      model: null,
    }),
  ];
  const show = (columns: number | null) => tableLines(runs, runColumns(nowMs, paint), columns);

  it('shows clock times for today, dates otherwise, and figures with their n', () => {
    expect(show(null)).toEqual([
      'Run                             VM    Started          Time  State        Tasks  Mean score  Pass rate  n  Model',
      'waa-eval-vm-20260129-101500000  vm-a  10:15                  Running       4/30      50.0 %     33.3 %  3  gpt-4o',
      'waa-eval-vm-20260128-225508318  vm-a  28 Jan 22:55  2:02:00  Interrupted      4           –          –  0',
    ]);
  });

  it('shows the cost of a run where it is known', () => {
    const [title, ...lines] = tableLines(
      [runViewOf('r', { cost_usd: 14.2 }), ...runs],
      runColumns(nowMs, paint),
      null,
    );
    expect([title, lines[0]]).toEqual([
      expect.stringMatching(/ n +Cost +Model$/),
      expect.stringMatching(/ 3 +\$14\.20 +gpt-4o$/),
    ]);
  });

  it.each([40, 60, 80, 100])('fits a terminal of %d columns', (columns) => {
    const lines = show(columns);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    expect(lines[1]).toContain('Running');
  });

  it('shows mean score and pass rate with n on 80 columns', () => {
    expect(show(80)[0]).toMatch(/^Run +Started +State +Tasks +Mean score +Pass rate +n$/);
  });

  it('shows runs of a server that knows fewer fields, and other states', () => {
    const {
      mean_score: _mean,
      tasks_scored: _n,
      model: _model,
      ...early
    } = runViewOf('r', { state: 'paused' as 'running' });
    const [, line] = tableLines([early as (typeof runs)[number]], runColumns(nowMs, paint), null);
    expect(line).toMatch(/Paused +4\/30 +– +33\.3 % +–$/);
  });
});

describe('tasks', () => {
  const tasks = [
    taskViewOf('0e763496-b6bb-4508-a427-fad0b6c3e195-WOS', { domain: 'libreoffice_writer', score: 0.33333 }),
    taskViewOf('task-2', {
      success: false,
      score: null,
      outcome: 'exception',
      message: 'TimeoutError: no screenshot, api_key=abcd1234',
      attempt: 2,
      finished_at: at(28, 23, 1),
      duration_seconds: 65,
    }),
    taskViewOf('task-3', { success: false, score: 0, outcome: 'scored' }),
    taskViewOf('task-4', {
      success: false,
      score: null,
      outcome: null,
      finished_at: null,
      duration_seconds: null,
    }),
  ];
  const show = (columns: number | null) => tableLines(tasks, taskColumns(nowMs, paint), columns);

  it('has the words of the page, and what an exception said without its secrets', () => {
    const [title, passed, raised, failed, running] = show(null);
    expect(title).toMatch(/^Domain +Task +Attempt +Result +Score +Steps +Time +Finished +Message$/);
    expect(passed).toMatch(
      /^libreoffice_writer {2}0e763496-b6bb-4508-a427-fad0b6c3e195-WOS +Passed +0\.33 +7 +0:1[23] +/,
    );
    expect(raised).toMatch(
      /^notepad +task-2 +2 {2}Error +– +7 +1:05 {2}28 Jan 23:01 +TimeoutError: no screenshot, api_key=\*\*\*$/,
    );
    expect(failed).toMatch(/ Failed +0 /);
    expect(running).toMatch(/ Running +– +7 +– +–$/);
  });

  it.each([40, 60, 80, 100])('fits a terminal of %d columns', (columns) => {
    for (const line of show(columns)) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });

  it('has no column for attempts and messages if all went well at once', () => {
    const [title] = tableLines(tasks.slice(0, 1), taskColumns(nowMs, paint), null);
    expect(title).not.toMatch(/Attempt|Message/);
  });

  it('counts an attempt as failed that ended without passing', () => {
    expect(tasks.filter(hasFailed).map(({ task_id: id }) => id)).toEqual(['task-2', 'task-3']);
  });

  it('says of the run where it was and how it fared', () => {
    const run = runViewOf('run-1', { state: 'finished', started_at: at(28, 22, 55), tasks_completed: 30 });
    expect(runLines(run, nowMs)).toEqual([
      'run-1 on vm-a',
      'finished, 30/30 100 %, started 28 Jan 22:55',
      'Mean score 50.0 % (n = 3) · Pass rate 33.3 % (1 of 3)',
    ]);
  });

  it('counts one task in the singular while the total is unknown', () => {
    const run = runViewOf('run-1', { tasks_completed: 1, total_tasks: 0, started_at: null });
    expect(runLines(run, nowMs)[1]).toMatch(/, 1 task$/);
  });
});
