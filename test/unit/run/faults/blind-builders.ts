/** Builders of the blind examples, each with its source. */
import { inOsWorld, inWaa, line, says } from './play.ts';

export const step = (number: number, action = 'computer.mouse.move_id(id=7)') =>
  line('lib_run_single', `Step ${String(number)}: ${action}`);
export const osStep = (number: number, action = 'pyautogui.click(10, 20)') =>
  says('lib_run_single', `Step ${String(number)}: ${action}`);
export const evaluating = line('lib_run_single', 'Running evaluator(s)...');
export const navi = '/client/mm_agents/navi/agent.py';
export const lib = '/client/lib_run_single.py:run_single_example';
export const openai = '/usr/local/lib/python3.9/site-packages/openai/_base_client.py:_request';
export const requests = '/usr/local/lib/python3.9/site-packages/requests/adapters.py:send';

export const waaNavi = inWaa('WAA mm_agents/navi/gpt/gpt4v_oai.py, process_images');
export const waaController = inWaa(
  'WAA desktop_env/controllers/python.py, get_screenshot and execute_python_command',
);
export const waaEnv = inWaa('WAA desktop_env/envs/desktop_env.py, reset');
export const waaGetter = inWaa('WAA desktop_env/evaluators/getters/*.py');
export const waaMetric = inWaa('WAA desktop_env/evaluators/metrics/*.py');
export const waaAgent = inWaa('WAA mm_agents/navi/agent.py, predict');
export const waaRun = inWaa('WAA run.py, test, and lib_run_single.py');
export const osAgent = inOsWorld('OSWorld mm_agents/agent.py, call_llm');
export const osController = inOsWorld('OSWorld desktop_env/controllers/python.py');
export const osEnv = inOsWorld('OSWorld desktop_env/desktop_env.py, reset; providers/docker/provider.py');
export const osGetter = inOsWorld('OSWorld desktop_env/evaluators/getters/*.py');
export const osMetric = inOsWorld('OSWorld desktop_env/evaluators/metrics/*.py');
export const osRun = inOsWorld('OSWorld scripts/python/run_multienv.py, run_env_tasks');
