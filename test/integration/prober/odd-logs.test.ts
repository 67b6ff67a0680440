/** A log full of odd bytes: the server answers meanwhile, and the task behind them is reported. */
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import ssh2 from 'ssh2';
import { describe, expect, it, onTestFinished } from 'vitest';
import { followFile, openChannels } from '../../../src/main/engine/vm/index.ts';
import { oddTexts } from '../../support/odd-texts.ts';
import { sampleRunByTask, sampleTaskIds } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

const bytes = 1_000_000;
const flood = 10_000_000;
const pieceMs = 2;
/** A turn lasts 8 ms. The test may see two of them as one. */
const mostPerTurn = 2 * (8 / pieceMs + 1);
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

describe.skipIf(sshdPath === null)('a followed log to which are added', () => {
  it.each([
    ['line ends', '\n'],
    ['carriage returns', '\r'],
  ])('10 MB of %s is passed on in small pieces, and few of them in each turn', async (_what, letter) => {
    const vm = await readyVm();
    const client = new ssh2.Client();
    const { port, username } = vm.config.ssh;
    client.connect({ host: '127.0.0.1', port, username, privateKey: readFileSync(vm.keyPath) });
    await once(client, 'ready');
    // The server may end before the connection does.
    client.on('error', () => undefined);
    onTestFinished(() => void client.end());
    let turn = 0;
    let bytes = 0;
    const pieces: { readonly size: number; readonly turn: number }[] = [];
    const ticker = (): void => {
      turn += 1;
      if (bytes < flood) setImmediate(ticker);
    };
    vm.runSays('first\n');
    const place = { path: vm.runLog, inode: String(statSync(vm.runLog).ino), offset: 0, size: 0 };
    const following = followFile(openChannels(client), 'sh', place, {
      data(piece) {
        bytes += piece.length;
        pieces.push({ size: piece.length, turn });
        // So slow that few fit into a turn, on any machine.
        const untilMs = performance.now() + pieceMs;
        while (performance.now() < untilMs);
      },
      notice: () => undefined,
      closed: () => undefined,
    });
    await until(() => bytes > 0, 'the file is followed');
    setImmediate(ticker);
    vm.runSays(letter.repeat(flood));
    await until(() => bytes >= flood, 'all of it');
    following.close();
    expect(Math.max(...pieces.map(({ size }) => size))).toBeLessThanOrEqual(8_192);
    const perTurn = Object.values(Object.groupBy(pieces, (piece) => piece.turn));
    expect(Math.max(...perTurn.map((group) => group?.length ?? 0))).toBeLessThanOrEqual(mostPerTurn);
  });
});
