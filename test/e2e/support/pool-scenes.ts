/** A run of many domains, and one that several VMs share. */
import type { DomainTally } from '../../../src/shared/stream.ts';
import type { Bench } from './bench.ts';
import { setReady, startRun } from './scenes.ts';

/** Tallies of this many domains: some done, one half done, most not begun. */
export function domainsOf(count: number): readonly DomainTally[] {
  const names = [
    'notepad',
    'libreoffice_calc',
    'settings',
    'file_explorer',
    'vs_code',
    'chrome',
    'msedge',
    'vlc',
    'clock',
    'paint',
    'windows_calc',
    'libreoffice_writer',
  ];
  return names.slice(0, count).map((domain, index) => {
    const total = 5 + ((index * 7) % 19);
    const done = index < 4 ? total : index === 4 ? Math.floor(total / 2) : 0;
    return {
      domain,
      total_tasks: total,
      tasks_completed: done,
      succeeded: Math.floor(done / 2),
      score_sum: done * 0.6,
      tasks_scored: done,
      mean_score: done === 0 ? null : 0.6,
      pass_rate: done === 0 ? null : Math.floor(done / 2) / done,
    };
  });
}

/** A pool of runs, one on each of these VMs. The second crashed, the first has finished, the others are on. */
export function startPool(bench: Bench, names: readonly string[], workers = names.length): void {
  bench.vms = names.map((name) => ({ name, address: '20.123.45.67' }));
  names.forEach((vm, workerId) => {
    setReady(bench.feed, {}, vm);
    const state = (['finished', 'crashed'] as const)[workerId] ?? 'running';
    const done = [12, 4][workerId] ?? 2 + (workerId % 7);
    startRun(
      bench.feed,
      done,
      12,
      { vm, run_id: `run-${String(workerId)}`, state, domains: domainsOf(5) },
      { workers, workerId },
    );
  });
}
