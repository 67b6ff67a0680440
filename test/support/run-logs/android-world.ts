/** Logs of AndroidWorld's `run.py`: prints without a time, of which an agent makes some. */
import { createLogWriter, type LogWriter } from './log-writer.ts';
import {
  planPlays,
  randomFrom,
  type PlannedPlay,
  type RunLog,
  type RunLogOptions,
  type TrueTask,
} from './plan.ts';

const agent = 'm3a_gpt4v';

export function makeAndroidWorldLog(seed: number, options: RunLogOptions): RunLog {
  const plays = planPlays(randomFrom(seed), options);
  const { end = 'finished' } = options;
  const log = createLogWriter(options.startMs);
  log.print('I0602 15:49:58.101001 13852 env_launcher.py:88] Connected to the emulator.');
  log.print('Initializing agent...');
  log.print(`Starting eval with agent ${agent} and writing to /home/u/runs/run_20260602T154948`);
  const tasks = plays.map((play, index): TrueTask => {
    const taskId = nameOf(play);
    const isOn = end !== 'finished' && index === plays.length - 1;
    log.print(`Running task: ${taskId}`);
    log.print('='.repeat(`Running task: ${taskId}`.length));
    if (!isOn && play.fate === 'exception') raise(log, taskId);
    else playTask(log, play, isOn);
    printTable(log, taskId);
    if (isOn) return { domain: null, taskId, outcome: null, score: null, attempt: 1 };
    const isScored = play.fate === 'scored';
    const score = isScored ? Math.floor(play.score) : null;
    return { domain: null, taskId, outcome: play.fate, score, attempt: 1 };
  });
  if (end === 'finished')
    log.print(`Finished running agent ${agent} on android_world family. Wrote to /home/u/runs.`);
  const { pieces } = log;
  const text = pieces.map((piece) => piece.text).join('');
  const told = end === 'finished' ? 'finished' : 'running';
  return { pieces, text, truth: { dialect: 'android_world', totalTasks: 0, tasks, end: told } };
}

/** Names of tasks are those of classes. */
function nameOf({ taskId }: PlannedPlay): string {
  return `Task${taskId.replaceAll(/\W/g, '')}`;
}

function playTask(log: LogWriter, play: PlannedPlay, isOn: boolean): void {
  log.print(`Running task ${nameOf(play)} with goal "${play.instruction}"`);
  for (const [index, action] of play.actions.entries()) {
    const number = String(index + 1);
    log.print(`----------step ${number}\nStep ${number}: Goal\n${action}`);
    log.print(`Completed step ${number}.`);
  }
  if (isOn) return;
  const isSuccess = play.score === 1;
  if (isSuccess) log.print('Agent indicates task is done.');
  else log.print('\x1b[31mAgent did not indicate task is done. Reached max number of steps.\x1b[0m');
  log.print(`${isSuccess ? 'Task Successful ✅' : 'Task Failed ❌'};  ${play.instruction}`);
}

function raise(log: LogWriter, taskId: string): void {
  log.print(`${'~'.repeat(80)}\nSKIPPING ${taskId}.`);
  log.print(
    'Traceback (most recent call last):\n  File "suite_utils.py", line 261\nRuntimeError: adb: device offline',
  );
}

function printTable(log: LogWriter, taskId: string): void {
  log.print('\n\n             task_num  num_complete_trials  mean_success_rate  mean_episode_length');
  log.print(`task\n${taskId}          0                 1.00                0.5                 2.00`);
  log.print(
    '========= Average =========       0                 1.00                0.5                 2.00\n',
  );
}
