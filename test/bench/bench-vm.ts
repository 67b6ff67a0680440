/** A VM for measuring: the real OpenSSH server of test/support, with an account of what it uses and of how often docker is called. */
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRealVm, type RealVm } from '../support/real-vm.ts';
import { openCpuAccount, type CpuAccount } from './cpu.ts';

export interface BenchVm extends RealVm {
  /** All that runs on the VM for whoever watches it: sshd and everything below it. */
  readonly cpu: CpuAccount;
  dockerCalls(): number;
  /** A log in the place where run.py would write it, newer than all before. */
  newLog(): RunLog;
}

export interface RunLog {
  readonly path: string;
  append(text: string): void;
}

/** Starts a VM whose container runs and whose benchmark server answers. */
export async function startBenchVm(name: string): Promise<BenchVm> {
  const vm = await startRealVm(name);
  try {
    const cpu = openCpuAccount(vm.serverPid());
    const docker = join(vm.dir, 'bin', 'docker');
    const calls = join(vm.dir, 'docker-calls');
    const counting = readFileSync(docker, 'utf8').replace('\n', '\necho >>"$VM_DIR/docker-calls"\n');
    writeFileSync(docker, counting);
    writeFileSync(calls, '');
    vm.containerUp();
    vm.setProbe('ready');
    let logs = 0;
    return {
      ...vm,
      cpu,
      dockerCalls: () => statSync(calls).size,
      newLog() {
        logs += 1;
        const path = vm.runLog.replace(/normal-0-\d+@\d+/, `normal-0-20260128@${220000 + logs}`);
        return { path, append: (text) => appendFileSync(path, text) };
      },
      async close() {
        await vm.close();
        await cpu.close();
      },
    };
  } catch (error) {
    await vm.close();
    throw error;
  }
}
