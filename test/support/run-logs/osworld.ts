/** Logs of OSWorld: `run.py`, and `run_multienv.py` with several processes. */
import { createLogWriter, type LogWriter } from './log-writer.ts';
import {
  pick,
  planPlays,
  randomFrom,
  truthOf,
  type LogPiece,
  type PlannedPlay,
  type Random,
  type RunLog,
  type RunLogOptions,
  type TrueTask,
} from './plan.ts';

/** Where a process writes. */
interface Place {
  readonly log: LogWriter;
  readonly runner: string;
  readonly process: string;
  /** In front of `[Domain]`. */
  readonly bracket: string;
}

export function makeOsWorldLog(seed: number, options: RunLogOptions): RunLog {
  const random = randomFrom(seed);
  const plays = planPlays(random, options);
  const { end = 'finished' } = options;
  const log = createLogWriter(options.startMs);
  const place: Place = { log, runner: 'run', process: 'MainProcess', bracket: '' };
  begin(place, plays);
  const done = end === 'running' ? plays.slice(0, -1) : plays;
  for (const play of done) {
    startTask(place, play);
    endTask(place, play);
  }
  const tasks = done.map((play) => truthOf(play));
  const last = plays.at(-1);
  if (end === 'running' && last !== undefined) {
    startTask(place, last);
    tasks.push({ ...truthOf(last), outcome: null, score: null });
  } else {
    log.record('run', `Average score: ${String(averageOf(done))}`);
  }
  const told = end === 'running' ? 'running' : 'finished';
  return runLog(log.pieces, plays.length, tasks, told);
}

/** Each process plays a part of the tasks; a process that dies takes its task with it, and another goes on. */
export function makeManyProcessLog(seed: number, options: RunLogOptions & { processes?: number }): RunLog {
  const random = randomFrom(seed);
  const plays = planPlays(random, options);
  const { end = 'finished', failures = true, processes = 3 } = options;
  const log = createLogWriter(options.startMs, ['MainProcess']);
  const main: Place = { log, runner: 'run_multienv', process: 'MainProcess', bracket: '' };
  begin(main, plays);
  log.record('run_multienv', `Total tasks: ${String(plays.length)}`);
  const head = log.pieces.splice(0);
  const tasks: TrueTask[] = [];
  const streams = Array.from({ length: processes }, (_, index) => {
    const mine = plays.filter((__, number) => number % processes === index);
    tasks.push(...playAll(main, index + 1, mine, failures ? random : () => 1, end));
    return log.pieces.splice(0);
  });
  const tail = endMain(main, plays, tasks, end);
  return runLog([...head, ...shuffled(random, streams), ...tail], plays.length, tasks, end);
}

function playAll(
  main: Place,
  number: number,
  plays: readonly PlannedPlay[],
  random: Random,
  end: NonNullable<RunLogOptions['end']>,
): TrueTask[] {
  let process = `EnvProcess-${String(number)}`;
  const stream = process;
  const here = (): Place => ({ ...main, process, bracket: `[${process}]` });
  const say = (message: string, level?: string) => {
    // The main process speaks, at this place in the story of the other.
    main.log.record(main.runner, message, level, 'MainProcess');
    const said = main.log.pieces.pop();
    if (said !== undefined) main.log.pieces.push({ ...said, process: stream });
  };
  const tasks = plays.map((play, index): TrueTask => {
    startTask(here(), play);
    const isLast = index === plays.length - 1;
    if (isLast && end !== 'finished') {
      return { ...truthOf(play), outcome: end === 'interrupted' ? 'interrupted' : null, score: null };
    }
    if (random() >= 0.15) {
      endTask(here(), play);
      return truthOf(play);
    }
    say(`Process ${process} died, restarting...`, 'WARNING');
    process = `EnvProcess-Restart-${String(number)}`;
    say(`Restarted process ${process} with PID 4711`);
    return { ...truthOf(play), outcome: 'lost', score: null };
  });
  for (const [index, piece] of main.log.pieces.entries())
    main.log.pieces[index] = { ...piece, process: stream };
  return tasks;
}

function endMain(
  { log, runner }: Place,
  plays: readonly PlannedPlay[],
  tasks: readonly TrueTask[],
  end: RunLogOptions['end'],
): LogPiece[] {
  if (end === 'interrupted') {
    log.record(runner, 'Received signal 2. Gracefully shutting down...');
    log.record(runner, 'Shutdown complete. Exiting.');
  }
  if (end === 'finished') {
    const scored = tasks.filter(({ outcome }) => outcome === 'scored').map(({ taskId }) => taskId);
    log.record(
      runner,
      `Average score: ${String(averageOf(plays.filter(({ taskId }) => scored.includes(taskId))))}`,
    );
    log.record(runner, 'Main process final cleanup...');
  }
  return log.pieces;
}

function begin({ log, runner }: Place, plays: readonly PlannedPlay[]): void {
  const domains = [...new Set(plays.map(({ domain }) => domain))];
  const left = domains.map(
    (domain) => `${domain}: ${String(plays.filter((play) => play.domain === domain).length)}\n`,
  );
  log.record(runner, `Left tasks:\n${left.join('')}`);
  log.print('New experiment, no result yet.');
  log.record(
    runner,
    "Args: Namespace(path_to_vm=None, provider_name='docker', max_steps=50, model='claude', result_dir='./results')",
  );
  log.record('desktop_env', 'Initializing...');
}

function startTask({ log, runner, process, bracket }: Place, play: PlannedPlay): void {
  log.record(runner, `${bracket}[Domain]: ${play.domain}`, 'INFO', process);
  log.record(runner, `${bracket}[Example ID]: ${play.taskId}`, 'INFO', process);
  log.record(runner, `${bracket}[Instruction]: ${play.instruction}`, 'INFO', process);
  log.record('desktop_env', 'Resetting environment...', 'INFO', process);
  for (const [index, action] of play.actions.entries()) {
    const number = String(index + 1);
    const step = index % 2 === 0 ? `Step ${number}: ${action}` : `Step ${number} Actions: ['${action}']`;
    log.record('lib_run_single', step, 'INFO', process);
    log.record('desktop_env', `Step ${String(index + 7)} in trajectory 0 with action: x`, 'INFO', process);
    log.record('lib_run_single', 'Reward: 0.00', 'INFO', process);
  }
}

function endTask({ log, runner, process, bracket }: Place, play: PlannedPlay): void {
  const name = `${play.domain}/${play.taskId}`;
  if (play.fate === 'exception') {
    const who = bracket === '' ? '' : `${process} `;
    log.record(runner, `Exception in ${who}${name}: list index out of range`, 'ERROR', process);
    log.record(runner, 'Traceback (most recent call last):\n  File "x.py"\nIndexError', 'ERROR', process);
    log.record(runner, 'Failed to end recording: x', 'ERROR', process);
    return;
  }
  log.record('lib_run_single', `Result: ${play.score.toFixed(2)}`, 'INFO', process);
  log.print(`📝 Logged result: ${name} -> success (score: ${String(play.score)})`, process);
}

function averageOf(plays: readonly PlannedPlay[]): number {
  const scores = plays.filter(({ fate }) => fate === 'scored').map(({ score }) => score);
  return scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** The streams in one, each in its own order. */
function shuffled(random: Random, streams: readonly LogPiece[][]): LogPiece[] {
  const left = streams.map((stream) => [...stream]);
  const pieces: LogPiece[] = [];
  for (;;) {
    const open = left.filter((stream) => stream.length > 0);
    if (open.length === 0) return pieces;
    const piece = pick(random, open).shift();
    if (piece !== undefined) pieces.push(piece);
  }
}

function runLog(
  pieces: readonly LogPiece[],
  totalTasks: number,
  tasks: readonly TrueTask[],
  end: RunLog['truth']['end'],
): RunLog {
  const text = pieces.map((piece) => piece.text).join('');
  return { pieces, text, truth: { dialect: 'osworld', totalTasks, tasks, end } };
}
