/**
 * One record of a log → what it says about the model, the machine or the judge. Only lines that a known program writes with its own
 * logger count, from their first letter: the same words in a thought of the agent, in its task or on a page that it reads say nothing.
 */
import { isFreeText, type LoggingRecord, type LogRecord } from '../record.ts';
import { byStatus, isDiskFull, isGuestError, isModelUrl, modelErrorIn } from './error-texts.ts';
import type { Relief, SignName } from './model.ts';

export type Said =
  | { readonly says: SignName; readonly ofRun?: true }
  | { readonly says: Relief }
  /** From here on the task is judged. */
  | { readonly says: 'judging' }
  /** The next line says what the client of the model raised; `isRetried`: the agent asks again. */
  | { readonly says: 'fetch_error'; readonly isRetried?: true };

/** httpx: `HTTP Request: POST https://… "HTTP/1.1 429 Too Many Requests"`. */
const httpRequest = /^HTTP Request: POST (\S{1,2000}) "HTTP\/[\d.]{1,3} (\d{3})(?: |")/;
/** The base client of OpenAI and Anthropic. */
const retryRequest = /^Retrying request to \S{0,200}\/(?:completions|responses|messages)\b/;
/** OSWorld's agents: `Failed to callgpt-4o, Error: …` and `Failed to call LLM: …`. */
const failedCall = /^Failed to call ?[^,:]{1,100}(?:, Error)?: (.*)$/;
const fetchError = /^Error when fetching response from client, with error:\s*(.*)$/;
/** AndroidWorld's agents, which print it: `Error calling LLM, will retry soon...`. */
const callError = /^Error calling LLM, will retry\b/;
const lastSetup = /^Environment setup failed, retrying \((\d{1,3})\/(\d{1,3})\)/;
/** Names of an answer that is an error, as services write it into its JSON. */
const errorAnswer =
  /^\{.{0,400}["'](?:insufficient_quota|invalid_api_key|rate_limit_exceeded|rate_limit_error|overloaded_error|server_error|billing_hard_limit_reached|authentication_error)["']/;
const step = /^Step \d{1,5}: (.*)$/;
/** An agent that has no answer says one of these as well. */
const isNoAct = /^(?:DONE|FAIL|WAIT)?\s*$/;
const mainError = /^Unexpected error (?:in main process|while waiting for processes): /;

/** Returns what a record says; null: nothing. Called for every line, so it decides by a few characters. */
export function readSign(record: LogRecord): Said | null {
  if (record.kind === 'logging') return readLogging(record);
  const text = record.kind === 'plain' ? record.message : record.text;
  if (!text.startsWith('E') && !text.startsWith('F')) return null;
  if (record.kind === 'continuation' && isFreeText(record.of)) return null;
  return readCall(text);
}

function readLogging({ module, level, message }: LoggingRecord): Said | null {
  switch (message[0]) {
    case 'H':
      return module === '_client' ? readRequest(message) : null;
    case 'R':
      if (module === '_base_client' && retryRequest.test(message)) return { says: 'model_retry' };
      return isPlayer(module) && message === 'Running evaluator(s)...' ? { says: 'judging' } : null;
    case 'S':
      return isPlayer(module) ? readStep(message) : null;
    case 'T':
      return isPlayer(module) && message === 'The episode is done.' ? { says: 'judging' } : null;
  }
  return level === 'INFO' || level === 'DEBUG' ? null : readError(module, message);
}

function readError(module: string, message: string): Said | null {
  switch (message[0]) {
    case 'O':
      // OSWorld's desktop_env logs the same words before it looks at all.
      return isPlayer(module) && message.startsWith('Observation is None.')
        ? { says: 'no_observation' }
        : null;
    case 'V':
      return module === 'desktop_env' && /^VM did not become ready after \d+ attempts/.test(message)
        ? { says: 'machine_not_ready' }
        : null;
    case 'A':
      return module === 'python' && isGuestError(afterColon(message, 'trying to get the file: '))
        ? { says: 'guest_unreachable' }
        : null;
    case 'F':
      if (module === 'python' && /^Failed to get file\. Status code: 5\d\d$/.test(message))
        return { says: 'file_unavailable' };
      if (module === 'python' && message === 'Failed to get screenshot.') return { says: 'no_screenshot' };
      return readCall(message);
    case 'E':
      if (module === 'desktop_env' && isLastSetup(message)) return { says: 'setup_failed' };
      return readCall(message);
    default:
      return isDiskFull(message.replace(mainError, '')) ? { says: 'disk_full', ofRun: true } : null;
  }
}

/** Returns what an agent says of a call to its model. */
function readCall(text: string): Said | null {
  if (callError.test(text)) return { says: 'fetch_error', isRetried: true };
  const fetched = fetchError.exec(text)?.[1];
  if (fetched !== undefined) {
    if (fetched === '') return { says: 'fetch_error' };
    return isModelError(fetched) ? { says: 'model_error' } : null;
  }
  const called = failedCall.exec(text)?.[1];
  return called !== undefined && isModelError(called) ? { says: 'model_error' } : null;
}

/** OSWorld says that it retries behind the last of its tries as well. */
function isLastSetup(message: string): boolean {
  const [, attempt, attempts] = lastSetup.exec(message) ?? [];
  return attempt !== undefined && attempt === attempts;
}

/** Whether what a client raised, or what a service answered, is a failure of the model's service. */
export function isModelError(text: string): boolean {
  return modelErrorIn(text) !== null || errorAnswer.test(text);
}

function readRequest(message: string): Said | null {
  const [, url = '', status = ''] = httpRequest.exec(message) ?? [];
  if (!isModelUrl(url)) return null;
  if (status === '200') return { says: 'model_answered' };
  const error = byStatus(Number(status), message);
  if (error === null) return null;
  return { says: error === 'refused' ? 'model_error' : 'model_retry' };
}

function readStep(message: string): Said | null {
  const action = step.exec(message)?.[1];
  return action === undefined || isNoAct.test(action) ? null : { says: 'acted' };
}

/** The module that plays a task, in WAA and OSWorld. */
function isPlayer(module: string): boolean {
  return module.startsWith('lib_run_single');
}

function afterColon(message: string, words: string): string {
  const at = message.indexOf(words);
  return at === -1 ? '' : message.slice(at + words.length);
}
