/** Troubles with keeping the files of ended tasks on this computer. */
import { maxSessionsHint } from '../../vm/index.ts';
import type { KeepObstacle } from '../sight.ts';
import type { Rules } from './rule.ts';

const goesOn = 'BenchTray then copies them by itself.';

const words: Readonly<Record<KeepObstacle['kind'], { readonly message: string; readonly hint: string }>> = {
  journal: {
    message: 'BenchTray copies no files of tasks, because it cannot write its journal.',
    hint: `Make room on the disk of this computer, or restart BenchTray. ${goesOn}`,
  },
  full: {
    message: 'BenchTray copies no files of tasks, because the disk of this computer is full.',
    hint: `Make room on the disk of this computer. ${goesOn}`,
  },
  unwritable: {
    message: 'BenchTray copies no files of tasks, because it cannot write into its data folder.',
    hint: `Let BenchTray write into its data folder. ${goesOn}`,
  },
  container: {
    message: 'BenchTray cannot copy files of tasks, because their container is not running.',
    hint: `Start the container again if you need the files. ${goesOn} It stops looking after a week.`,
  },
  connection: {
    message: 'BenchTray cannot copy files of a task, because the connection breaks during each copy.',
    hint: 'Copy the files from the VM yourself if you need them. BenchTray gives the task up after the third break.',
  },
  sessions: {
    message:
      'BenchTray cannot copy files of tasks, because the SSH server of the VM allows too few sessions.',
    hint: `${maxSessionsHint}. BenchTray then copies the files of the tasks that end from then on.`,
  },
  copy: {
    message: 'BenchTray cannot copy files of a task, because each copy fails on the VM.',
    hint: 'Check that the result folder on the VM can be read. BenchTray gives the task up after the fourth copy.',
  },
};

export const keepRules: Rules = {
  files_not_kept({ keeping }) {
    if (keeping.kind === 'unknown') return 'unknown';
    if (keeping.kind === 'free') return 'clear';
    return { severity: 'warning', detail: keeping.detail, ...words[keeping.kind] };
  },
};
