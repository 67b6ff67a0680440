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
});
