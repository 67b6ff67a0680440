/** The log of a run of Windows Agent Arena, as long as a test needs: colours, errors, long lines and all. */
import type { TaskRecord } from '../../src/main/engine/feed/index.ts';

type LoggedTask = Pick<TaskRecord, 'taskId' | 'domain' | 'outcome' | 'score' | 'steps'>;

export interface WaaLogOptions {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly tasks: readonly LoggedTask[];
  /** How many lines the agent writes in each step besides the usual ones. */
  readonly talk?: number;
  /** The last task has not ended. */
  readonly isOn?: boolean;
}

const escape = '\u001b';
/** What a task with an exception raised. */
export const raised =
  "openai.RateLimitError: Error code: 429 - {'error': {'message': 'You exceeded your current quota, please check your plan and billing details.'}}";

/** Returns the text, with a line end behind its last line. */
export function waaLog({ startedAt, tasks, talk = 2, isOn = false }: WaaLogOptions): string {
  let atMs = startedAt;
  const line = (place: string, message: string, level = 'INFO', colour = '32'): string => {
    atMs += 730;
    const at = new Date(atMs).toISOString().replace('T', ' ').slice(0, 23).replace('.', ',');
    return `${escape}[1;33m[${at} ${escape}[${colour}m${level} ${escape}[32m${place}-MainProcess${escape}[1;33m] ${escape}[0m${message}\n`;
  };
  const planned = tasks.map(({ domain, taskId }) => `('${domain ?? ''}', '${taskId}')`).join(', ');
  const parts = [
    'Cleaning results directory...\nRunning agent navi...\n',
    line('run/399', 'TESTING ON TASK JSON PATH: evaluation_examples_windows/test_all.json'),
    line('run/436', `Worker 0 is doing tasks: [${planned}]`),
  ];
  for (const [index, task] of tasks.entries()) {
    const { taskId, domain, outcome, score, steps } = task;
    parts.push(
      line('run/224', `[Domain]: ${domain ?? ''}`),
      line('run/225', `[Example ID]: ${taskId}`),
      line('desktop_env/260', 'Not implemented! Reverting to snapshot is not supported', 'ERROR', '31'),
    );
    for (let step = 1; step <= steps; step += 1) {
      parts.push(line('lib_run_single/56', `Step ${step}: computer.mouse.move(id=${step * 3})`));
      for (let nth = 0; nth < talk; nth += 1)
        parts.push(
          line(
            'agent/118',
            `Observation ${nth + 1} of step ${step}: the window of task ${index + 1} is in front.`,
          ),
        );
      parts.push(line('lib_run_single/60', 'Reward: 0.00'), line('lib_run_single/61', 'Done: False'));
    }
    parts.push(
      line('requests/88', 'Connection pool is full, discarding connection', 'WARNING', '33'),
      line('agent/140', `Accessibility tree: ${'<Button name="OK" id="12"/>'.repeat(120)}`),
    );
    if (isOn && index === tasks.length - 1) break;
    if (outcome === 'exception')
      parts.push(
        line('run/259', `Exception in ${domain ?? ''}/${taskId}: ${raised}`, 'ERROR', '31'),
        `Traceback (most recent call last):\n  File "run.py", line 250, in test\n${raised}\n`,
      );
    else
      parts.push(
        line('lib_run_single/84', `Result: ${(score ?? 0).toFixed(2)}`),
        line('run/280', `Finished ${domain ?? ''}/${taskId}`),
      );
  }
  if (!isOn) parts.push(line('run/292', 'Average score: 0.55'));
  return parts.join('');
}
