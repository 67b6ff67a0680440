/** Logs and results in places that nobody expects: odd names, links, and a whole file system behind one. */
import { appendFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { byTask, makeWaaLog } from '../../support/run-logs/waa.ts';
import { sampleRunByTask, sampleTaskIds } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

const whole = (pieces: readonly string[]): string => pieces.join('');

describe.skipIf(sshdPath === null)('a log', () => {
  it.each([
    'normal-a\tb.log',
    "normal-it's $(id) `id` *?[x].log",
    'normal- größe 猫 .log',
    `normal-${'x'.repeat(220)}.log`,
  ])('named %j is followed over its rotation', async (name) => {
    const vm = await readyVm();
    await vm.startRunner();
    const log = join(dirname(vm.runLog), name);
    const pieces = sampleRunByTask(Date.now());
    writeFileSync(log, whole(pieces.slice(0, 6)));
    const watched = await watch(vm.config);
    await until(() => watched.client.tasks().length >= 6, 'six tasks');
    renameSync(log, `${log}.1`);
    writeFileSync(log, whole(pieces.slice(6)));
    await until(() => watched.client.progress()?.state === 'finished', 'the end of the run');
    expect(watched.client.tasks().map(({ task_id }) => task_id)).toEqual(sampleTaskIds);
  });

  it('whose place is taken by a link to another file goes on there', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const pieces = sampleRunByTask(Date.now());
    vm.runSays(whole(pieces.slice(0, 6)));
    const watched = await watch(vm.config);
    await until(() => watched.client.tasks().length >= 6, 'six tasks');
    renameSync(vm.runLog, join(dirname(vm.runLog), 'part-1'));
    writeFileSync(join(dirname(vm.runLog), 'part-2'), whole(pieces.slice(6, 9)));
    symlinkSync('part-2', vm.runLog);
    await until(() => watched.client.tasks().length >= 9, 'nine tasks');
    vm.runSays(whole(pieces.slice(9)));
    await until(() => watched.client.progress()?.state === 'finished', 'the end of the run');
    expect(watched.client.tasks().map(({ task_id }) => task_id)).toEqual(sampleTaskIds);
  });

  it('with a TAB in its name, whose place is taken by a link, is read to its last task', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const log = join(dirname(vm.runLog), 'normal-a\tb.log');
    const { text, truth } = makeWaaLog(7, { tasks: 20, startMs: Date.now() });
    const pieces = byTask(text);
    writeFileSync(log, whole(pieces.slice(0, 2)));
    const watched = await watch(vm.config);
    await until(() => watched.client.tasks().length >= 2, 'two tasks');
    renameSync(log, join(dirname(log), 'part-1'));
    writeFileSync(join(dirname(log), 'part\t2'), whole(pieces.slice(2, 11)));
    symlinkSync('part\t2', log);
    await until(() => watched.client.tasks().length >= 11, 'eleven tasks');
    appendFileSync(log, whole(pieces.slice(11)));
    await until(() => watched.client.progress()?.state === 'finished', 'the end of the run');
    expect(watched.client.tasks().map(({ task_id }) => task_id)).toEqual(
      truth.tasks.map(({ taskId }) => taskId),
    );
    expect(truth.tasks).toHaveLength(20);
    expect(watched.client.errors()).toEqual([]);
  });

  it('whose name cannot be asked for is a trouble that says so', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    writeFileSync(join(dirname(vm.runLog), 'normal-a\nb.log'), 'x');
    const watched = await watch(vm.config);
    const error = await watched.untilError('log_unreadable');
    expect(error.message).toContain('because of their names');
    expect(error.hint).toContain('Rename');
    vm.runSays(whole(sampleRunByTask(Date.now()).slice(0, 1)));
    await watched.untilRecovered('log_unreadable');
  });
});

describe.skipIf(sshdPath === null)('results with links in them', () => {
  it('are not left in search of a task, and no search stays behind', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const results = join(vm.dir, 'client/results');
    mkdirSync(join(results, 'model'), { recursive: true });
    symlinkSync('/', join(results, 'link'));
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) symlinkSync('..', join(results, `model/${name}`));
    vm.runSays(whole(sampleRunByTask(Date.now()).slice(0, 1)));
    const watched = await watch(vm.config);
    const [task] = await until(() => watched.client.tasks().length > 0 && watched.client.tasks(), 'a task');
    const path = `/api/runs/${task?.run_id ?? ''}/tasks/${task?.task_id ?? ''}/screens`;
    const answers = await Promise.all(['', '', ''].map(() => fetch(watched.monitor.url + path)));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    for (const answer of answers) expect(await answer.text()).toContain('no folder of this task');
  });
});
