/** What one side uses over a time: CPU here and on its VM, logins, calls of docker. */
import type { BenchVm } from './bench-vm.ts';

/** Scaled to a minute. */
export interface Usage {
  readonly hereCpuSeconds: number;
  readonly vmCpuSeconds: number;
  readonly logins: number;
  readonly dockerCalls: number;
}

/** Begins to count. The answer ends the time and gives what was used in it. */
export function usageSince(vm: BenchVm, hereCpuSeconds: () => number): () => Usage {
  const take = () => ({
    atMs: performance.now(),
    here: hereCpuSeconds(),
    vm: vm.cpu.seconds(),
    logins: vm.logins(),
    dockerCalls: vm.dockerCalls(),
  });
  const before = take();
  return () => {
    const after = take();
    const minutes = (after.atMs - before.atMs) / 60_000;
    return {
      hereCpuSeconds: (after.here - before.here) / minutes,
      vmCpuSeconds: (after.vm - before.vm) / minutes,
      logins: (after.logins - before.logins) / minutes,
      dockerCalls: (after.dockerCalls - before.dockerCalls) / minutes,
    };
  };
}
