/** A log that is there and grows, while what reads it on the VM hangs: said, and read as soon as that can be done. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

/** Hangs when it is to follow a file, as on a network drive whose server is gone. */
const hangingTail =
  '#!/bin/sh\ncase " $* " in *" -f "*) exec sleep 1000;; *) exec /usr/bin/tail "$@";; esac\n';

describe.skipIf(sshdPath === null)('a log of which nothing arrives', () => {
  it('is told, and its tasks follow once, when reading it works again', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const tasks = sampleRunByTask(Date.now());
    vm.runSays(tasks.slice(0, 2).join(''));
    const tails = ['bin', 'inside'].map((side) => join(vm.dir, side, 'tail'));
    for (const tail of tails) writeFileSync(tail, hangingTail, { mode: 0o755 });
    const { client, untilError, untilRecovered } = await watch(vm.config, {
      tempo: { wholeLookEveryMs: 900, arrivesWithinMs: 3_000 },
    });
    const error = await untilError('log_unreadable');
    expect(error.message).toMatch(/^Nothing of the log .+ arrives from the VM\.$/);
    expect(error.hint).toContain('hangs');
    for (const tail of tails) rmSync(tail);
    await untilRecovered('log_unreadable');
    await until(() => client.tasks().length >= 2, 'both tasks');
    vm.runSays(tasks[2] ?? '');
    await until(() => client.tasks().length >= 3, 'the third task');
    expect(client.tasks()).toHaveLength(3);
    expect(client.errors().map(({ code }) => code)).toEqual(['log_unreadable']);
  });
});
