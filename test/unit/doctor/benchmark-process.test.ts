import { expect, it } from 'vitest';
import { benchmarkProcess } from '../../../src/main/engine/doctor/checks/benchmark-process.ts';
import { exampleTarget } from '../../../src/main/engine/doctor/examples.ts';
import type { VmFacts } from '../../../src/main/engine/doctor/vm-facts.ts';
import { terminalOf } from '../../../src/main/engine/common/terminal.ts';

/** A VM on which neither a container nor a benchmark is seen. */
const idleVm = {
  host: () => Promise.resolve({ runners: [] }),
  inside: () => Promise.resolve(null),
  container: () => Promise.resolve({ kind: 'absent' }),
  knownTarget: exampleTarget,
  dockerCommand: 'docker',
} as unknown as VmFacts;

it('without a container, the command finds benchmarks, and neither itself nor every path with "run" in it', async () => {
  const { command } = await benchmarkProcess.look(idleVm, new AbortController().signal);
  const line = command?.(terminalOf('linux')) ?? '';
  expect(line).toMatch(/^ssh azureuser@1\.2\.3\.4 /);
  expect(command?.(terminalOf('win32'))).toBe("ssh azureuser@1.2.3.4 'pgrep -f ''[r]un.*[.]py'''");
  const pattern = new RegExp(/pgrep -f '\\''(.+)'\\'''$/.exec(line)?.[1] ?? 'none');
  for (const found of ['python3 -u run.py --agent navi', 'python scripts/python/run_multienv_claude.py'])
    expect(found).toMatch(pattern);
  for (const other of ['/usr/bin/dockerd --containerd=/run/containerd/containerd.sock', line])
    expect(other).not.toMatch(pattern);
});
