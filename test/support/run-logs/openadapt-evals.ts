/** Logs of openadapt-evals: its runner, `run_full_eval.py`, `run_dc_eval.py`, and what its command line passes on. */
import { createLogWriter, type LogWriter } from './log-writer.ts';
import {
  planPlays,
  randomFrom,
  truthOf,
  type PlannedPlay,
  type RunLog,
  type RunLogOptions,
  type TrueTask,
} from './plan.ts';

export function makeEvRunnerLog(seed: number, options: RunLogOptions): RunLog {
  const plays = planPlays(randomFrom(seed), options);
  const { end = 'finished' } = options;
  const log = createLogWriter(options.startMs);
  log.plain(`Evaluating ${String(plays.length)} tasks on waa-live`);
  const tasks = plays.map((play, index): TrueTask => {
    log.plain(`Task ${String(index + 1)}/${String(plays.length)}: ${play.taskId}`);
    const isOn = end !== 'finished' && index === plays.length - 1;
    playWithRunner(log, play, isOn);
    const truth = truthOf(play, null);
    return isOn ? { ...truth, outcome: null, score: null } : truth;
  });
  if (end === 'finished')
    log.plain(`Evaluation complete: 1/${String(plays.length)} (30.0%) success, 8.1 avg steps`);
  return runLog('ev_runner', log, plays.length, tasks, end === 'finished' ? 'finished' : 'running');
}

/** Two tasks at a time, whose lines alternate. */
export function makeParallelEvRunnerLog(seed: number, options: RunLogOptions): RunLog {
  const plays = planPlays(randomFrom(seed), options);
  const log = createLogWriter(options.startMs);
  log.plain(`Evaluating ${String(plays.length)} tasks on waa-live`);
  for (let index = 0; index < plays.length; index += 2) {
    const pair = plays.slice(index, index + 2).map((play) => {
      const own = createLogWriter();
      playWithRunner(own, play, false);
      own.plain(`Task ${play.taskId}: ${play.fate === 'scored' && play.score === 1 ? 'SUCCESS' : 'FAIL'}`);
      return own.pieces.map(({ text }) => text);
    });
    const longest = Math.max(...pair.map((lines) => lines.length));
    for (let line = 0; line < longest; line += 1) {
      for (const lines of pair) log.raw(lines[line] ?? '');
    }
  }
  log.plain(`Evaluation complete: 1/${String(plays.length)} (30.0%) success, 8.1 avg steps`);
  const tasks = plays.map((play) => truthOf(play, null));
  return runLog('ev_runner', log, plays.length, tasks, 'finished');
}

export function makeEvFullEvalLog(seed: number, options: RunLogOptions): RunLog {
  const plays = planPlays(randomFrom(seed), options);
  const { end = 'finished' } = options;
  const log = createLogWriter(options.startMs);
  const say = (message: string, level?: string) => {
    log.plain(`run_full_eval: ${message}`, level);
  };
  say('Creating PlannerGrounderAgent (planner=claude-sonnet-4-6, grounder=gpt-4.1-mini)');
  say(`Starting evaluation: ${String(plays.length)} tasks, max 15 steps each`);
  const done = end === 'finished' ? plays : plays.slice(0, -1);
  const tasks = plays.flatMap((play, index): TrueTask[] => {
    const shortId = play.taskId.slice(0, 8);
    const taskId = play.taskId.slice(0, 12);
    if (end === 'interrupted' && index >= done.length) return [];
    say(`=== Task ${String(index + 1)}/${String(plays.length)} [${taskId}] (12.8m remaining) ===`);
    if (index >= done.length) return [{ ...truthOf(play, null), taskId, outcome: null, score: null }];
    log.plain('httpx: HTTP Request: POST https://api.anthropic.com/v1/messages "HTTP/1.1 200 OK"');
    log.plain('openadapt_evals.adapters.waa.live: Resetting environment for task x');
    if (play.fate === 'exception') say(`Task ${shortId} failed: connection refused`, 'ERROR');
    else say(`Task ${shortId}: agent signaled DONE at step ${String(play.actions.length + 1)}`);
    const score = play.fate === 'exception' ? 0 : play.score;
    const word = score > 0 ? 'PASS' : 'FAIL';
    say(
      `Task ${shortId}: ${word} (score=${score.toFixed(2)}, steps=${String(play.actions.length)}, time=411.3s)`,
    );
    return [{ ...truthOf(play, null), taskId }];
  });
  if (end === 'interrupted') {
    say('Shutdown requested, finishing current task...', 'WARNING');
    say(`Shutdown requested, stopping after ${String(done.length)}/${String(plays.length)} tasks`, 'WARNING');
  }
  if (end !== 'running') {
    log.print(`\n${'='.repeat(70)}\nEVALUATION SUMMARY\n${'='.repeat(70)}`);
    log.print(`  Total tasks:        ${String(plays.length)}\n  Passed:             1 (10.0%)`);
    log.print('  Avg score:          0.512\n  Avg steps:          8.1');
  }
  return runLog('ev_full_eval', log, plays.length, tasks, end);
}

/** Each task without a demonstration and with one. */
export function makeEvDcEvalLog(seed: number, options: RunLogOptions): RunLog {
  const plays = planPlays(randomFrom(seed), { ...options, tasks: Math.ceil(options.tasks / 2) });
  const { end = 'finished' } = options;
  const runs = plays.flatMap((play) => [
    { play, condition: 'ZS' },
    { play, condition: 'DC' },
  ]);
  const log = createLogWriter(options.startMs);
  const total = String(runs.length);
  log.print(`Eval: ${total} runs (${String(plays.length)} tasks) with api-claude-cu\nVM: 172.173.66.131\n`);
  const tasks = runs.map(({ play, condition }, index): TrueTask => {
    const line = '='.repeat(60);
    log.print(`${line}\n[${String(index + 1)}/${total}] ${condition}: ${play.taskId}`);
    log.print(`  Run: val_${condition.toLowerCase()}_${play.taskId.slice(0, 8)}\n${line}`);
    log.plain('Evaluating 1 tasks on waa-live');
    log.plain(`Task 1/1: ${play.taskId}`);
    const isOn = end !== 'finished' && index === runs.length - 1;
    playWithRunner(log, play, isOn);
    const truth = truthOf(play, condition);
    if (isOn) return { ...truth, outcome: null, score: null };
    log.plain('Evaluation complete: 1/1 (100.0%) success, 8.1 avg steps');
    log.print('\n  -> OK (412s)\n');
    return truth;
  });
  if (end === 'finished')
    log.print(`\n${'='.repeat(60)}\nEVAL SUMMARY (api-claude-cu)\n  Runs: 1/${total} completed`);
  return runLog('ev_dc_eval', log, runs.length, tasks, end === 'finished' ? 'finished' : 'running');
}

/** The log as the command line passes it on: a prefix before each line, and its own words between. */
export function wrapped({ text, truth }: RunLog): RunLog {
  const log = createLogWriter();
  const own = (step: string, message: string) => {
    log.print(`[2026-02-26 09:30:02] [${step}] ${message}`);
  };
  own('POOL-RUN', 'Running WAA benchmark across 1 workers');
  for (const line of text.split('\n').slice(0, -1)) {
    own('RUN', line.split('\r').at(-1) ?? '');
    if (line.includes('Resetting environment')) own('POOL', 'Task 1/30');
  }
  own('POOL-RUN', 'BENCHMARK COMPLETE');
  own('POOL-RUN', '  Completed: 1/10');
  const { pieces } = log;
  return { pieces, text: pieces.map((piece) => piece.text).join(''), truth };
}

/** What the runner says of one task, from its reset to its end. */
function playWithRunner(log: LogWriter, play: PlannedPlay, isOn: boolean): void {
  const { taskId, actions, fate, score } = play;
  log.plain(`Resetting environment for task ${taskId}`);
  log.plain('Environment reset complete, starting task execution');
  for (const [index, action] of actions.entries()) {
    log.plain(`Step ${String(index)}: Getting action from agent`);
    log.plain(`Step ${String(index)}: Agent chose action: click`);
    log.plain(`Step ${String(index)}: Agent reasoning: ${action}...`);
  }
  if (isOn) return;
  if (fate === 'exception') {
    log.plain(`Error running task ${taskId}: Server unreachable`, 'ERROR');
    return;
  }
  log.plain('Evaluating task result');
  if (score === 1) log.plain(`[SUCCESS] Task ${taskId} completed successfully (score: ${score.toFixed(2)})`);
  else log.plain(`Task ${taskId} failed (score: ${score.toFixed(2)})`, 'ERROR');
}

function runLog(
  dialect: string,
  { pieces }: LogWriter,
  totalTasks: number,
  tasks: readonly TrueTask[],
  end: RunLog['truth']['end'],
): RunLog {
  const text = pieces.map((piece) => piece.text).join('');
  return { pieces, text, truth: { dialect, totalTasks, tasks, end } };
}
