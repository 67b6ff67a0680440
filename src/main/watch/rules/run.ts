/** Troubles with the benchmark's run and its log. */
import { whileUp, type Rules } from './rule.ts';

export const runRules: Rules = {
  log_unreadable: whileUp(({ log }) => {
    if (log.trouble !== null) {
      return { severity: 'warning', message: log.trouble.message, detail: log.path, hint: log.trouble.hint };
    }
    return log.path === null ? 'unknown' : 'clear';
  }),

  run_stalled: whileUp(({ run }, { stalledAfterMs }) => {
    if (!run?.isRunning) return 'clear';
    if (run.silentForMs < (run.stallsAfterMs ?? stalledAfterMs)) return 'clear';
    return {
      severity: 'warning',
      message: `The run has written nothing for ${Math.floor(run.silentForMs / 60_000)} minutes.`,
      detail: null,
      hint: 'The agent may wait for its model for ever (a wrong model name, an API that hangs). Look at the log and at the screen.',
    };
  }),
};
