/** The log of a run is on this machine as it was on the VM: over rotation, over restarts, and when the VM is gone. */
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { maskSecretLines } from '../../../src/shared/mask-secrets.ts';
import { plainLines } from '../../../src/shared/plain-text.ts';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch, type Watched } from './watched.ts';

/** A progress bar goes over itself by carriage returns. */
const shown = (text: string): string => maskSecretLines(text.split(/\r\n|\r|\n/).map(plainLines)).join('\n');

async function newestRun({ monitor }: Watched): Promise<string> {
  const [run] = (await (await fetch(`${monitor.url}/api/runs`)).json()) as { run_id: string }[];
  return run?.run_id ?? '';
}

async function logOf({ monitor }: Watched, runId: string): Promise<string> {
  const answer = await fetch(`${monitor.url}/api/runs/${runId}/log?bytes=1048576`);
  return answer.status === 200 ? answer.text() : '';
}

describe.skipIf(sshdPath === null)('the log of a run', () => {
  it('is kept over rotation, a restart and the end of its VM', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-data-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    const pieces = sampleRunByTask(Date.now());
    const said = (count: number): string => pieces.slice(0, count).join('');

    // It was there before BenchTray came.
    vm.runSays(said(2));
    const before = await watch(vm.config, { dataDir });
    await until(() => before.client.tasks().length >= 1, 'a task');
    appendFileSync(vm.runLog, pieces[2] ?? '');
    await until(() => before.client.tasks().length >= 2, 'another task');
    const runId = await newestRun(before);
    await before.close();

    // Moved away while nobody looks, in the middle of a line.
    const cut = Math.floor((pieces[3] ?? '').length / 2);
    appendFileSync(vm.runLog, (pieces[3] ?? '').slice(0, cut));
    renameSync(vm.runLog, `${vm.runLog}.1`);
    writeFileSync(vm.runLog, (pieces[3] ?? '').slice(cut) + pieces.slice(4).join(''));
    const after = await watch(vm.config, { dataDir });
    await until(() => after.client.progress()?.state === 'finished', 'the end of the run');
    await until(async () => (await logOf(after, runId)).includes('Average score'), 'the last line');
    await vm.killSshd();
    await after.untilError('ssh_unreachable');
    expect(await logOf(after, runId)).toBe(shown(said(pieces.length)));

    const found = await fetch(`${after.monitor.url}/api/runs/${runId}/log?q=average%20SCORE`);
    expect(await found.json()).toMatchObject({
      lines: [{ text: expect.stringContaining('Average score') as string }],
    });
  });
});
