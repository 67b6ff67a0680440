/** Examples at the limits of the rules that the blind examples led to. Written with these rules. */
import { all, inOsWorld, osRaised, osScored, says, type Example } from './play.ts';
import { android, frame, skipped } from './examples-blind-others.ts';

const none = "a bytes-like object is required, not 'NoneType'";
const noScreenshot = says('python', 'Failed to get screenshot.', 'ERROR');
const step = says('lib_run_single', 'Step 2: pyautogui.click(1, 2)');
const agentFile = '/osworld/mm_agents/agent.py';
const ofController = inOsWorld('OSWorld desktop_env/controllers/python.py, get_screenshot');
const ofAgent = inOsWorld('requests in an agent that opens a page itself');
const ofReset = inOsWorld('OSWorld desktop_env/desktop_env.py, reset');
const code = '/home/u/android_world/android_world';

export const limitExamples: readonly Example[] = [
  ofController(
    'a step follows the missing screenshot',
    'agent',
    all(noScreenshot, step, osRaised(none, 'TypeError', agentFile)),
  ),
  ofController(
    'an error of the agent behind a missing screenshot',
    'agent',
    all(noScreenshot, osRaised("'x'", 'KeyError', agentFile)),
  ),
  ofController(
    'the agent says that there is no screenshot',
    'agent',
    all(says('agent', 'Failed to get screenshot.', 'ERROR'), osRaised(none, 'TypeError', agentFile)),
  ),
  ofAgent(
    'a web site has a path of the guest',
    'agent',
    osRaised(
      "HTTPConnectionPool(host='shop.local', port=80): Max retries exceeded with url: /file/a (Caused by NewConnectionError('refused'))",
      'requests.exceptions.ConnectionError',
      agentFile,
    ),
  ),
  ofAgent(
    'a web site answers 503 under a path of the guest',
    'agent',
    osRaised(
      '503 Server Error: Service Unavailable for url: http://shop.local/file/a',
      'requests.exceptions.HTTPError',
      agentFile,
    ),
  ),
  ofAgent(
    'a model of its own at the port of the guest does not answer in time',
    'agent',
    osRaised(
      "HTTPConnectionPool(host='10.1.2.3', port=5000): Read timed out. (read timeout=120)",
      'requests.exceptions.ReadTimeout',
      agentFile,
    ),
  ),
  ofController(
    'the server in the guest does not answer in time',
    'environment',
    osRaised(
      "HTTPConnectionPool(host='10.1.2.3', port=5000): Read timed out. (read timeout=120)",
      'requests.exceptions.ReadTimeout',
      '/osworld/mm_agents/agent.py',
      '/osworld/desktop_env/controllers/python.py',
    ),
  ),
  ofReset(
    'the agent says that the set-up failed',
    'none',
    all(says('agent', 'Environment setup failed, retrying (5/5)...', 'ERROR'), step, osScored),
  ),
  ofReset(
    'passed without its set-up',
    'none',
    all(
      says('desktop_env', 'Environment setup failed, retrying (5/5)...', 'ERROR'),
      step,
      says('lib_run_single', 'Result: 1.00'),
    ),
  ),
  android(
    'the agent cannot read an answer',
    'agent',
    'agents/infer.py',
    'Error calling LLM, will retry soon...',
    "KeyError: 'choices'",
    ...skipped(frame(`${code}/agents/m3a.py`), 'RuntimeError: Error calling LLM in action selection phase.'),
  ),
  android(
    'another error of the agent behind a retry',
    'agent',
    'agents/infer.py',
    'Error calling LLM, will retry soon...',
    '429 Client Error: Too Many Requests for url: https://api.openai.com/v1/chat/completions',
    'Completed step 1.',
    ...skipped(frame(`${code}/agents/m3a.py`), "KeyError: 'index'"),
  ),
  android(
    'a task cannot be prepared',
    'unknown',
    'task_evals/single/contacts.py, initialize_task',
    ...skipped(frame(`${code}/task_evals/single/contacts.py`, 'initialize_task'), 'ValueError: no contact'),
  ),
];
