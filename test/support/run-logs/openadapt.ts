/** Logs of the scripts around openadapt-ml: its prober's lines, and a report written by hand. */
import { createLogWriter } from './log-writer.ts';
import { planPlays, randomFrom, type RunLog, type RunLogOptions, type TrueTask } from './plan.ts';

export function makeOpenAdaptLog(seed: number, options: RunLogOptions): RunLog {
  const plays = planPlays(randomFrom(seed), { ...options, failures: false });
  const { end = 'finished' } = options;
  const log = createLogWriter(options.startMs);
  const say = (text: string) => {
    log.wait(5);
    log.print(`[${log.timeOfDay()}] ${text}`);
  };
  log.print(`=== Running WAA Benchmark ===\n\n  Model: gpt-4o\n  Tasks: ${String(plays.length)}`);
  const tasks = plays.map((play, index): TrueTask => {
    const { taskId, score } = play;
    say(`Task ${String(index + 1)}/${String(plays.length)}`);
    say(`Running task: ${taskId}`);
    for (const [step, action] of play.actions.entries()) say(`Step ${String(step + 1)}: ${action}`);
    const isOn = end !== 'finished' && index === plays.length - 1;
    if (isOn) return { domain: null, taskId, outcome: null, score: null, attempt: 1 };
    say(`Score: ${score.toFixed(2)}`);
    say(score === 1 ? 'Result: PASS' : 'Result: FAIL - Agent error');
    say(`Task ${taskId} ${score === 1 ? 'completed successfully' : 'failed'}`);
    return { domain: null, taskId, outcome: 'scored', score, attempt: 1 };
  });
  return runLog(log.pieces, plays.length, tasks, end === 'finished' ? 'finished' : 'running');
}

/** Tasks have a text and no id, nothing tells how many there are, and nothing ends the run. */
export function makeReportLog(seed: number, options: RunLogOptions): RunLog {
  const plays = planPlays(randomFrom(seed), { ...options, failures: false });
  const log = createLogWriter(options.startMs);
  const say = (text: string) => {
    log.wait(5);
    log.print(`[${log.timeOfDay()}] ${text}`);
  };
  const tasks = plays.map((play, index): TrueTask => {
    say(`Task: ${play.instruction}`);
    for (const action of play.actions) say(`Action: ${action}`);
    say(play.score === 1 ? 'Result: PASS - Details view activated' : 'Result: FAIL - Agent error');
    const taskId = `task_${String(index + 1)}`;
    return { domain: null, taskId, outcome: 'scored', score: null, attempt: 1 };
  });
  return runLog(log.pieces, 0, tasks, 'running');
}

function runLog(
  pieces: RunLog['pieces'],
  totalTasks: number,
  tasks: readonly TrueTask[],
  end: RunLog['truth']['end'],
): RunLog {
  const text = pieces.map((piece) => piece.text).join('');
  return { pieces, text, truth: { dialect: 'openadapt', totalTasks, tasks, end } };
}
