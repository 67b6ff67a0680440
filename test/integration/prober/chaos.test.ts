/** A run of 200 tasks on a machine where everything breaks, again and again: afterwards the journal holds exactly the truth. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { chaosRun, playInto, type TrueTask } from './chaos-run.ts';
import { benchTray, returningClient } from './lives.ts';
import { seeded } from './random.ts';
import { readyVm } from './watched.ts';

const seed = 20_260_128;
const taskCount = 200;
/** Pieces of 250 bytes on average: the run takes about a minute. */
const pieceEveryMs = 25;

interface ToldTask {
  readonly task_id: string;
  readonly domain: string | null;
  readonly outcome: string;
  readonly score: number | null;
  readonly steps: number;
  readonly attempt: number;
}

const asTrue = ({ domain, id, score, steps }: TrueTask): unknown[] => [
  ...[domain, id, score === null ? 'exception' : 'scored', score, steps, 1],
];
const asTold = ({ domain, task_id, outcome, score, steps, attempt }: ToldTask): unknown[] => [
  ...[domain, task_id, outcome, score, steps, attempt],
];

describe.skipIf(sshdPath === null)('a run in the middle of everything that can go wrong', () => {
  it('is told whole, each task once and in order, and nothing is left on the VM', async () => {
    const random = seeded(seed);
    const vm = await readyVm();
    await vm.startRunner();
    const run = chaosRun(taskCount, random, Date.now());
    const server = benchTray(vm);
    const client = returningClient();
    onTestFinished(client.close);
    await client.come(await server.start());
    const writer = playInto(vm.runLog, Buffer.from(run.text), random, pieceEveryMs);
    const injected: Record<string, number> = {};
    // What is in a log that was moved away before anybody saw it is not looked for.
    await until(() => client.tasks().length > 0, 'the run is followed');

    const moments = (most: number): Promise<void> => pause(random.below(most));
    const told = (count: number): Promise<unknown> =>
      until(() => client.tasks().length >= count, `${String(count)} tasks told`).catch((error: unknown) => {
        const ids = client.tasks();
        const missing = run.tasks.flatMap(({ id }, index) =>
          index < count && !ids.includes(id) ? [index] : [],
        );
        console.log(
          `Missing: ${missing.join(' ')}, written ${String(writer.written)}, what happened: ${history.join('; ')}`,
        );
        throw error;
      });
    const history: string[] = [];

    /** What happens to the log. */
    const moves = {
      rotated: () => writer.rotate(true),
      'renamed, and written on for a while': async () => {
        writer.rotate(false);
        await moments(3_000);
        writer.reopen();
      },
      'copied and cut': () => writer.copyAndCut(),
      'rotated twice': async () => {
        writer.rotate(true);
        await moments(300);
        writer.rotate(true);
      },
    };
    const names = Object.keys(moves) as (keyof typeof moves)[];
    async function moveLog(among = names): Promise<void> {
      const name = among[random.below(among.length)] ?? 'rotated';
      history.push(`${name} at ${String(writer.written)}`);
      injected[`log ${name}`] = (injected[`log ${name}`] ?? 0) + 1;
      await moves[name]();
    }

    const faults: Record<string, () => Promise<void>> = {
      'log moved': () => moveLog(),
      'sshd killed': async () => {
        await vm.killSshd();
        await moments(400);
        if (random.below(2) === 0) await moveLog();
        await vm.startSshd();
      },
      'sshd frozen': async () => {
        vm.freeze(true);
        await moments(1_500);
        // A log that is cut and outgrows its old size while tail itself stands still: tail cannot know.
        const noticeable = names.filter((name) => name !== 'copied and cut');
        if (random.below(3) === 0) await moveLog(noticeable);
        vm.freeze(false);
      },
      'BenchTray killed': async () => {
        await server.stop('SIGKILL');
        if (random.below(2) === 0) await moveLog();
        if (random.below(4) === 0) await moveLog();
        await client.come(await server.start());
      },
      'BenchTray asleep': async () => {
        server.freeze(true);
        await moments(2_500);
        if (random.below(2) === 0) await moveLog();
        if (random.below(3) === 0) {
          await vm.killSshd();
          await vm.startSshd();
        }
        server.freeze(false);
      },
      'log cut, with all of it read': async () => {
        // Without a copy, what has not been read is lost for good: it ends with a task that has been told.
        const count = run.ends.findIndex((end) => end > writer.written) + 1;
        if (count === 0) return;
        writer.allow(run.ends[count - 1] ?? 0);
        await told(count);
        writer.cut();
        writer.allow(Number.POSITIVE_INFINITY);
        // Nor can a copy of it be told from any other, before it has been seen anew.
        await told(Math.min(count + 1, taskCount));
      },
    };
    const kinds = Object.keys(faults);
    let isOver = false as boolean;
    const played = writer.done.then(() => (isOver = true));
    for (let turn = 0; !isOver; turn += 1) {
      // Each kind in turn, and then in any order.
      const kind = kinds[turn < kinds.length ? turn : random.below(kinds.length)] ?? '';
      history.push(`${kind} at ${String(writer.written)}, ${String(client.tasks().length)} told`);
      await faults[kind]?.();
      injected[kind] = (injected[kind] ?? 0) + 1;
      await moments(1_500);
    }
    await played;

    await told(taskCount);
    const state = (): unknown =>
      client.received().findLast(({ event }) => event === 'progress')?.data['state'];
    await until(() => state() === 'finished', 'the end of the run');
    expect(await server.stop('SIGTERM')).toBe(0);
    client.close();
    console.log(
      `Injected: ${Object.entries(injected)
        .map(([what, times]) => `${what} ${String(times)}`)
        .join(', ')}`,
    );

    const truth = run.tasks.map(asTrue);
    const received = client.received().filter(({ event }) => event === 'task_complete');
    const wrong = truth.flatMap((task, index) => {
      const { data } = received[index] ?? { data: {} };
      const told = asTold(data as unknown as ToldTask);
      return JSON.stringify(told) === JSON.stringify(task)
        ? []
        : [`${String(index)}: ${JSON.stringify(told)}`];
    });
    if (wrong.length > 0)
      console.log(`Wrong: ${wrong.slice(0, 5).join('; ')}; what happened: ${history.join('; ')}`);
    expect(received.map(({ data }) => asTold(data as unknown as ToldTask))).toEqual(truth);
    const journal = new DatabaseSync(join(server.dataDir, 'journal.sqlite'), { readOnly: true });
    const events = journal.prepare("SELECT data FROM events WHERE type = 'task_complete' ORDER BY seq").all();
    expect(events.map(({ data }) => asTold(JSON.parse(String(data)) as ToldTask))).toEqual(truth);
    const runs = journal.prepare('SELECT record FROM runs').all();
    expect(runs.map(({ record }) => JSON.parse(String(record)) as unknown)).toMatchObject([
      { state: 'finished', totalTasks: taskCount, tasksCompleted: taskCount },
    ]);
    journal.close();
  });
});
