/** What run.py logs at each point of a run. The order, wording and line numbers of the records are upstream's. */
import { openingOf } from './actions.ts';
import { error, info, pythonFloat, pythonPairs, type RunRecord } from './run-records.ts';
import { maxSteps, type PlannedAttempt, type RunPlan } from './run-plan.ts';

/** Where the tasks of a run are listed, in the container. */
export const taskListPath = '/tmp/test_subset.json';
/** The address that dockurr gives to Windows in the first container of a machine. */
export const guestAddress = '172.30.0.2';

export function opening({ attempts, model }: RunPlan): RunRecord[] {
  const tasks = attempts.map(({ task }) => task);
  const domains = [...new Set(tasks.map(({ domain }) => domain))];
  const left = domains.map((name) => `${name}: ${tasks.filter(({ domain }) => domain === name).length}\n`);
  return [
    info('run/394', `\nTESTING ON TASK JSON PATH: ${taskListPath}`),
    info('run/416', `Left tasks:\n${left.join('')}`),
    info('run/436', `Worker 0 is doing tasks: ${pythonPairs(tasks.map(({ domain, id }) => [domain, id]))}`),
    info(
      'run/139',
      "Args: Namespace(headless=False, action_space='pyautogui', observation_type='a11y_tree', screen_width=1920, " +
        `screen_height=1200, sleep_after_execution=3, max_steps=${maxSteps}, a11y_backend='uia', agent_name='navi', ` +
        "som_origin='oss', max_trajectory_length=3, test_config_base_dir='evaluation_examples_windows', " +
        `model='${model}', temperature=1.0, top_p=0.9, max_tokens=1500, stop_token=None, domain='all', ` +
        `emulator_ip='${guestAddress}', test_all_meta_path='${taskListPath}', result_dir='./results', trial_id='0', ` +
        "worker_id=0, num_workers=1, diff_lvl='normal')",
    ),
    info('desktop_env/81', 'Initializing...'),
    info('desktop_env/88', 'Using external emulator...'),
    info(
      'desktop_env/96',
      '(QEMU) get_status: {\n  "status": "running",\n  "singlestep": false,\n  "running": true\n}',
    ),
  ];
}

export function begin({ task }: PlannedAttempt): RunRecord[] {
  return [
    info('run/208', 'Windows Agent Arena: Starting on NORMAL difficulty'),
    info(
      'run/210',
      `\nTESTING ON TASK CONFIG PATH: evaluation_examples_windows/examples/${task.domain}/${task.id}.json`,
    ),
    info('run/224', `[Domain]: ${task.domain}`),
    info('run/225', `[Example ID]: ${task.id}`),
    info('run/229', `[Instruction]: ${task.instruction}`),
    info('desktop_env/245', 'Resetting environment...'),
    info('desktop_env/247', 'Switching task...'),
    info('desktop_env/249', 'Setting counters...'),
    info('desktop_env/254', 'Reverting to snapshot to init_state...'),
    error(
      'desktop_env/260',
      'Not implemented! Reverting to snapshot is not supported for remote VMs! Closing all applications instead',
    ),
  ];
}

export function setup({ task }: PlannedAttempt): RunRecord[] {
  const { program, file } = openingOf(task.domain);
  const path = `C:\\Users\\Docker\\Downloads\\${file ?? ''}`;
  const asPython = path.replaceAll('\\', '\\\\');
  return [
    info('setup/365', 'Command executed successfully: All windows closed successfully.'),
    info('desktop_env/265', 'Starting emulator...'),
    info('desktop_env/127', 'VM is up and ready.'),
    info('desktop_env/270', 'Emulator started.'),
    info('desktop_env/273', 'Cleaning up existing task files...'),
    info('desktop_env/276', 'Setting task info...'),
    info('desktop_env/285', 'Setting up environment...'),
    ...(file === null
      ? [info('setup/62', `SETUP: _launch_setup({'command': '${program}'})`)]
      : [
          info('setup/124', 'File downloaded successfully'),
          info('setup/181', 'Command executed successfully: File Uploaded'),
          info(
            'setup/62',
            `SETUP: _download_setup([{'url': 'https://example.invalid/task_files/${file}', 'path': '${asPython}'}])`,
          ),
          info('setup/62', `SETUP: _open_setup(${path})`),
        ]),
  ];
}

export const commandAnswer =
  'Command executed successfully: {\n  "returncode": 0,\n  "output": "",\n  "error": ""\n}\n';

/** An attempt that runs out of steps has no word of its end. */
export function beforeEvaluation({ steps }: PlannedAttempt): RunRecord[] {
  const last = steps.at(-1)?.actions.at(-1);
  return [
    ...(last === 'DONE' || last === 'FAIL' ? [info('lib_run_single/77', 'The episode is done.')] : []),
    info('lib_run_single/82', 'Running evaluator(s)...'),
  ];
}

export function scored(attempt: PlannedAttempt, score: number): RunRecord[] {
  const { domain, id } = attempt.task;
  return [
    ...evaluation(attempt, score),
    info('lib_run_single/84', `Result: ${score.toFixed(2)}`),
    info('run/280', `Finished ${domain}/${id}`),
  ];
}

/** The evaluator's own lines: an ERROR among them is no failure of the benchmark. */
function evaluation({ task }: PlannedAttempt, score: number): RunRecord[] {
  const { file } = openingOf(task.domain);
  if (file === null)
    return [info('python/202', 'Command executed successfully: {\n  "status": "success"\n}')];
  return [
    info('python/125', `GET_FILE, file_path: C:\\Users\\Docker\\Downloads\\${file}`),
    score > 0
      ? info('python/127', 'File downloaded successfully')
      : error('python/130', 'Failed to get file. Status code: 404'),
  ];
}

export function raised({ task }: PlannedAttempt, message: string): RunRecord[] {
  const traceback = [
    'Traceback (most recent call last):',
    '  File "/client/run.py", line 255, in test',
    '    lib_run_single.run_single_example(agent, env, example, max_steps, instruction, args, example_result_dir,',
    '  File "/client/lib_run_single.py", line 49, in run_single_example',
    '    env.controller.update_computer(**computer_update_args)',
    `Exception: ${message}`,
    '',
  ];
  return [
    error('run/259', `Exception in ${task.domain}/${task.id}: ${message}`),
    error('run/261', traceback.join('\n')),
  ];
}

export function closing({ attempts }: RunPlan): RunRecord[] {
  const scores = attempts.flatMap(({ end }) => (end.kind === 'scored' ? [end.score] : []));
  const sum = scores.reduce((total, score) => total + score, 0);
  return [
    info('desktop_env/410', 'Stopping emulator...'),
    error('desktop_env/413', 'Not implemented! Stopping emulator is not supported for remote VMs!'),
    info(
      'run/292',
      scores.length === 0 ? 'No examples finished.' : `Average score: ${pythonFloat(sum / scores.length)}`,
    ),
  ];
}
