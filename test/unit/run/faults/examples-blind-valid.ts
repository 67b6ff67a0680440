/** WAA and OSWorld, labelled before their author had read the rules: neither model nor machine nor judge failed. */
import {
  all,
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
import {
  step,
  osStep,
  evaluating,
  navi,
  lib,
  waaNavi,
  waaController,
  waaEnv,
  waaGetter,
  waaAgent,
  waaRun,
  osAgent,
  osController,
  osEnv,
  osGetter,
  osMetric,
  osRun,
} from './blind-builders.ts';

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
  waaRun('a plain zero, with an empty line in the log', 'none', all(step(1, 'DONE'), scored()), (log) =>
    log.bare(''),
  ),
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

export const blindOfAgents: readonly Example[] = [...agent, ...unknown, ...none];
