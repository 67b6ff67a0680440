/** Troubles with the benchmark's run and its log. */
import { whileUp, type Rules } from './rule.ts';

export const runRules: Rules = {
  log_unreadable: whileUp(({ log, container, host, inside }) => {
    if (log.trouble !== null) {
      return { severity: 'warning', message: log.trouble.message, detail: log.path, hint: log.trouble.hint };
    }
    if (log.content?.kind === 'compressed') {
      return {
        severity: 'warning',
        message: `The benchmark log is compressed by ${log.content.by}, so BenchTray cannot read it.`,
        detail: log.path,
        hint: 'Let the benchmark write its log uncompressed, and compress it after the run.',
      };
    }
    if (log.path !== null) return 'clear';
    const unnamed = (host?.unnamedLogs ?? 0) + (inside?.unnamedLogs ?? 0);
    const named = (host?.logs.length ?? 0) + (inside?.logs.length ?? 0);
    // One of these is going to be followed, or one in the container that has not answered yet.
    const mayBeFollowed = named > 0 || (container.kind === 'running' && inside === null);
    if (unnamed === 0 || mayBeFollowed) return 'unknown';
    return {
      severity: 'warning',
      message: 'BenchTray cannot follow the only logs on the VM because of their names.',
      detail: `${unnamed === 1 ? '1 log' : `${unnamed} logs`} with a line break in the path, or one that is not UTF-8`,
      hint: 'Rename the log, or the folder that it is in.',
    };
  }),

  run_stalled: whileUp(({ run, answered }, { stalledAfterMs }) => {
    if (run === null) return answered.runs ? 'clear' : 'unknown';
    if (!run.isRunning) return 'clear';
    if (run.silentForMs === null) return 'unknown';
    if (run.silentForMs < (run.stallsAfterMs ?? stalledAfterMs)) return 'clear';
    return {
      severity: 'warning',
      message: `The run has written nothing for ${Math.floor(run.silentForMs / 60_000)} minutes.`,
      detail: null,
      hint: 'The agent may wait for its model for ever (a wrong model name, an API that hangs). Look at the log and at the screen.',
    };
  }),
};
