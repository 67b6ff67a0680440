import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openShell, type ShellChannel } from '../../../src/main/engine/vm/shell-channel.ts';
import { processesOf } from '../../support/real-vm/processes.ts';
import { until } from '../../support/wait.ts';
import { localShell, type LocalShell } from '../../unit/vm/local-shell.ts';
import type { Shell } from '../../unit/vm/shells.ts';

export interface ResidentShell {
  /** Its home. All of its processes are found by it. */
  readonly dir: string;
  readonly machine: LocalShell;
  readonly shell: ShellChannel;
}

/** Opens a resident shell of this machine in a folder of its own. When the test is over, it is closed, and nothing may be left behind. */
export function openResidentShell(program: Shell[1], folder = 'benchtray-shell-'): ResidentShell {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), folder)));
  const machine = localShell(program, { HOME: dir, VM_DIR: dir });
  const shell = openShell(machine.channels, 'sh');
  onTestFinished(async () => {
    shell.close();
    await until(() => processesOf(dir).length === 0, 'nothing is left behind');
    rmSync(dir, { recursive: true });
  });
  return { dir, machine, shell };
}
