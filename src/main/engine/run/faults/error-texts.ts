/**
 * What the text of an error says about its cause. Each pattern is anchored and linear. A text that any program may print, such as
 * "429" or "timeout" somewhere in a sentence, proves nothing.
 */

/** The model's service did not do its work. `refused`: asking again is of no use. */
export type ModelError = 'refused' | 'failed';

/** Rules look at no more than this of a text. */
const longestText = 2_000;
/** `openai.RateLimitError: `, `requests.exceptions.ConnectionError: `. */
const typePrefix = /^(?:[A-Za-z_]\w{0,60}\.){0,6}[A-Z]\w{2,60}(?:: |$)/;
/** The clients of OpenAI and Anthropic: `Error code: 429 - {'error': …}`. */
const statusText = /^Error code: (\d{3})(?: - |$)/;
/** requests: `401 Client Error: Unauthorized for url: https://…`. */
const httpErrorText = /^(\d{3}) (?:Client|Server) Error: .{0,200}? for url: (\S+)/;
/** google-genai and google-api-core: `429 RESOURCE_EXHAUSTED. {…}`, `503 The model is overloaded.`. */
const googleText =
  /^(?:429 (?:RESOURCE_EXHAUSTED\b|Resource has been exhausted\b|You exceeded your current quota\b)|50[034] (?:UNAVAILABLE\b|INTERNAL\b|DEADLINE_EXCEEDED\b|The model is overloaded\b))/;
/** botocore, for Bedrock. */
const bedrockText =
  /^An error occurred \((\w{1,60})\) when calling the (?:InvokeModel|Converse)\w{0,30} operation\b/;
/** tenacity: the tries are used up. */
const retriesText = /^RetryError\[<Future at \w+ state=finished raised (\w+)>\]/;
/** The whole message of a client that could not connect, or had no answer in time. */
const noConnection: ReadonlySet<string> = new Set(['Connection error.', 'Request timed out.']);
/** Types that only the clients of models have. Their names are the same at OpenAI and Anthropic. */
const clientTypes = /^(?:openai|anthropic|litellm)\.(?:[\w]{1,40}\.){0,3}(\w{1,60})(?:: |$)/;
const refusedTypes: ReadonlySet<string> = new Set([
  'AuthenticationError',
  'PermissionDeniedError',
  'BudgetExceededError',
]);
const failedTypes: ReadonlySet<string> = new Set([
  'RateLimitError',
  'InternalServerError',
  'APIConnectionError',
  'APITimeoutError',
  'ServiceUnavailableError',
  'OverloadedError',
]);
/** Words of an account that is used up, within an answer that is an error. */
const usedUp =
  /\b(?:insufficient_quota|billing_hard_limit_reached|credit balance is too low|exceeded your current quota|invalid_api_key|Incorrect API key|account_deactivated)\b/;
const modelPath =
  /\/(?:chat\/completions|completions|v1\/messages|v1\/responses|api\/chat|api\/generate)(?:[?#\s"]|$)|:(?:streamG|g)enerateContent\b/;
const modelHost =
  /^(?:api\.(?:openai|anthropic|deepseek|together|mistral|groq|x)\.(?:com|xyz|ai)|generativelanguage\.googleapis\.com|[\w-]{1,63}\.openai\.azure\.com|[\w-]{1,63}\.cognitiveservices\.azure\.com|openrouter\.ai|dashscope\.aliyuncs\.com|[\w-]{0,30}aiplatform\.googleapis\.com)$/;
/** urllib3, as requests passes it on. */
const poolText =
  /^(HTTPS?)ConnectionPool\(host='([^']{1,255})', port=(\d{1,5})\): (?:Max retries exceeded with url: (\S+)|Read timed out)/;
/** What the server in the guest of WAA and OSWorld answers. */
const guestPath =
  /^\/(?:probe|screenshot|execute|execute_windows|update_computer|accessibility|terminal|file|setup|run_python|run_bash_script|platform|screen_size|window_size|cursor_position|desktop_path|wallpaper|list_directory|start_recording|end_recording|obs_winagent|computer)(?:[/?]|$)/;
const guestPort = '5000';
/** A web site may have the same paths. It is at this port, which its URL leaves out. */
const webPort = '80';

/** Returns an error text without the type of its exception, and cut. */
export function withoutType(text: string): string {
  return text.slice(0, longestText).trim().replace(typePrefix, '');
}

/** Returns how the model's service failed by this text; null: the text does not say that it did. */
export function modelErrorIn(text: string): ModelError | null {
  const whole = text.slice(0, longestText).trim();
  const message = withoutType(whole);
  const status = statusText.exec(message)?.[1];
  if (status !== undefined) return byStatus(Number(status), message);
  const [, code, url = ''] = httpErrorText.exec(message) ?? [];
  if (code !== undefined) return isModelUrl(url) ? byStatus(Number(code), message) : null;
  if (googleText.test(message)) return 'failed';
  const bedrock = bedrockText.exec(message)?.[1];
  if (bedrock !== undefined) return byBedrock(bedrock);
  if (noConnection.has(message)) return 'failed';
  const lastTry = retriesText.exec(message)?.[1];
  if (lastTry !== undefined) return byType(lastTry);
  const [, scheme, host = '', , path = ''] = poolText.exec(message) ?? [];
  if (scheme !== undefined)
    return modelPath.test(path) || (scheme === 'HTTPS' && modelHost.test(host)) ? 'failed' : null;
  const type = clientTypes.exec(whole)?.[1];
  return type === undefined ? null : byType(type);
}

/**
 * Returns whether the text says that the server in the guest could not be reached, or broke off.
 * @param isOfAgent the agent's own code asked: a time-out, which names no path, may be of a model that is served at the same port
 */
export function isGuestError(text: string, isOfAgent = false): boolean {
  const message = withoutType(text);
  const [, code, url = ''] = httpErrorText.exec(message) ?? [];
  if (code !== undefined) return code.startsWith('5') && isGuestUrl(url);
  const [, scheme, , port, path] = poolText.exec(message) ?? [];
  if (scheme !== 'HTTP') return false;
  if (path === undefined) return port === guestPort && !isOfAgent;
  return port !== webPort && guestPath.test(path) && !modelPath.test(path);
}

/** Returns whether the text says that the disk of the runner is full. */
export function isDiskFull(text: string): boolean {
  // Each line of a log is asked.
  return text.includes('[Errno 28]') && /^\[Errno 28\] No space left on device\b/.test(withoutType(text));
}

const machineTexts: readonly RegExp[] = [
  // OSWorld's Docker provider, and WAA's desktop_env.
  /^VM failed to become ready within timeout period\b/,
  /^VM did not become ready after \d{1,6} attempts\b/,
  // The Docker client of OSWorld's provider.
  /^\d{3} (?:Client|Server) Error for http\+docker:\/\//,
  /^Error while fetching server API version: /,
  // OSWorld's AWS provider.
  /^An error occurred \(\w{1,80}\) when calling the (?:RunInstances|StartInstances|StopInstances|DescribeInstances|TerminateInstances|CreateImage) operation\b/,
  // openadapt-evals, run_full_eval and run_dc_eval.
  /^(?:server unreachable|WAA not ready after \d{1,6}s|TIMEOUT: WAA not ready after \d{1,6}s)\b/i,
  // AndroidWorld: the emulator gives no accessibility tree, or adb lost it.
  /^Could not get a11y tree\.$/,
  /^(?:adb: )?(?:error: )?device (?:offline|'emulator-\d{1,6}' not found)\b/,
  /^Error executing adb command\b.{0,300}\b(?:device offline|no devices\/emulators found|device 'emulator-\d{1,6}' not found)/,
];

/** Returns whether the text says that the machine of the task did not come up, or was lost. */
export function isMachineError(text: string): boolean {
  const message = withoutType(text);
  return machineTexts.some((pattern) => pattern.test(message));
}

/** Returns whether a URL is one that a model answers under. */
export function isModelUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && (modelPath.test(parsed.pathname) || modelHost.test(parsed.hostname));
}

/** Returns how a model's service failed by the status of its answer; null: the answer is no failure of the service. */
export function byStatus(status: number, text: string): ModelError | null {
  if (status === 401 || status === 402 || status === 403) return 'refused';
  if (status === 429) return usedUp.test(text) ? 'refused' : 'failed';
  if (status >= 500 && status <= 599) return 'failed';
  return status === 400 && usedUp.test(text) ? 'refused' : null;
}

function byType(name: string): ModelError | null {
  if (refusedTypes.has(name)) return 'refused';
  return failedTypes.has(name) ? 'failed' : null;
}

function byBedrock(code: string): ModelError | null {
  if (code === 'AccessDeniedException' || code === 'UnrecognizedClientException') return 'refused';
  const isFailure =
    /^(?:ThrottlingException|ServiceUnavailableException|InternalServerException|ModelTimeoutException|ModelNotReadyException)$/.test(
      code,
    );
  return isFailure ? 'failed' : null;
}

function isGuestUrl(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'http:' || parsed.port === '') return false;
  return guestPath.test(parsed.pathname) && !modelPath.test(parsed.pathname);
}
