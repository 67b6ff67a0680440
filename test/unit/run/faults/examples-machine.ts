/** Tasks that ended because of the machine, the judge or the agent's own code, and tasks of which nobody can say. */
import {
  all,
  inOsWorld,
  inWaa,
  line,
  osRaised,
  osScored,
  raised,
  repeated,
  says,
  scored,
  taskName,
  type Example,
} from './play.ts';

/** AndroidWorld names its tasks like classes. */
const androidTask = 'BrowserMaze';
const guest = inWaa('WAA desktop_env/controllers/python.py, requests to the Flask server in Windows');
const machine = inWaa('WAA desktop_env/envs/desktop_env.py (_start_emulator)');
const player = inWaa('WAA client/lib_run_single.py (run_single_example)');
const judge = inWaa('WAA desktop_env/evaluators (getters, metrics)');
const agent = inWaa('WAA mm_agents/navi/agent.py');
const osMachine = inOsWorld('OSWorld desktop_env/providers (docker, aws)');
const osMain = inOsWorld('OSWorld run_multienv.py (test, main)');
const osJudge = inOsWorld('OSWorld desktop_env/evaluators');
const osAgent = inOsWorld('OSWorld mm_agents');

const pool = (path: string, port = 5000) =>
  `HTTPConnectionPool(host='172.30.0.2', port=${String(port)}): Max retries exceeded with url: ${path} (Caused by NewConnectionError('[Errno 111] Connection refused'))`;
const connection = 'requests.exceptions.ConnectionError';
const step = (number: number, action = 'computer.mouse.single_click()') =>
  line('lib_run_single', `Step ${String(number)}: ${action}`);
const noObservation = line(
  'lib_run_single',
  'Observation is None. Waiting a little to do next step.',
  'ERROR',
);
const judging = line('lib_run_single', 'Running evaluator(s)...');
const died = (log: Parameters<typeof osScored>[0]) =>
  log.record('run_multienv', 'Process EnvProcess-1 died, restarting...', 'WARNING');
const mainFailed = (message: string) => (log: Parameters<typeof osScored>[0]) =>
  log.record('run_multienv', `Unexpected error while waiting for processes: ${message}`, 'ERROR');

export const machineExamples: readonly Example[] = [
  guest(
    'the server in Windows refuses',
    'environment',
    raised(
      pool('/update_computer'),
      connection,
      '/client/run.py:main',
      '/client/desktop_env/controllers/python.py:update',
    ),
  ),
  guest(
    'no screenshot can be had',
    'environment',
    raised(pool('/screenshot'), connection, '/client/desktop_env/controllers/python.py:get_screenshot'),
  ),
  guest(
    'the server is silent',
    'environment',
    raised(
      "HTTPConnectionPool(host='172.30.0.2', port=5000): Read timed out. (read timeout=90)",
      'requests.exceptions.ReadTimeout',
      '/client/desktop_env/controllers/python.py:execute',
    ),
  ),
  guest(
    'the server breaks',
    'environment',
    raised(
      '500 Server Error: INTERNAL SERVER ERROR for url: http://172.30.0.2:5000/setup/launch',
      'requests.exceptions.HTTPError',
      '/client/desktop_env/controllers/setup.py:_launch_setup',
    ),
  ),
  guest(
    'the server is gone while the task is judged',
    'environment',
    all(
      step(1),
      judging,
      raised(
        pool('/file'),
        connection,
        '/client/desktop_env/evaluators/getters/file.py:get_vm_file',
        '/client/desktop_env/controllers/python.py:get_file',
      ),
    ),
  ),
  guest(
    'some other port on this machine',
    'unknown',
    raised(pool('/items', 3000), connection, '/client/run.py:main'),
  ),
  machine(
    'Windows did not come up, and no step was made',
    'environment',
    all(line('desktop_env', 'VM did not become ready after 20 attempts.', 'ERROR'), scored()),
  ),
  machine(
    'Windows came up late',
    'none',
    all(
      line('desktop_env', 'VM did not become ready after 20 attempts.', 'ERROR'),
      step(1),
      step(2, 'DONE'),
      scored(),
    ),
  ),
  machine(
    'snapshots are not supported, as on every task',
    'none',
    all(
      line(
        'desktop_env',
        'Not implemented! Reverting to snapshot is not supported for remote VMs! Closing all applications instead',
        'ERROR',
      ),
      step(1),
      scored(),
    ),
  ),
  machine(
    'the code of the agent raised in Windows',
    'none',
    all(step(1), line('python', 'Failed to execute command. Status code: 500', 'ERROR'), scored()),
  ),
  player(
    'no screenshot up to the last step',
    'environment',
    all(step(1), repeated(6, noObservation), scored()),
  ),
  player('two screenshots are missing', 'none', all(step(1), repeated(2, noObservation), scored())),
  player('screenshots come again', 'none', all(repeated(6, noObservation), step(7), scored())),
  player(
    'passed without screenshots at the end',
    'none',
    all(step(1), repeated(6, noObservation), scored('True')),
  ),
  player(
    'the steps ran out',
    'none',
    all(...Array.from({ length: 15 }, (_, index) => step(index + 1)), scored()),
  ),
  player('the agent says FAIL', 'none', all(step(1, 'FAIL'), scored())),
  inWaa('CPython OSError, WAA run.py')(
    'the disk is full',
    'environment',
    raised(
      '[Errno 28] No space left on device',
      'OSError',
      '/client/run.py:main',
      '/client/mm_agents/navi/agent.py:save',
    ),
  ),
  inWaa('CPython OSError, adversarial')(
    'a disk is full in a text',
    'unknown',
    raised('the page says [Errno 28] No space left on device', 'ValueError', '/client/run.py:main'),
  ),
  agent(
    'an error of its own',
    'agent',
    raised(
      'list index out of range',
      'IndexError',
      '/client/run.py:main',
      '/client/mm_agents/navi/agent.py:parse',
    ),
  ),
  agent(
    'an assertion of its own',
    'agent',
    raised('plan must not be empty', 'AssertionError', '/client/mm_agents/navi/agent.py:predict'),
  ),
  agent(
    'an error in a library that it called',
    'agent',
    raised(
      'cannot identify image file',
      'PIL.UnidentifiedImageError',
      '/client/mm_agents/navi/agent.py:predict',
      '/usr/lib/python3/dist-packages/PIL/Image.py:open',
    ),
  ),
  agent(
    'it encodes a screenshot that is missing',
    'environment',
    raised(
      "a bytes-like object is required, not 'NoneType'",
      'TypeError',
      '/client/mm_agents/navi/agent.py:encode_image',
      '/usr/lib/python3.10/base64.py:b64encode',
    ),
  ),
  agent(
    'an evaluator of its own',
    'agent',
    raised('division by zero', 'ZeroDivisionError', '/client/mm_agents/coact/evaluators/critic.py:judge'),
  ),
  agent(
    'code for figures, called by the runner',
    'unknown',
    raised('division by zero', 'ZeroDivisionError', '/client/run.py:main', '/client/utils/metrics.py:mean'),
  ),
  agent(
    'nothing in an answer',
    'agent',
    raised("'NoneType' object is not subscriptable", 'TypeError', '/client/mm_agents/navi/agent.py:predict'),
  ),
  agent(
    'an action that the controller does not know',
    'unknown',
    raised(
      'Unknown action type: SWIPE',
      'Exception',
      '/client/run.py:main',
      '/client/desktop_env/controllers/python.py:execute_action',
    ),
  ),
  judge(
    'a metric raised',
    'evaluator',
    all(
      step(1),
      judging,
      raised(
        "'NoneType' object has no attribute 'find'",
        'AttributeError',
        '/client/desktop_env/envs/desktop_env.py:evaluate',
        '/client/desktop_env/evaluators/metrics/docs.py:compare',
      ),
    ),
  ),
  judge(
    'a getter raised, in a library',
    'evaluator',
    all(
      step(1),
      judging,
      raised(
        'File is not a zip file',
        'zipfile.BadZipFile',
        '/client/desktop_env/evaluators/getters/file.py:get',
        '/usr/lib/python3.10/zipfile.py:__init__',
      ),
    ),
  ),
  judge(
    'the file of the result cannot be had',
    'evaluator',
    all(step(1), judging, line('python', 'Failed to get file. Status code: 500', 'ERROR'), scored()),
  ),
  judge(
    'the agent made no file',
    'none',
    all(step(1), judging, line('python', 'Failed to get file. Status code: 404', 'ERROR'), scored()),
  ),
  judge(
    'the server does not answer the judge',
    'environment',
    all(
      step(1),
      judging,
      line('python', `An error occurred while trying to get the file: ${pool('/file')}`, 'ERROR'),
      scored(),
    ),
  ),
  judge(
    'a passed task with a missing file',
    'none',
    all(step(1), judging, line('python', 'Failed to get file. Status code: 500', 'ERROR'), scored('1.00')),
  ),
  judge(
    'the model of the judge is at its limit',
    'evaluator',
    all(
      step(1),
      judging,
      line(
        '_client',
        'HTTP Request: POST https://api.openai.com/v1/chat/completions "HTTP/1.1 429 Too Many Requests"',
      ),
      scored(),
    ),
  ),
  judge(
    'the model of the judge is asked again',
    'none',
    all(
      step(1),
      judging,
      line(
        '_client',
        'HTTP Request: POST https://api.openai.com/v1/chat/completions "HTTP/1.1 429 Too Many Requests"',
      ),
      line('_client', 'HTTP Request: POST https://api.openai.com/v1/chat/completions "HTTP/1.1 200 OK"'),
      scored(),
    ),
  ),
  judge(
    'the model of the judge raised',
    'evaluator',
    all(
      step(1),
      judging,
      raised(
        "Error code: 429 - {'error': {'message': 'Rate limit'}}",
        'openai.RateLimitError',
        '/client/desktop_env/evaluators/metrics/llm.py:judge',
        '/usr/lib/python3/site-packages/openai/_base_client.py:request',
      ),
    ),
  ),
  osJudge(
    'the judge raised, without a line that begins it',
    'evaluator',
    all(
      says('lib_run_single', 'Step 1: DONE'),
      osRaised(
        "Error code: 429 - {'error': {}}",
        'openai.RateLimitError',
        'run_multienv.py',
        'desktop_env/evaluators/metrics/general.py',
      ),
    ),
  ),
  osMachine(
    'the VM failed to become ready',
    'environment',
    osRaised(
      'VM failed to become ready within timeout period',
      'TimeoutError',
      'desktop_env/providers/docker/provider.py',
    ),
  ),
  osMachine(
    'Docker has no more room for it',
    'environment',
    osRaised(
      '500 Server Error for http+docker://localhost/v1.47/containers/abc/start: Internal Server Error ("driver failed")',
      'docker.errors.APIError',
      'desktop_env/providers/docker/provider.py',
    ),
  ),
  osMachine(
    'AWS has no machine',
    'environment',
    osRaised(
      'An error occurred (InsufficientInstanceCapacity) when calling the RunInstances operation: no capacity',
      'botocore.exceptions.ClientError',
      'desktop_env/providers/aws/manager.py',
    ),
  ),
  osMachine(
    'AWS refuses something else',
    'unknown',
    osRaised(
      'An error occurred (NoSuchBucket) when calling the GetObject operation: x',
      'botocore.exceptions.ClientError',
      'run_multienv.py',
    ),
  ),
  osMachine(
    'the screenshot is asked for on a mapped port',
    'environment',
    osRaised(
      "HTTPConnectionPool(host='localhost', port=5012): Max retries exceeded with url: /screenshot (Caused by x)",
      connection,
      'desktop_env/controllers/python.py',
    ),
  ),
  osMachine(
    'the browser of the VM does not answer',
    'unknown',
    osRaised(
      'BrowserType.connect_over_cdp: connect ECONNREFUSED 172.17.0.2:9222',
      'playwright._impl._errors.Error',
      'run_multienv.py',
    ),
  ),
  osMachine(
    'it says that it waits before each look',
    'none',
    all(
      repeated(9, says('desktop_env', 'Observation is None. Waiting a little to do next step.', 'ERROR')),
      osScored,
    ),
  ),
  osMain('the process died', 'unknown', died),
  osMain(
    'the main process has no more disk',
    'environment',
    mainFailed('[Errno 28] No space left on device'),
  ),
  osMain('the main process fails', 'unknown', mainFailed('cannot join current thread')),
  osAgent(
    'an error of its own',
    'agent',
    osRaised(
      "'NoneType' object is not iterable",
      'TypeError',
      'run_multienv.py',
      'mm_agents/uitars_agent.py',
    ),
  ),
  osAgent(
    'only a message',
    'unknown',
    says('run_multienv', `Exception in EnvProcess-1 chrome/${taskName}: VM is gone`, 'ERROR'),
  ),
  osAgent(
    'the traceback of the other process',
    'unknown',
    all(says('run_multienv', `Exception in EnvProcess-1 chrome/${taskName}: it failed`, 'ERROR'), (log) =>
      log.record(
        'agent',
        'Traceback (most recent call last):\n  File "mm_agents/agent.py", line 3, in f\nValueError: x',
        'ERROR',
        'EnvProcess-2',
      ),
    ),
  ),
  {
    name: 'android world: adb lost the emulator',
    task: androidTask,
    source: 'android_world/suite_utils.py (_run_task): traceback.print_exc',
    fault: 'environment',
    log: androidWorld('RuntimeError: device offline'),
  },
  {
    name: 'android world: a rate limit',
    task: androidTask,
    source: 'android_world/agents/infer.py through suite_utils.py',
    fault: 'model_api',
    log: androidWorld(
      "openai.RateLimitError: Error code: 429 - {'error': {}}",
      'android_world/agents/infer.py',
    ),
  },
  {
    name: 'android world: the agent raised',
    task: androidTask,
    source: 'android_world/agents/t3a.py through suite_utils.py',
    fault: 'agent',
    log: androidWorld('KeyError: 3', 'android_world/agents/t3a.py'),
  },
  {
    name: 'android world: failed',
    task: androidTask,
    source: 'android_world/suite_utils.py: Task Failed',
    fault: 'none',
    log: [
      'Starting eval with agent t3a_gpt4 and writing to /d',
      ...head(),
      `Running task ${androidTask} with goal "Error code: 429 - x"`,
      'Error code: 429 - {"error": {}}',
      'Completed step 1.',
      'Task Failed ❌;  Error code: 429 - x',
      '',
    ].join('\n'),
  },
  {
    name: 'ev runner: the server is unreachable',
    source: 'openadapt-evals benchmarks/runner.py (run_task)',
    fault: 'environment',
    log: ev('[ERROR] Error running task', 'Server unreachable'),
  },
  {
    name: 'ev runner: a rate limit',
    source: 'openadapt-evals benchmarks/runner.py (run_task)',
    fault: 'model_api',
    log: ev('[ERROR] Error running task', "Error code: 429 - {'error': {}}"),
  },
  {
    name: 'ev runner: something else',
    source: 'openadapt-evals benchmarks/runner.py (run_task)',
    fault: 'unknown',
    log: ev('[ERROR] Error running task', 'the agent waits for a server that is unreachable'),
  },
  {
    name: 'ev runner: failed',
    source: 'openadapt-evals benchmarks/runner.py',
    fault: 'none',
    log: evFailed(),
  },
  {
    name: 'coact: the agent raised',
    source: 'run_coactv2.py (process_task)',
    fault: 'unknown',
    log: coAct(
      '  File "run_coactv2.py", line 176, in process_task',
      "AttributeError: 'NoneType' object has no attribute 'env'",
    ),
  },
  {
    name: 'coact: the disk is full',
    source: 'run_coact.py (process_task)',
    fault: 'environment',
    log: coAct(
      '  File "run_coact.py", line 9, in process_task',
      'OSError: [Errno 28] No space left on device',
    ),
  },
];

function head(): string[] {
  return [`Running task: ${androidTask}`, '='.repeat(14 + androidTask.length)];
}

function androidWorld(error: string, file = 'android_world/suite_utils.py'): string {
  return [
    'Starting eval with agent t3a_gpt4 and writing to /d',
    ...head(),
    '~'.repeat(80),
    `SKIPPING ${androidTask}.`,
    'Traceback (most recent call last):',
    `  File "${file}", line 12, in f`,
    error,
    '',
  ].join('\n');
}

function ev(words: string, message: string): string {
  return [
    '2026-03-20 12:00:00,123 [INFO] Evaluating 1 tasks on waa-live',
    `2026-03-20 12:00:01,123 [INFO] Task 1/1: ${taskName}`,
    `2026-03-20 12:00:09,123 ${words} ${taskName}: ${message}`,
    '',
  ].join('\n');
}

function evFailed(): string {
  return [
    '2026-03-20 12:00:00,123 [INFO] Evaluating 1 tasks on waa-live',
    `2026-03-20 12:00:01,123 [INFO] Task 1/1: ${taskName}`,
    '2026-03-20 12:00:02,123 [INFO] Step 0: Agent chose action: click',
    `2026-03-20 12:00:09,123 [ERROR] Task ${taskName} failed (score: 0.00)`,
    '',
  ].join('\n');
}

function coAct(...trace: readonly string[]): string {
  return [
    'Processing 1 tasks with 1 workers...',
    `Error processing task chrome/${taskName}`,
    'Traceback (most recent call last):',
    ...trace,
    '',
    '',
  ].join('\n');
}
