/** Examples whose labels were written before their author had read the rules: WAA and OSWorld. */
import {
  all,
  inOsWorld,
  inWaa,
  line,
  osRaised,
  osScored,
  otherTask,
  print,
  raised,
  repeated,
  says,
  scored,
  taskName,
  type Example,
} from './play.ts';

const step = (number: number, action = 'computer.mouse.move_id(id=7)') =>
  line('lib_run_single', `Step ${String(number)}: ${action}`);
const osStep = (number: number, action = 'pyautogui.click(10, 20)') =>
  says('lib_run_single', `Step ${String(number)}: ${action}`);
const evaluating = line('lib_run_single', 'Running evaluator(s)...');
const navi = '/client/mm_agents/navi/agent.py';
const lib = '/client/lib_run_single.py:run_single_example';
const openai = '/usr/local/lib/python3.9/site-packages/openai/_base_client.py:_request';
const requests = '/usr/local/lib/python3.9/site-packages/requests/adapters.py:send';

const waaNavi = inWaa('WAA mm_agents/navi/gpt/gpt4v_oai.py, process_images');
const waaController = inWaa(
  'WAA desktop_env/controllers/python.py, get_screenshot and execute_python_command',
);
const waaEnv = inWaa('WAA desktop_env/envs/desktop_env.py, reset');
const waaGetter = inWaa('WAA desktop_env/evaluators/getters/*.py');
const waaMetric = inWaa('WAA desktop_env/evaluators/metrics/*.py');
const waaAgent = inWaa('WAA mm_agents/navi/agent.py, predict');
const waaRun = inWaa('WAA run.py, test, and lib_run_single.py');
const osAgent = inOsWorld('OSWorld mm_agents/agent.py, call_llm');
const osController = inOsWorld('OSWorld desktop_env/controllers/python.py');
const osEnv = inOsWorld('OSWorld desktop_env/desktop_env.py, reset; providers/docker/provider.py');
const osGetter = inOsWorld('OSWorld desktop_env/evaluators/getters/*.py');
const osMetric = inOsWorld('OSWorld desktop_env/evaluators/metrics/*.py');
const osRun = inOsWorld('OSWorld scripts/python/run_multienv.py, run_env_tasks');

const modelApi: readonly Example[] = [
  waaNavi(
    'quota exhausted',
    'model_api',
    all(
      step(1),
      raised(
        "Error code: 429 - {'error': {'message': 'You exceeded your current quota, please check your plan and billing details.', 'type': 'insufficient_quota'}}",
        'openai.RateLimitError',
        lib,
        `${navi}:predict`,
        openai,
      ),
    ),
  ),
  waaNavi(
    'key refused',
    'model_api',
    raised(
      "Error code: 401 - {'error': {'message': 'Incorrect API key provided: sk-****.', 'code': 'invalid_api_key'}}",
      'openai.AuthenticationError',
      lib,
      `${navi}:predict`,
      openai,
    ),
  ),
  waaNavi(
    'model not served',
    'model_api',
    raised(
      "Error code: 503 - {'error': {'message': 'The model is currently overloaded with other requests.'}}",
      'openai.InternalServerError',
      lib,
      openai,
    ),
  ),
  waaNavi(
    'host of the model does not resolve',
    'model_api',
    raised(
      "HTTPSConnectionPool(host='api.openai.com', port=443): Max retries exceeded with url: /v1/chat/completions (Caused by NameResolutionError)",
      'requests.exceptions.ConnectionError',
      lib,
      `${navi}:predict`,
      requests,
    ),
  ),
  waaNavi(
    'connection dropped by the client library',
    'model_api',
    raised('Connection error.', 'openai.APIConnectionError', lib, `${navi}:predict`, openai),
  ),
  waaNavi('timed out', 'model_api', raised('Request timed out.', 'openai.APITimeoutError', lib, openai)),
  osAgent(
    'anthropic overloaded',
    'model_api',
    osRaised(
      "Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}}",
      'anthropic._exceptions.OverloadedError',
      '/osworld/lib_run_single.py',
      '/osworld/mm_agents/anthropic/main.py',
      '/usr/lib/python3/site-packages/anthropic/_base_client.py',
    ),
  ),
  osAgent(
    'every call fails and empty replies use up the steps',
    'model_api',
    all(
      repeated(
        15,
        all(
          says('agent', 'Generating content with GPT model: gpt-4o'),
          says(
            'agent',
            "Failed to call LLM: {'error': {'message': 'Rate limit reached for gpt-4o', 'type': 'tokens', 'code': 'rate_limit_exceeded'}}",
            'ERROR',
          ),
        ),
      ),
      osScored,
    ),
  ),
  osAgent(
    'credit balance too low',
    'model_api',
    osRaised(
      "Error code: 400 - {'type': 'error', 'error': {'type': 'invalid_request_error', 'message': 'Your credit balance is too low to access the Anthropic API.'}}",
      'anthropic.BadRequestError',
      '/osworld/mm_agents/anthropic/main.py',
      '/usr/lib/python3/site-packages/anthropic/_base_client.py',
    ),
  ),
  osAgent(
    'a gateway answers 502',
    'model_api',
    osRaised(
      '<html><head><title>502 Bad Gateway</title></head></html>',
      'openai.InternalServerError',
      '/osworld/mm_agents/uitars_agent.py',
      '/usr/lib/python3/site-packages/openai/_base_client.py',
    ),
  ),
];

const environment: readonly Example[] = [
  waaController(
    'screenshot server refuses',
    'environment',
    all(
      step(4),
      raised(
        "HTTPConnectionPool(host='20.20.20.21', port=5000): Max retries exceeded with url: /screenshot (Caused by NewConnectionError: [Errno 111] Connection refused)",
        'requests.exceptions.ConnectionError',
        lib,
        '/client/desktop_env/envs/desktop_env.py:_get_obs',
        '/client/desktop_env/controllers/python.py:get_screenshot',
        requests,
      ),
    ),
  ),
  waaController(
    'command server reads time out',
    'environment',
    all(
      step(2),
      raised(
        "HTTPConnectionPool(host='172.30.0.2', port=5000): Read timed out. (read timeout=90)",
        'requests.exceptions.ReadTimeout',
        lib,
        '/client/desktop_env/controllers/python.py:execute_python_command',
        requests,
      ),
    ),
  ),
  waaEnv(
    'machine is not ready after all attempts',
    'environment',
    all(
      repeated(20, line('desktop_env', 'VM not ready yet. Retrying in 5 seconds...')),
      line('desktop_env', 'VM did not become ready after 20 attempts.', 'ERROR'),
      scored(),
    ),
  ),
  waaRun(
    'no observation in any step',
    'environment',
    all(
      repeated(15, line('lib_run_single', 'Observation is None. Waiting a little to do next step.', 'ERROR')),
      scored(),
    ),
  ),
  waaEnv(
    'disk of the host is full',
    'environment',
    raised("[Errno 28] No space left on device: '/client/results/clock/traj.jsonl'", 'OSError', lib),
  ),
  osEnv(
    'machine not ready in time',
    'environment',
    all(
      repeated(5, says('provider', 'Checking if virtual machine is ready...')),
      osRaised(
        'VM failed to become ready within timeout period',
        'TimeoutError',
        '/osworld/desktop_env/desktop_env.py',
        '/osworld/desktop_env/providers/docker/provider.py',
      ),
    ),
  ),
  osController(
    'screenshot is None',
    'environment',
    all(
      osStep(3),
      repeated(
        3,
        all(
          says('python', 'Failed to get screenshot. Status code: 500', 'ERROR'),
          says('python', 'Retrying to get screenshot.'),
        ),
      ),
      says('python', 'Failed to get screenshot.', 'ERROR'),
      osRaised(
        "a bytes-like object is required, not 'NoneType'",
        'TypeError',
        '/osworld/lib_run_single.py',
        '/osworld/mm_agents/agent.py',
      ),
    ),
  ),
  osEnv(
    'set-up fails five times',
    'environment',
    all(
      ...[1, 2, 3, 4, 5].map((n) =>
        says('desktop_env', `Environment setup failed, retrying (${String(n)}/5)...`, 'ERROR'),
      ),
      says('desktop_env', 'Environment setup complete.'),
      osScored,
    ),
  ),
  osEnv(
    'docker daemon does not answer',
    'environment',
    osRaised(
      "Error while fetching server API version: ('Connection aborted.', FileNotFoundError(2, 'No such file or directory'))",
      'docker.errors.DockerException',
      '/osworld/desktop_env/providers/docker/provider.py',
      '/usr/lib/python3/site-packages/docker/api/client.py',
    ),
  ),
  osController(
    'machine unreachable in mid task',
    'environment',
    all(
      osStep(6),
      repeated(
        3,
        says(
          'python',
          "An error occurred while trying to get the screenshot: HTTPConnectionPool(host='localhost', port=5003): Max retries exceeded with url: /screenshot (Caused by NewConnectionError('Connection refused'))",
          'ERROR',
        ),
      ),
      says('python', 'Failed to get screenshot.', 'ERROR'),
      osRaised("a bytes-like object is required, not 'NoneType'", 'TypeError', '/osworld/lib_run_single.py'),
    ),
  ),
];

const evaluator: readonly Example[] = [
  waaGetter(
    'result file cannot be opened by the getter',
    'evaluator',
    all(
      step(5, 'DONE'),
      evaluating,
      raised(
        "[Errno 2] No such file or directory: 'cache/bb5e4c0d/gold.docx'",
        'FileNotFoundError',
        lib,
        '/client/desktop_env/envs/desktop_env.py:evaluate',
        '/client/desktop_env/evaluators/getters/file.py:get_cloud_file',
      ),
    ),
  ),
  waaMetric(
    'metric divides by zero',
    'evaluator',
    all(
      step(3, 'DONE'),
      evaluating,
      raised(
        'division by zero',
        'ZeroDivisionError',
        lib,
        '/client/desktop_env/envs/desktop_env.py:evaluate',
        '/client/desktop_env/evaluators/metrics/docs.py:compare_docx_files',
      ),
    ),
  ),
  waaGetter(
    'reference file is gone from its host',
    'evaluator',
    all(
      evaluating,
      raised(
        '404 Client Error: Not Found for url: https://raw.githubusercontent.com/rogerbonatti/gold.xlsx',
        'requests.exceptions.HTTPError',
        lib,
        '/client/desktop_env/envs/desktop_env.py:evaluate',
        '/client/desktop_env/evaluators/getters/file.py:get_cloud_file',
        '/usr/local/lib/python3.9/site-packages/requests/models.py:raise_for_status',
      ),
    ),
  ),
  osGetter(
    'browser of the task cannot be asked',
    'evaluator',
    osRaised(
      'BrowserType.connect_over_cdp: Timeout 30000ms exceeded.',
      'playwright._impl._errors.TimeoutError',
      '/osworld/lib_run_single.py',
      '/osworld/desktop_env/desktop_env.py',
      '/osworld/desktop_env/evaluators/getters/chrome.py',
      '/usr/lib/python3/site-packages/playwright/_impl/_connection.py',
    ),
  ),
  osMetric(
    'missing key in the result',
    'evaluator',
    osRaised(
      "'expected'",
      'KeyError',
      '/osworld/desktop_env/desktop_env.py',
      '/osworld/desktop_env/evaluators/metrics/general.py',
    ),
  ),
  osMetric(
    'judge model is out of quota',
    'evaluator',
    osRaised(
      "Error code: 429 - {'error': {'code': 'insufficient_quota'}}",
      'openai.RateLimitError',
      '/osworld/lib_run_single.py',
      '/osworld/desktop_env/desktop_env.py',
      '/osworld/desktop_env/evaluators/metrics/llm_metrics.py',
      '/usr/lib/python3/site-packages/openai/_base_client.py',
    ),
  ),
  osMetric(
    'sheet reader raises',
    'evaluator',
    osRaised(
      'File is not a zip file',
      'zipfile.BadZipFile',
      '/osworld/desktop_env/desktop_env.py',
      '/osworld/desktop_env/evaluators/metrics/table.py',
      '/usr/lib/python3.10/site-packages/openpyxl/reader/excel.py',
      '/usr/lib/python3.10/zipfile.py',
    ),
  ),
  osGetter(
    'unknown getter',
    'evaluator',
    osRaised(
      "module 'desktop_env.evaluators.getters' has no attribute 'get_vm_colour'",
      'AttributeError',
      '/osworld/desktop_env/desktop_env.py',
      '/osworld/desktop_env/evaluators/getters/__init__.py',
    ),
  ),
];

const agent: readonly Example[] = [
  waaAgent(
    'plan is None',
    'agent',
    raised("'NoneType' object is not subscriptable", 'TypeError', lib, `${navi}:predict`),
  ),
  waaAgent(
    'reply has no code',
    'agent',
    raised(
      "invalid literal for int() with base 10: 'seven'",
      'ValueError',
      lib,
      `${navi}:predict`,
      '/client/mm_agents/navi/screenparsing_oss/utils.py:parse',
    ),
  ),
  waaAgent(
    'quotes an API error in its own exception',
    'agent',
    raised(
      "cannot parse 'Error code: 429 rate limit' as an action",
      'ValueError',
      lib,
      `${navi}:predict`,
      '/client/mm_agents/navi/parse.py:parse_action',
    ),
  ),
  waaAgent(
    'memory of the graphics card',
    'agent',
    raised(
      'CUDA out of memory. Tried to allocate 2.00 GiB',
      'torch.cuda.OutOfMemoryError',
      lib,
      `${navi}:predict`,
      '/client/mm_agents/navi/screenparsing_oss/omniparser/omni.py:parse',
    ),
  ),
  osAgent(
    'index out of range',
    'agent',
    osRaised(
      'list index out of range',
      'IndexError',
      '/osworld/lib_run_single.py',
      '/osworld/mm_agents/uitars_agent.py',
    ),
  ),
  osAgent(
    'reply of the model is not JSON',
    'agent',
    osRaised(
      'Expecting value: line 1 column 1 (char 0)',
      'json.decoder.JSONDecodeError',
      '/osworld/lib_run_single.py',
      '/osworld/mm_agents/autoglm/main.py',
      '/usr/lib/python3.10/json/decoder.py',
    ),
  ),
  osAgent(
    'unknown attribute behind a retry that worked',
    'agent',
    all(
      says('agent', 'Context length exceeded. Retrying with a smaller context.', 'ERROR'),
      osStep(1),
      osRaised(
        "'PromptAgent' object has no attribute 'som'",
        'AttributeError',
        '/osworld/lib_run_single.py',
        '/osworld/mm_agents/agent.py',
      ),
    ),
  ),
  osAgent(
    'assertion in the agent',
    'agent',
    osRaised(
      'The number of observations and actions should be the same.',
      'AssertionError',
      '/osworld/lib_run_single.py',
      '/osworld/mm_agents/agent.py',
    ),
  ),
];

const unknown: readonly Example[] = [
  waaRun('exception without words', 'unknown', raised('', 'Exception', lib)),
  waaRun(
    'a key of the task file is missing',
    'unknown',
    raised("'snapshot'", 'KeyError', '/client/run.py:test'),
  ),
  osRun('time limit', 'unknown', osRaised('Time limit exceeded', 'Exception', '/osworld/run.py')),
  osRun('assertion of the runner', 'unknown', osRaised('', 'AssertionError', '/osworld/lib_run_single.py')),
  osRun(
    'a process dies',
    'unknown',
    all(osStep(2), (log) =>
      log.record('run_multienv', 'Process EnvProcess-1 died, restarting...', 'WARNING'),
    ),
  ),
  osRun(
    'exception without a traceback',
    'unknown',
    says('run_multienv', `Exception in EnvProcess-1 chrome/${taskName}: something is not right`, 'ERROR'),
  ),
];

const none: readonly Example[] = [
  waaRun(
    'instruction names an API error',
    'none',
    all(
      line(
        'run',
        '[Instruction]: Find out why the page says "Error code: 429 insufficient_quota" and reload.',
      ),
      step(1),
      step(2, 'FAIL'),
      scored(),
    ),
  ),
  waaRun(
    'action types a traceback',
    'none',
    all(
      step(
        1,
        'computer.keyboard.write(\'openai.RateLimitError: Error code: 429\')\nTraceback (most recent call last):\n  File "/client/desktop_env/evaluators/metrics/docs.py", line 3, in f',
      ),
      step(2, 'DONE'),
      scored(),
    ),
  ),
  waaController(
    'one command fails and the task goes on',
    'none',
    all(
      step(1),
      line('python', 'Failed to execute command. Status code: 500', 'ERROR'),
      step(2),
      line('python', 'Command executed successfully: {}'),
      step(3, 'DONE'),
      scored(),
    ),
  ),
  waaEnv(
    'revert is not supported, as for every task',
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
  waaEnv(
    'machine ready after two attempts',
    'none',
    all(
      repeated(2, line('desktop_env', 'VM not ready yet. Retrying in 5 seconds...')),
      line('desktop_env', 'VM is up and ready.'),
      step(1, 'DONE'),
      scored(),
    ),
  ),
  waaRun(
    'one missing observation',
    'none',
    all(
      step(1),
      line('lib_run_single', 'Observation is None. Waiting a little to do next step.', 'ERROR'),
      step(2),
      step(3, 'DONE'),
      scored(),
    ),
  ),
  waaGetter(
    'the agent saved no file, a legitimate zero',
    'none',
    all(
      step(1, 'DONE'),
      evaluating,
      line('file', 'File not found!', 'ERROR'),
      line('python', 'Failed to get file. Status code: 404', 'ERROR'),
      scored(),
    ),
  ),
  waaAgent(
    'no plan in one reply',
    'none',
    all(line('agent', 'Plan not found', 'ERROR'), step(1, 'WAIT'), step(2), scored()),
  ),
  waaNavi(
    'client library retries once and goes on',
    'none',
    all(
      line('_base_client', 'Retrying request to /chat/completions in 0.8 seconds'),
      line(
        '_client',
        'HTTP Request: POST https://api.openai.com/v1/chat/completions "HTTP/1.1 429 Too Many Requests"',
      ),
      line('_client', 'HTTP Request: POST https://api.openai.com/v1/chat/completions "HTTP/1.1 200 OK"'),
      step(1),
      step(2, 'DONE'),
      scored(),
    ),
  ),
  osAgent(
    'rate limit in one step only',
    'none',
    all(
      says('agent', 'Rate limit hit (no specific wait time), waiting 2.0 seconds...', 'WARNING'),
      osStep(1),
      osStep(2),
      osStep(3, 'DONE'),
      osScored,
    ),
  ),
  osAgent(
    'thought about a refused connection',
    'none',
    all(
      says(
        'lib_run_single',
        'Agent response: The page shows ERR_CONNECTION_REFUSED and 502 Bad Gateway. VM failed to become ready within timeout period.',
      ),
      osStep(1, 'FAIL'),
      osScored,
    ),
  ),
  osController(
    'page under test prints 429',
    'none',
    all(
      osStep(1),
      says(
        'python',
        'Command executed successfully: {"output": "HTTP/1.1 429 Too Many Requests\\nopenai.RateLimitError: insufficient_quota", "returncode": 0}',
      ),
      osStep(2, 'DONE'),
      osScored,
    ),
  ),
  osEnv(
    'set-up works at the second try',
    'none',
    all(
      says('desktop_env', 'Environment setup failed, retrying (1/5)...', 'ERROR'),
      says('desktop_env', 'Environment setup complete.'),
      osStep(1),
      osStep(2, 'DONE'),
      osScored,
    ),
  ),
  osController(
    'screenshot at the second try',
    'none',
    all(
      osStep(1),
      says('python', 'Failed to get screenshot. Status code: 500', 'ERROR'),
      says('python', 'Retrying to get screenshot.'),
      osStep(2),
      osStep(3, 'DONE'),
      osScored,
    ),
  ),
  osRun(
    'recording cannot be ended behind the score',
    'none',
    all(
      osStep(1, 'DONE'),
      osScored,
      says(
        'run_multienv',
        "Failed to end recording: HTTPConnectionPool(host='localhost', port=5003): Read timed out.",
        'ERROR',
      ),
    ),
  ),
  osRun(
    'clean-up fails behind the score',
    'none',
    all(
      osStep(1, 'DONE'),
      osScored,
      says('provider', 'Error stopping container: 409 Client Error: Conflict', 'ERROR'),
    ),
  ),
  osMetric(
    'a metric warns',
    'none',
    all(
      osStep(1, 'DONE'),
      says(
        'warnings',
        'openpyxl/worksheet/_reader.py:329: UserWarning: Unknown extension is not supported and will be removed',
        'WARNING',
      ),
      osScored,
    ),
  ),
  osGetter(
    'another process is out of quota',
    'none',
    all(
      osStep(1),
      (log) =>
        log.record(
          'agent',
          "Failed to call LLM: {'error': {'code': 'insufficient_quota'}}",
          'ERROR',
          'EnvProcess-2',
        ),
      osStep(2, 'DONE'),
      osScored,
    ),
  ),
  waaRun('error of the task before', 'none', all(step(1, 'DONE'), scored()), (log) => log.bare('')),
  waaRun('behind a task that failed for its model', 'none', (log) =>
    all(step(1, 'DONE'), scored())(log.exception(otherTask, 'Error code: 401 - invalid_api_key')),
  ),
  waaAgent(
    'print of page text',
    'none',
    all(
      step(1),
      print('Traceback (most recent call last):'),
      print('  File "C:\\site\\app.py", line 3, in f'),
      print('ConnectionError: api.openai.com refused'),
      step(2, 'DONE'),
      scored(),
    ),
  ),
];

export const blindOfDesktops: readonly Example[] = [
  ...modelApi,
  ...environment,
  ...evaluator,
  ...agent,
  ...unknown,
  ...none,
];
