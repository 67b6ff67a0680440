/** Reads a Python traceback line by line: whose code raised, and what it said. */
import type { CodeArea } from './model.ts';

/** What the frames so far tell. Plain JSON. */
export interface Frames {
  readonly area: CodeArea | null;
  readonly functionName: string | null;
}

export const noFrames: Frames = { area: null, functionName: null };
export const traceStart = 'Traceback (most recent call last):';

const frame = /^\s{1,12}File "([^"]{1,500})", line \d{1,9}(?:, in (\S{1,200}))?/;
const lastLine = /^(?:[A-Za-z_]\w{0,60}\.){0,8}[A-Za-z_]\w{0,80}(?::|$)/;
const libraryCode = /(?:site-packages|dist-packages|[\\/]lib[\\/]python\d|^<)/;

const areas: readonly (readonly [RegExp, CodeArea])[] = [
  // An agent may have an evaluator of its own, so its folder decides.
  [/(?:^|[\\/])(?:mm_agents|gui_agents|agents)[\\/]/, 'agent'],
  [/(?:^|[\\/])evaluators?(?:[\\/]|\.py$)/, 'evaluator'],
  [/(?:^|[\\/])\w{0,40}agent\.py$/, 'agent'],
  [/(?:^|[\\/])(?:desktop_env|android_env|controllers|providers)(?:[\\/]|\.py$)/, 'environment'],
];

/** Returns the frames with one more line of the traceback. */
export function withFrame(frames: Frames, text: string): Frames {
  const [, path, functionName = null] = frame.exec(text) ?? [];
  if (path === undefined || libraryCode.test(path) || frames.area === 'evaluator') return frames;
  const area = isAndroidJudge(path, functionName)
    ? 'evaluator'
    : (areas.find(([pattern]) => pattern.test(path))?.[1] ?? null);
  return { area, functionName };
}

/** The class of a task of AndroidWorld prepares the task, cleans up and judges. Only this function judges. */
function isAndroidJudge(path: string, functionName: string | null): boolean {
  return functionName === 'is_successful' && /(?:^|[\\/])task_evals[\\/]/.test(path);
}

/** Returns whether a line without an indent is the last one of a traceback: type and message. */
export function isLastLine(text: string): boolean {
  return lastLine.test(text);
}
