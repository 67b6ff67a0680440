/** A VM, or only its container, on which a tool is not installed: BenchTray names it, and what it cannot read without it. */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RealVm } from '../../support/real-vm.ts';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

/** Makes a folder with every program of this computer but one. Returns a PATH on the VM that has no other. */
function pathWithout(vm: RealVm, tool: string): string {
  const folder = join(vm.dir, `without-${tool}`);
  mkdirSync(folder);
  for (const source of ['/usr/bin', '/bin'])
    for (const name of readdirSync(source))
      if (name !== tool && !existsSync(join(folder, name)))
        symlinkSync(join(source, name), join(folder, name));
  return `${join(vm.dir, 'bin')}:${folder}`;
}

async function withSshd(vm: RealVm, ...lines: readonly string[]): Promise<void> {
  vm.setSshd(...lines);
  await vm.killSshd();
  await vm.startSshd();
}

describe.skipIf(sshdPath === null)('a tool that is not installed', () => {
  it.each(['sort', 'find'])(
    'on the VM, %s, is named, until it is there and the run is read',
    async (tool) => {
      const vm = await readyVm();
      await vm.startRunner();
      vm.runSays(sampleRunByTask(Date.now())[0] ?? '');
      const path = pathWithout(vm, tool);
      await withSshd(vm, `SetEnv VM_DIR=${vm.dir} HOME=${join(vm.dir, 'home')} PATH=${path}`);
      const { untilError, untilRecovered, untilPhase, client } = await watch(vm.config);
      expect(await untilError('vm_tools_missing')).toMatchObject({
        severity: 'warning',
        message: `The VM has no ${tool}. BenchTray cannot find or read its logs and results.`,
        detail: tool,
        hint: expect.stringContaining('apt-get install') as string,
      });
      await withSshd(vm);
      await untilRecovered('vm_tools_missing');
      await untilPhase('ready');
      await until(() => client.tasks().length >= 1, 'the task');
      expect(client.errors().filter(({ code }) => code === 'vm_tools_missing')).toHaveLength(1);
    },
  );

  it('in the container is named, until another start of it has the tool', async () => {
    const vm = await readyVm();
    writeFileSync(join(vm.dir, 'inside-path'), `${pathWithout(vm, 'find')}\n`);
    const { untilError, untilRecovered, untilPhase, client } = await watch(vm.config);
    const error = await untilError('vm_tools_missing');
    expect(error.message).toMatch(/^The container winarena has no find\./);
    rmSync(join(vm.dir, 'inside-path'));
    vm.containerStops('Exited (0) 1 second ago', 0);
    vm.containerUp('2026-01-28T23:00:00.000000000Z');
    await untilRecovered('vm_tools_missing');
    await untilPhase('ready');
    expect(client.errors().map(({ code }) => code)).toEqual(['vm_tools_missing']);
  });
});
