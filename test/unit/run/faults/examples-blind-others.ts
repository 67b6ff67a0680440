/** Examples whose labels were written before their author had read the rules: the other benchmarks. */
import type { TaskFault } from '../../../../src/shared/stream-words.ts';
import type { Example } from './play.ts';

const wave = '~'.repeat(80);
export const android = (
  name: string,
  fault: TaskFault,
  source: string,
  ...lines: readonly string[]
): Example => ({
  name: `android_world: ${name}`,
  source: `AndroidWorld ${source}`,
  fault,
  task: 'ContactsAddContact',
  log: [
    'Initializing agent...',
    'Starting eval with agent m3a_gpt4v and writing to /home/u/runs/run_20260602T154948',
    'Running task: ContactsAddContact',
    '================================',
    'Running task ContactsAddContact with goal "Add Anna."',
    ...lines,
    '',
  ].join('\n'),
});
export const skipped = (...trace: readonly string[]) => [
  wave,
  'SKIPPING ContactsAddContact.',
  'Traceback (most recent call last):',
  ...trace,
];
export const frame = (path: string, name = 'f') => `  File "${path}", line 40, in ${name}`;
const failed = 'Task Failed ❌; Add Anna.';
const aw = '/home/u/android_world/android_world';

const coact = (name: string, fault: TaskFault, ...lines: readonly string[]): Example => ({
  name: `coact: ${name}`,
  source: 'OSWorld run_coact.py, process_task',
  fault,
  task: 'bb5e4c0d',
  log: ['Processing 1 tasks with 1 workers...', ...lines, ''].join('\n'),
});
const raisedIn = (type: string, ...paths: readonly string[]) => [
  'Error processing task chrome/bb5e4c0d',
  'Traceback (most recent call last):',
  ...paths.map((path) => frame(path)),
  type,
];

const ev = (name: string, fault: TaskFault, ...lines: readonly string[]): Example => ({
  name: `openadapt-evals: ${name}`,
  source: 'openadapt-evals benchmarks/runner.py, _run_single_task',
  fault,
  task: 'notepad_1',
  log: [
    'Evaluating 1 tasks on waa-live',
    'Task 1/1: notepad_1',
    'Resetting environment for task notepad_1',
    ...lines,
  ]
    .map((text, at) => {
      const level = / failed with error: | failed: /.test(text) ? 'ERROR' : 'INFO';
      return `2026-06-02 15:49:${String(at + 10)},100 [${level}] ${text}\n`;
    })
    .join(''),
});

const mac = (name: string, fault: TaskFault, ...lines: readonly string[]): Example => ({
  name: `macosworld: ${name}`,
  source: 'macosworld utils/run_task.py and testbench.py',
  fault,
  task: 'a1b2',
  log: ['[Task (1/2)] a1b2, Task language en, Env language en, Attempt 1', ...lines]
    .map((text, at) => `\r\x1b[7m 2026-06-02 15:49:${String(at + 10)} \x1b[0m ${text}\n`)
    .join(''),
});

export const blindOfOthers: readonly Example[] = [
  android(
    'the model refuses the key',
    'model_api',
    'agents/infer.py, Gpt4Wrapper',
    'Error calling LLM, will retry soon...',
    '401 Client Error: Unauthorized for url: https://api.openai.com/v1/chat/completions',
    'Error calling LLM, will retry soon...',
    ...skipped(frame(`${aw}/agents/m3a.py`), 'RuntimeError: Error calling LLM in action selection phase.'),
  ),
  android(
    'one retry that ended well',
    'none',
    'agents/infer.py, Gpt4Wrapper',
    'Error calling LLM, will retry soon...',
    'Completed step 1.',
    'Completed step 2.',
    'Agent indicates task is done.',
    failed,
  ),
  android(
    'emulator does not answer',
    'environment',
    'env/adb_utils.py',
    ...skipped(
      frame(`${aw}/suite_utils.py`),
      frame(`${aw}/env/android_world_controller.py`),
      'RuntimeError: Could not get a11y tree.',
    ),
  ),
  android(
    'judge raises',
    'evaluator',
    'task_evals/single/contacts.py, is_successful',
    'Completed step 1.',
    'Agent indicates task is done.',
    ...skipped(
      frame(`${aw}/suite_utils.py`),
      frame(`${aw}/task_evals/single/contacts.py`, 'is_successful'),
      'ValueError: Could not parse the contacts.',
    ),
  ),
  android(
    'agent raises',
    'agent',
    'agents/m3a.py, step',
    'Completed step 1.',
    ...skipped(frame(`${aw}/suite_utils.py`), frame(`${aw}/agents/m3a.py`), "KeyError: 'action_type'"),
  ),
  android(
    'no step left',
    'none',
    'episode_runner.py',
    'Completed step 10.',
    'Agent did not indicate task is done. Reached max number of steps.',
    failed,
  ),
  coact(
    'service is over capacity',
    'model_api',
    ...raisedIn(
      "openai.RateLimitError: Error code: 429 - {'error': {'code': 'insufficient_quota'}}",
      '/o/run_coact.py',
      '/o/mm_agents/coact/operator_agent.py',
      '/usr/lib/python3/site-packages/openai/_base_client.py',
    ),
  ),
  coact(
    'machine is not ready',
    'environment',
    ...raisedIn(
      'TimeoutError: VM failed to become ready within timeout period',
      '/o/run_coact.py',
      '/o/desktop_env/providers/docker/provider.py',
    ),
  ),
  coact(
    'metric raises',
    'evaluator',
    ...raisedIn(
      "AttributeError: 'NoneType' object has no attribute 'lower'",
      '/o/run_coact.py',
      '/o/desktop_env/desktop_env.py',
      '/o/desktop_env/evaluators/metrics/general.py',
    ),
  ),
  coact(
    'agent raises',
    'agent',
    ...raisedIn('TypeError: unhashable type', '/o/run_coact.py', '/o/mm_agents/coact/coding_agent.py'),
  ),
  coact('no traceback', 'unknown', 'Error processing task chrome/bb5e4c0d'),
  ev(
    'server of the machine refuses',
    'environment',
    "Task notepad_1 failed with error: HTTPConnectionPool(host='localhost', port=5001): Max retries exceeded with url: /screenshot (Caused by NewConnectionError: Connection refused)",
  ),
  ev(
    'model overloaded',
    'model_api',
    "Task notepad_1 failed with error: Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}}",
  ),
  ev('says nothing', 'unknown', "Task notepad_1 failed with error: 'x'"),
  mac(
    'SSH of the runner lost',
    'environment',
    '[Task (1/2) Error] SSH connection lost: [Errno 104] Connection reset by peer',
    '[Task (1/2) Error] Task failed after max attempts: a1b2',
  ),
  mac('evaluation fails', 'evaluator', '[Task (1/2)/en/en Step 2/15] Status: done', '[Evaluation result] -1'),
  mac('a plain zero', 'none', '[Task (1/2)/en/en Step 2/15] Status: done', '[Evaluation result] 0'),
  mac(
    'reason unknown',
    'unknown',
    "[Task (1/2) Error] 'status'",
    '[Task (1/2) Error] Task failed after max attempts: a1b2',
  ),
];
