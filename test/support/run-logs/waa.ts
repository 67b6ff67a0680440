/** Logs of `run.py` of Windows Agent Arena, in the words of its versions. */
import { createLogWriter, type LogWriter } from './log-writer.ts';
import { planPlays, randomFrom, truthOf, type PlannedPlay, type RunLog, type RunLogOptions } from './plan.ts';

/** `first`: the first release. `v2`: WAA-V2, which says nothing when it ends. `fork`: liweim's, with the score behind `Finished`. */
export type WaaVersion = 'first' | 'current' | 'v2' | 'fork';

/** What one worker of a pool plays: of the whole list its own slice, as run.py cuts it. */
export interface WaaPart {
  readonly workerId: number;
  readonly workers: number;
  /** How many tasks of its slice an earlier start has left done: only what is left is listed. */
  readonly done?: number;
}

const alone: WaaPart = { workerId: 0, workers: 1 };

export function makeWaaLog(
  seed: number,
  options: RunLogOptions,
  version: WaaVersion = 'current',
  part: WaaPart = alone,
): RunLog {
  const planned = planPlays(randomFrom(seed), options);
  const perWorker = Math.ceil(planned.length / part.workers);
  const plays = planned
    .slice(part.workerId * perWorker, (part.workerId + 1) * perWorker)
    .slice(part.done ?? 0);
  const all = part.workers === 1 ? plays : planned;
  const log = createLogWriter(options.startMs);
  begin(log, { all, plays, part }, version);
  const { end = 'finished' } = options;
  const done = end === 'finished' ? plays : plays.slice(0, -1);
  for (const play of done) {
    startTask(log, play, version);
    if (play.fate === 'exception') raise(log, play);
    else finish(log, play, version);
  }
  const last = plays.at(-1);
  const tasks = done.map((play) => truthOf(play));
  if (end !== 'finished' && last !== undefined) {
    startTask(log, last, version);
    log.record('agent', 'Processing screenshot...');
    if (end === 'interrupted') log.print('Interrupted by 15, shutting down');
    const outcome = end === 'interrupted' ? 'interrupted' : null;
    tasks.push({ ...truthOf(last), outcome, score: null });
  }
  if (end === 'finished' && version !== 'v2') {
    const scores = done.filter(({ fate }) => fate === 'scored').map(({ score }) => score);
    log.record('desktop_env', 'Stopping emulator...');
    log.record('desktop_env', 'Not implemented! Stopping emulator is not supported for remote VMs!', 'ERROR');
    const average = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    log.record('run', scores.length > 0 ? `Average score: ${String(average)}` : 'No examples finished.');
  }
  const { pieces } = log;
  const text = pieces.map((piece) => piece.text).join('');
  const told = end === 'finished' && version === 'v2' ? 'running' : end;
  return { pieces, text, truth: { dialect: 'waa', totalTasks: plays.length, tasks, end: told } };
}

/** The log cut behind the end of each task; the last piece holds the end of the run. */
export function byTask(text: string): string[] {
  // eslint-disable-next-line no-control-regex -- only real records are coloured; texts of tasks hold such words too
  return text.split(/(?<=\x1b\[0m(?:Finished|Exception in) \w+\/[^\n]*\n)/);
}

interface Begun {
  /** Of all workers together. */
  readonly all: readonly PlannedPlay[];
  readonly plays: readonly PlannedPlay[];
  readonly part: WaaPart;
}

function begin(log: LogWriter, { all, plays, part }: Begun, version: WaaVersion): void {
  log.print('Waiting for the server to start...');
  log.print("Response from server: {'message': 'Service is operational', 'status': 'Probe successful'}");
  log.record('run', `\nTESTING ON TASK ${version === 'first' ? '' : 'JSON '}PATH: /tmp/test_subset.json`);
  const domains = [...new Set(all.map(({ domain }) => domain))];
  const left = domains.map(
    (domain) => `${domain}: ${String(all.filter((play) => play.domain === domain).length)}\n`,
  );
  log.record('run', `Left tasks:\n${left.join('')}`);
  if (version !== 'first') {
    const pairs = plays.map(({ domain, taskId }) => `('${domain}', '${taskId}')`);
    log.record('run', `Worker ${String(part.workerId)} is doing tasks: [${pairs.join(', ')}]`);
  }
  log.print('New experiment, no result yet.');
  const agent = version === 'v2' ? "agent='navi'" : "agent_name='navi'";
  log.record(
    'run',
    `Args: Namespace(max_steps=15, ${agent}, model='gpt-4o', emulator_ip='172.30.0.2', result_dir='./results', trial_id='0', worker_id=${String(part.workerId)}, num_workers=${String(part.workers)})`,
  );
  log.record('desktop_env', '(QEMU) get_status: {\n  "status": "running"\n}');
}

function startTask(log: LogWriter, play: PlannedPlay, version: WaaVersion): void {
  log.raw('\rDomain:  33%|███▎      | 1/3 [30:34<1:01:08, 1834.00s/it]');
  log.raw('\rExample:  50%|█████     | 2/4 [10:11<10:11, 305.70s/it]\x1b[A');
  if (version !== 'first') log.record('run', 'Windows Agent Arena: Starting on NORMAL difficulty');
  log.record('run', `\nTESTING ON TASK CONFIG PATH: examples/${play.domain}/${play.taskId}.json`);
  log.record('run', `[Domain]: ${play.domain}`);
  log.record('run', `[Example ID]: ${play.taskId}`);
  log.record('run', `[Instruction]: ${play.instruction}`);
  log.record('desktop_env', 'Resetting environment...');
  log.record(
    'desktop_env',
    'Not implemented! Reverting to snapshot is not supported for remote VMs! Closing all applications instead',
    'ERROR',
  );
  for (const [index, action] of play.actions.entries()) {
    const number = String(index + 1);
    log.record('lib_run_single', 'Agent: Thinking...');
    if (version === 'first') log.print('starting env step');
    log.record('lib_run_single', `${version === 'v2' ? '\n\n' : ''}Step ${number}: ${action}`);
    if (index % 2 === 1) log.record('lib_run_single', `Step ${number}: DONE`);
    if (version === 'first') log.print('env step done');
    log.record('python', 'Command executed successfully: {\n  "returncode": 0,\n  "output": ""\n}\n');
    log.record('python', 'Failed to get file. Status code: 404', 'ERROR');
    log.record('lib_run_single', 'Reward: 0.00');
    log.record('lib_run_single', 'Done: False');
  }
}

function finish(log: LogWriter, play: PlannedPlay, version: WaaVersion): void {
  log.record('lib_run_single', 'Running evaluator(s)...');
  log.record('lib_run_single', `Result: ${play.score.toFixed(2)}`);
  const score = version === 'fork' ? ` score=${String(play.score)}` : '';
  log.record('run', `Finished ${play.domain}/${play.taskId}${score}`);
}

function raise(log: LogWriter, play: PlannedPlay): void {
  log.record('run', `Exception in ${play.domain}/${play.taskId}: HTTPConnectionPool(host='x')`, 'ERROR');
  log.record(
    'run',
    'Traceback (most recent call last):\n  File "/client/run.py", line 9\nValueError: Result: PASS',
    'ERROR',
  );
}
