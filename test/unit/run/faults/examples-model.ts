/** Tasks that ended because of the model's service, and tasks that only look like it. Own words, in the formats of the sources. */
import {
  all,
  inOsWorld,
  inWaa,
  line,
  osRaised,
  osScored,
  print,
  raised,
  repeated,
  says,
  scored,
  type Example,
} from './play.ts';

const openAi = inWaa('openai-python src/openai/_exceptions.py (APIStatusError), raised through WAA run.py');
const anthropic = inWaa('anthropic-sdk-python src/anthropic/_exceptions.py, raised through WAA run.py');
const httpx = inWaa('httpx/_client.py (_send_single_request) and openai/_base_client.py (_retry_request)');
const osAgent = inOsWorld('OSWorld mm_agents/agent.py (predict, call_llm)');
const uiTars = inOsWorld('OSWorld mm_agents/uitars_agent.py (predict): prints in the place of log lines');
const requests = inWaa('requests/models.py (raise_for_status), urllib3/exceptions.py (MaxRetryError)');
const google = inWaa('google-genai errors.py (APIError.__str__)');
const free = inWaa('adversarial: words of the field in texts of the agent, the task or a page');

const agentCode = ['/client/run.py:main', '/client/mm_agents/navi/agent.py:predict'];
const chat = 'https://api.openai.com/v1/chat/completions';
const request = (status: string, url = chat) =>
  line('_client', `HTTP Request: POST ${url} "HTTP/1.1 ${status}"`);
const retry = line('_base_client', 'Retrying request to /chat/completions in 7.5 seconds');
const step = (number: number, action = 'computer.mouse.single_click()') =>
  line('lib_run_single', `Step ${String(number)}: ${action}`);
const thinking = line('lib_run_single', 'Agent: Thinking...');

export const modelExamples: readonly Example[] = [
  openAi(
    'a rate limit ends the task',
    'model_api',
    raised(
      "Error code: 429 - {'error': {'message': 'Rate limit reached for gpt-4o', 'type': 'tokens', 'code': 'rate_limit_exceeded'}}",
      'openai.RateLimitError',
      ...agentCode,
    ),
  ),
  openAi(
    'the quota is used up',
    'model_api',
    raised(
      "Error code: 429 - {'error': {'message': 'You exceeded your current quota, please check your plan.', 'code': 'insufficient_quota'}}",
      'openai.RateLimitError',
      ...agentCode,
    ),
  ),
  openAi(
    'the key is wrong',
    'model_api',
    raised(
      "Error code: 401 - {'error': {'message': 'Incorrect API key provided: sk-proj-abcdefgh12345678.', 'code': 'invalid_api_key'}}",
      'openai.AuthenticationError',
      ...agentCode,
    ),
  ),
  openAi(
    'the account may not use the model',
    'model_api',
    raised(
      "Error code: 403 - {'error': {'message': 'Project does not have access to model o3'}}",
      'openai.PermissionDeniedError',
      ...agentCode,
    ),
  ),
  openAi(
    'payment is due',
    'model_api',
    raised(
      "Error code: 402 - {'error': {'message': 'Insufficient credits'}}",
      'openai.APIStatusError',
      ...agentCode,
    ),
  ),
  openAi(
    'the service breaks',
    'model_api',
    raised(
      "Error code: 503 - {'error': {'message': 'Service Unavailable'}}",
      'openai.InternalServerError',
      ...agentCode,
    ),
  ),
  openAi(
    'no connection',
    'model_api',
    raised('Connection error.', 'openai.APIConnectionError', ...agentCode),
  ),
  openAi(
    'no answer in time',
    'model_api',
    raised('Request timed out.', 'openai.APITimeoutError', ...agentCode),
  ),
  openAi(
    'the prompt is too long',
    'agent',
    raised(
      "Error code: 400 - {'error': {'message': 'This model has a maximum context length of 128000 tokens.', 'code': 'context_length_exceeded'}}",
      'openai.BadRequestError',
      ...agentCode,
    ),
  ),
  openAi(
    'the model does not exist',
    'unknown',
    raised(
      "Error code: 404 - {'error': {'message': 'The model gpt-5o does not exist'}}",
      'openai.NotFoundError',
      '/client/run.py:main',
    ),
  ),
  anthropic(
    'overloaded',
    'model_api',
    raised(
      "Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}}",
      'anthropic._exceptions.OverloadedError',
      ...agentCode,
    ),
  ),
  anthropic(
    'the credit is used up',
    'model_api',
    raised(
      "Error code: 400 - {'type': 'error', 'error': {'type': 'invalid_request_error', 'message': 'Your credit balance is too low to access the API.'}}",
      'anthropic.BadRequestError',
      ...agentCode,
    ),
  ),
  anthropic(
    'an image is too large',
    'agent',
    raised(
      "Error code: 400 - {'type': 'error', 'error': {'type': 'invalid_request_error', 'message': 'image exceeds 5 MB maximum'}}",
      'anthropic.BadRequestError',
      ...agentCode,
    ),
  ),
  google(
    'resources are exhausted',
    'model_api',
    raised(
      "429 RESOURCE_EXHAUSTED. {'error': {'code': 429, 'message': 'You exceeded your current quota'}}",
      'google.genai.errors.ClientError',
      ...agentCode,
    ),
  ),
  google(
    'the model is overloaded',
    'model_api',
    raised(
      "503 UNAVAILABLE. {'error': {'code': 503, 'message': 'The model is overloaded.'}}",
      'google.genai.errors.ServerError',
      ...agentCode,
    ),
  ),
  inWaa('botocore/exceptions.py (ClientError), Bedrock')(
    'throttled',
    'model_api',
    raised(
      'An error occurred (ThrottlingException) when calling the InvokeModel operation (reached max retries: 4): Too many requests',
      'botocore.errorfactory.ThrottlingException',
      ...agentCode,
    ),
  ),
  inWaa('tenacity/__init__.py (RetryError)')(
    'the tries are used up',
    'model_api',
    raised(
      'RetryError[<Future at 0x7f01ab state=finished raised RateLimitError>]',
      'tenacity.RetryError',
      ...agentCode,
    ),
  ),
  inWaa('tenacity/__init__.py (RetryError)')(
    'tries at something else are used up',
    'agent',
    raised(
      'RetryError[<Future at 0x7f01ab state=finished raised ValueError>]',
      'tenacity.RetryError',
      ...agentCode,
    ),
  ),
  requests(
    'the answer is 502',
    'model_api',
    raised(`502 Server Error: Bad Gateway for url: ${chat}`, 'requests.exceptions.HTTPError', ...agentCode),
  ),
  requests(
    'the host of the model cannot be reached',
    'model_api',
    raised(
      "HTTPSConnectionPool(host='api.anthropic.com', port=443): Max retries exceeded with url: /v1/messages (Caused by NameResolutionError('no name'))",
      'requests.exceptions.ConnectionError',
      ...agentCode,
    ),
  ),
  requests(
    'a local model is gone',
    'model_api',
    raised(
      "HTTPConnectionPool(host='127.0.0.1', port=8000): Max retries exceeded with url: /v1/chat/completions (Caused by NewConnectionError('refused'))",
      'requests.exceptions.ConnectionError',
      ...agentCode,
    ),
  ),
  requests(
    'another site is gone',
    'agent',
    raised(
      "HTTPSConnectionPool(host='www.example.com', port=443): Max retries exceeded with url: /page (Caused by NameResolutionError('no name'))",
      'requests.exceptions.ConnectionError',
      ...agentCode,
    ),
  ),
  requests(
    'another site answers 503',
    'agent',
    raised(
      '503 Server Error: Service Unavailable for url: https://www.example.com/data.csv',
      'requests.exceptions.HTTPError',
      ...agentCode,
    ),
  ),
  httpx(
    'retries up to the last step',
    'model_api',
    all(thinking, step(1), thinking, repeated(4, all(request('429 Too Many Requests'), retry)), scored()),
  ),
  httpx(
    'nothing but retries',
    'model_api',
    all(thinking, repeated(3, all(request('503 Service Unavailable'), retry)), scored()),
  ),
  httpx(
    'the key is refused, and the agent gives up',
    'model_api',
    all(thinking, request('401 Unauthorized'), step(1, 'FAIL'), scored()),
  ),
  httpx(
    'retries that succeeded, then passed',
    'none',
    all(
      thinking,
      repeated(3, all(request('429 Too Many Requests'), retry)),
      request('200 OK'),
      step(1),
      scored('1.00'),
    ),
  ),
  httpx(
    'retries that succeeded, then failed',
    'none',
    all(
      thinking,
      repeated(5, all(request('429 Too Many Requests'), retry)),
      request('200 OK'),
      step(1),
      step(2, 'DONE'),
      scored(),
    ),
  ),
  httpx(
    'retries that succeeded without a line that says so',
    'none',
    all(thinking, repeated(5, retry), step(1), scored()),
  ),
  httpx(
    'two retries at the end',
    'none',
    all(thinking, step(1), repeated(1, all(request('429 Too Many Requests'), retry)), scored()),
  ),
  httpx(
    'a passed task in spite of a refusal',
    'none',
    all(thinking, step(1), request('401 Unauthorized'), scored('1.00')),
  ),
  httpx(
    'a part of the score in spite of retries',
    'none',
    all(thinking, step(1), repeated(4, retry), scored('0.50')),
  ),
  httpx(
    'a site of the task is asked, not the model',
    'none',
    all(
      thinking,
      step(1),
      repeated(4, request('429 Too Many Requests', 'https://shop.example.com/cart')),
      scored(),
    ),
  ),
  httpx('retries of the tasks before and after', 'none', all(thinking, request('200 OK'), step(1), scored())),
  inWaa('as above, around the task')(
    'the tasks around were at their limit',
    'none',
    all(thinking, step(1), scored()),
    all(repeated(5, retry), request('401 Unauthorized')),
  ),
  osAgent(
    'no answer by the quota',
    'model_api',
    all(
      says(
        'agent',
        "Failed to callgpt-4o, Error: Error code: 429 - {'error': {'code': 'insufficient_quota'}}",
        'ERROR',
      ),
      osScored,
    ),
  ),
  osAgent(
    'the body of an answer says so',
    'model_api',
    all(
      says(
        'agent',
        'Failed to call LLM: {"error": {"message": "The server had an error", "type": "server_error"}}',
        'ERROR',
      ),
      osScored,
    ),
  ),
  osAgent(
    'no answer once, then it acts',
    'none',
    all(
      says('agent', "Failed to callgpt-4o, Error: Error code: 500 - {'error': {}}", 'ERROR'),
      says('lib_run_single', 'Step 2: pyautogui.click(1, 2)'),
      osScored,
    ),
  ),
  osAgent(
    'an error of its own in the same words',
    'none',
    all(says('agent', 'Failed to callgpt-4o, Error: list index out of range', 'ERROR'), osScored),
  ),
  osAgent(
    'the other process is at its limit',
    'none',
    all(
      says('lib_run_single', 'Step 1: pyautogui.click(1, 2)'),
      (log) =>
        log.record(
          'agent',
          "Failed to callgpt-4o, Error: Error code: 429 - {'error': {}}",
          'ERROR',
          'EnvProcess-2',
        ),
      osScored,
    ),
  ),
  uiTars(
    'three fetches failed, then DONE',
    'model_api',
    all(
      says('lib_run_single', 'Agent: Thinking...'),
      repeated(
        3,
        all(
          print('Error when fetching response from client, with error:'),
          print("Error code: 500 - {'error': 'CUDA out of memory'}"),
        ),
      ),
      print('Reach max retry times to fetch response from client, as error flag.'),
      says('lib_run_single', 'Step 1: DONE'),
      osScored,
    ),
  ),
  uiTars(
    'three answers could not be parsed',
    'none',
    all(
      says('lib_run_single', 'Agent: Thinking...'),
      repeated(3, print('Error when parsing response from client, with response:')),
      print('Reach max retry times to fetch response from client, as error flag.'),
      says('lib_run_single', 'Step 1: DONE'),
      osScored,
    ),
  ),
  inOsWorld('OSWorld run_multienv.py (run_env_tasks)')(
    'a rate limit ends the task',
    'model_api',
    osRaised(
      "Error code: 429 - {'error': {'message': 'Rate limit'}}",
      'openai.RateLimitError',
      'run_multienv.py',
      'mm_agents/openai_cua_agent.py',
    ),
  ),
  free(
    '429 in the action',
    'none',
    all(
      step(
        1,
        'computer.type("Error code: 429 - Too Many Requests")\nError code: 429 - quota\nFailed to call LLM: {"error": {"type": "server_error"}}',
      ),
      scored(),
    ),
  ),
  free(
    '429 in the task',
    'none',
    all(
      line('run', '[Instruction]: Find out why the log says Error code: 401 - invalid_api_key'),
      print('Failed to call LLM: {"error": {"type": "server_error"}}'),
      step(1),
      scored(),
    ),
  ),
  free(
    'the model is a topic of a page',
    'none',
    all(
      step(1),
      line(
        'python',
        'Command executed successfully: {\n"output": "HTTP Request: POST https://api.openai.com/v1/chat/completions \\"HTTP/1.1 429 Too Many Requests\\""\n}',
      ),
      scored(),
    ),
  ),
  free(
    'a page on rate limits, line by line',
    'none',
    all(
      step(1),
      line('python', 'Command executed successfully: {'),
      print('Error code: 429 - {"error": "quota"}'),
      print('Retrying request to /chat/completions in 7.5 seconds'),
      print('Traceback (most recent call last):'),
      print('openai.RateLimitError: Error code: 429 - x'),
      scored(),
    ),
  ),
  free(
    'an exception about a file named 429',
    'unknown',
    raised('429.txt not found', 'FileNotFoundError', '/client/run.py:main'),
  ),
  inWaa('liweim fork: result files')(
    'a thought in the log',
    'none',
    all(line('agent', 'Thought: the API says 429, insufficient_quota, Connection error.'), step(1), scored()),
  ),
];
