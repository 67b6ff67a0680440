/** Runs that BenchTray cannot hear: the status says so, and why. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { StatusPayload } from '../../../src/shared/stream.ts';
import { openTerminal } from '../../support/on-terminal.ts';
import { sampleRun } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, realVm, watch } from './watched.ts';

const whyOf = (status: StatusPayload | undefined, piece: 'runner' | 'log'): string =>
  status?.detail.found.find((one) => one.piece === piece)?.why ?? '';

describe.skipIf(sshdPath === null)('a benchmark without a log', () => {
  it('that prints to a terminal is reported as unheard in the status, and no more once its log is there', async () => {
    const vm = await readyVm();
    rmSync(vm.runLog, { force: true });
    await vm.startRunner({ output: await openTerminal() });
    const { client, status } = await watch(vm.config);
    await until(
      () =>
        status()?.detail.text === 'Ready; the benchmark prints to a terminal, where BenchTray cannot read it',
      'the text says it',
    );
    expect(whyOf(status(), 'runner')).toBe(
      'a process in the container; it prints to a terminal, where BenchTray cannot read it',
    );
    expect(client.errors()).toEqual([]);
    vm.runSays(sampleRun(Date.now()).slice(0, 2_000));
    await until(() => status()?.detail.text === 'Ready', 'the log is found');
    expect(whyOf(status(), 'runner')).toBe('a process in the container');
  });

  it('that prints to another program is reported as unheard on a VM without a container', async () => {
    const vm = await realVm();
    vm.failDocker('sh: 1: docker: not found', 127);
    rmSync(vm.runLog, { force: true });
    await vm.startRunner({ where: 'host', cwd: join(vm.dir, 'home/work'), output: '| cat' });
    const { status } = await watch(vm.config);
    await until(
      () =>
        status()?.detail.text.endsWith(
          '; the benchmark prints to another program, where BenchTray cannot read it',
        ),
      'the text says it',
    );
    expect(whyOf(status(), 'runner')).toContain('it prints to another program');
  });
});

describe.skipIf(sshdPath === null)('a log that BenchTray cannot read', () => {
  it('because it is compressed, is an error until an uncompressed one is in its place', async () => {
    const vm = await readyVm();
    const log = join(vm.dir, 'home/run.log');
    writeFileSync(log, gzipSync(sampleRun(Date.now())));
    const config = { ...vm.config, benchmark: { ...vm.config.benchmark, log } };
    const { status, untilError, untilRecovered, close } = await watch(config);
    expect(await untilError('log_unreadable')).toMatchObject({
      severity: 'warning',
      message: 'The benchmark log is compressed by gzip, so BenchTray cannot read it.',
      detail: log,
      hint: 'Let the benchmark write its log uncompressed, and compress it after the run.',
    });
    await until(
      () => whyOf(status(), 'log').endsWith('; it is compressed by gzip, so BenchTray cannot read it'),
      'the finding says it',
    );
    rmSync(log);
    writeFileSync(log, sampleRun(Date.now()));
    await untilRecovered('log_unreadable');
    await close();
  });

  it('because it is of no benchmark, is named in the status, and so is the benchmark that is not heard', async () => {
    const vm = await readyVm();
    writeFileSync(vm.runLog, 'GET /index.html 200\n'.repeat(50));
    await vm.startRunner();
    const { client, status } = await watch(vm.config);
    await until(
      () => status()?.detail.text === 'Ready; BenchTray recognises no benchmark in the log',
      'the text says it',
    );
    expect(whyOf(status(), 'log')).toMatch(/; BenchTray recognises no benchmark in it$/);
    vm.runSays(sampleRun(Date.now()).slice(0, 2_000));
    await until(() => status()?.detail.text === 'Ready', 'the run is found');
    expect(whyOf(status(), 'log')).not.toContain('recognises');
    expect(client.errors()).toEqual([]);
  });
});
