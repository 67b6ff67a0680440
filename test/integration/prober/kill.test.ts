/** BenchTray as a process of its own, killed again and again in the middle of a run: nothing is lost, nothing is told twice. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { sampleRunByTask, sampleTaskIds } from '../../support/sample-run.ts';
import { openStream } from '../../support/stream-client.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { benchTray, returningClient } from './lives.ts';
import { readyVm } from './watched.ts';

describe.skipIf(sshdPath === null)('killed in the middle of a run', () => {
  it('tells each task once, in order, over all its lives, and leaves nothing on the VM', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const server = benchTray(vm);
    const client = returningClient();
    onTestFinished(client.close);
    const pieces = sampleRunByTask(Date.now());
    const done = (count: number) =>
      until(() => client.tasks().length >= count, `${String(count)} tasks done`);
    const half = (index: number): [string, string] => {
      const piece = pieces[index] ?? '';
      return [piece.slice(0, piece.length / 2), piece.slice(piece.length / 2)];
    };

    // Killed as soon as a task is told.
    await client.come(await server.start());
    vm.runSays(pieces.slice(0, 2).join(''));
    await done(1);
    await server.stop('SIGKILL');

    // Killed right after lines were written, in the middle of one, told or not.
    await client.come(await server.start());
    await done(2);
    const [start, rest] = half(3);
    vm.runSays((pieces[2] ?? '') + start);
    await server.stop('SIGKILL');
    vm.runSays(rest);

    // Killed as soon as it listens, with a client that has just come back and one that has not.
    await server.start();
    await server.stop('SIGKILL');
    await client.come(await server.start());
    await server.stop('SIGKILL');

    // Killed while it catches up with what was written in the meantime.
    vm.runSays(pieces.slice(4, 8).join(''));
    await client.come(await server.start());
    await done(5);
    await server.stop('SIGKILL');

    // The run ends while nobody looks.
    await client.come(await server.start());
    await done(8);
    const [last, end] = half(10);
    vm.runSays(pieces.slice(8, 10).join('') + last);
    await server.stop('SIGKILL');
    vm.runSays(end + pieces.slice(11).join(''));
    await vm.stopRunner();

    const url = await server.start();
    await client.come(url);
    await done(12);
    const state = (): unknown =>
      client.received().findLast(({ event }) => event === 'progress')?.data['state'];
    await until(() => state() === 'finished', 'the end of the run');
    const runs = (await (await fetch(`${url}/api/runs`)).json()) as {
      run_id: string;
      tasks_completed: number;
    }[];
    expect(runs).toMatchObject([{ state: 'finished', tasks_completed: 12, average_score: 0.55 }]);

    // A stranger who asks for everything from the beginning sees the same.
    const stranger = openStream(url, { lastEventId: client.received()[0]?.id.replace(/\d+$/, '0') ?? '' });
    await until(() => stranger.tasks().length >= 12, 'the whole journal');
    expect(stranger.tasks().map(({ task_id }) => task_id)).toEqual(sampleTaskIds);
    stranger.close();

    expect(await server.stop('SIGTERM')).toBe(0);
    client.close();
    expect(client.tasks()).toEqual(sampleTaskIds);
    expect(client.received().filter(({ data }) => data['gap'] === true)).toEqual([]);
    const numbers = client
      .received()
      .flatMap(({ event, id }) => (event === 'task_complete' ? Number(id.split('-')[1]) : []));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    await until(() => vm.leftovers().length === 0, 'nothing is left on the VM');
  });
});
