/** WAA and OSWorld, labelled before their author had read the rules: model, machine or judge failed. */
import { all, line, osRaised, osScored, raised, repeated, says, scored, type Example } from './play.ts';
import {
  step,
  osStep,
  evaluating,
  navi,
  lib,
  openai,
  requests,
  waaNavi,
  waaController,
  waaEnv,
  waaGetter,
  waaMetric,
  waaRun,
  osAgent,
  osController,
  osEnv,
  osGetter,
  osMetric,
} from './blind-builders.ts';

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

export const blindNotValid: readonly Example[] = [...modelApi, ...environment, ...evaluator];
