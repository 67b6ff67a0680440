/** What may go wrong with any check. */
import { onlyAdvice } from './model.ts';

export const late = onlyAdvice(
  'a check has no answer in time',
  'Run the doctor again. If it stays so, the VM is overloaded or the network between loses packets: look at its load (`uptime`, `free -h`).',
);

export const unforeseen = onlyAdvice(
  'a check fails by itself',
  'This is a mistake in BenchTray: please report it with the output of `benchtray doctor --json`.',
);
