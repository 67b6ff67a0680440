/** A log full of odd bytes: the server answers meanwhile, and the task behind them is reported. */
import { describe, expect, it } from 'vitest';
import { oddTexts } from '../../support/odd-texts.ts';
import { sampleRunByTask, sampleTaskIds } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

const bytes = 1_000_000;
/** As many kinds as the run has tasks behind its first one. */
const kinds = Object.entries(oddTexts);

describe.skipIf(sshdPath === null)('a flooded log', () => {
  it('holds up neither the server nor the tasks behind the flood', async () => {
    const vm = await readyVm();
    const { client, monitor, untilPhase } = await watch(vm.config);
    await untilPhase('ready');
    await vm.startRunner();
    const [first = '', ...pieces] = sampleRunByTask(Date.now());
    vm.runSays(first);
    await until(() => client.tasks().length >= 1, 'the first task');
    for (const [index, [kind, make]] of kinds.entries()) {
      vm.runSays(make(bytes));
      vm.runSays(`\n${pieces[index] ?? ''}`);
      const isTold = (): boolean => client.tasks().length === index + 2;
      do expect((await fetch(`${monitor.url}/healthz`)).status).toBe(200);
      while (!isTold() && client.errors().length === 0);
      await until(isTold, `the task behind ${kind}`);
    }
    expect(client.tasks().map(({ task_id }) => task_id)).toEqual(sampleTaskIds.slice(0, kinds.length + 1));
    expect(client.errors()).toEqual([]);
  });

  it.each([
    ['line ends', '\n'],
    ['carriage returns', '\r'],
  ])('of 10 MB of %s is read in short turns, and the task behind them is heard', async (_what, letter) => {
    const vm = await readyVm();
    const { client, untilPhase } = await watch(vm.config);
    await untilPhase('ready');
    await vm.startRunner();
    const [first = '', second = ''] = sampleRunByTask(Date.now());
    vm.runSays(first);
    await until(() => client.tasks().length >= 1, 'the first task');
    const turns = watchTurns();
    vm.runSays(letter.repeat(10_000_000));
    vm.runSays(`\n${second}`);
    await until(() => client.tasks().length >= 2, 'the task behind them');
    expect(turns.stop()).toBeLessThan(longestTurnMs);
    expect(client.errors()).toEqual([]);
  });
});

/** A turn reads for 8 ms. The rest is for garbage collection, and for what other work falls into the same turn. */
const longestTurnMs = 300;

/**
 * Measures how long the event loop is busy between two of its turns, in processor time of this thread: other processes on the machine
 * do not matter. `stop` returns the longest turn in milliseconds.
 */
function watchTurns(): { readonly stop: () => number } {
  let longestMs = 0;
  let isOn = true;
  let before = process.threadCpuUsage();
  function tick(): void {
    const { user, system } = process.threadCpuUsage(before);
    longestMs = Math.max(longestMs, (user + system) / 1000);
    before = process.threadCpuUsage();
    if (isOn) setImmediate(tick);
  }
  setImmediate(tick);
  return {
    stop() {
      isOn = false;
      return longestMs;
    },
  };
}
