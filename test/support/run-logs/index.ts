/**
 * Made-up logs of every kind, each with what a right reading of it comes to. The same kind, seed and options give the
 * same log.
 */
import { makeAndroidWorldLog } from './android-world.ts';
import { makeCoActLog } from './coact.ts';
import { makeMacOsWorldLog } from './macosworld.ts';
import { makeOpenAdaptLog, makeReportLog } from './openadapt.ts';
import {
  makeEvDcEvalLog,
  makeEvFullEvalLog,
  makeEvRunnerLog,
  makeParallelEvRunnerLog,
  wrapped,
} from './openadapt-evals.ts';
import { makeManyProcessLog, makeOsWorldLog } from './osworld.ts';
import type { RunLog, RunLogOptions } from './plan.ts';
import { makeWaaLog } from './waa.ts';

export type { LogPiece, RunLog, RunLogOptions, TrueTask, Truth } from './plan.ts';
export { randomFrom } from './plan.ts';

const makers = {
  waa: makeWaaLog,
  waa_first: (seed, options) => makeWaaLog(seed, options, 'first'),
  waa_v2: (seed, options) => makeWaaLog(seed, options, 'v2'),
  waa_fork: (seed, options) => makeWaaLog(seed, options, 'fork'),
  waa_renamed: (seed, options) => renamed(makeWaaLog(seed, options), 'run_navi-2.1'),
  waa_wrapped: (seed, options) => wrapped(makeWaaLog(seed, options)),
  osworld: makeOsWorldLog,
  osworld_many: makeManyProcessLog,
  osworld_renamed: (seed, options) => renamed(makeOsWorldLog(seed, options), 'run_local'),
  osworld_many_renamed: (seed, options) => renamed(makeManyProcessLog(seed, options), 'sample_uitars'),
  osworld_without_process: (seed, options) =>
    changed(renamed(makeOsWorldLog(seed, options), 'run_local'), /(?<=\[32m\w+\/1)-MainProcess/, ''),
  osworld_with_logger: (seed, options) =>
    changed(renamed(makeOsWorldLog(seed, options), 'run_local'), /(?<=\[32m)/, 'desktopenv.experiment '),
  osworld_own_names: (seed, options) =>
    changed(renamed(makeManyProcessLog(seed, options), 'run_agents'), /EnvProcess-/g, 'Agent-'),
  osworld_short_player: (seed, options) =>
    changed(renamed(makeOsWorldLog(seed, options), 'run_agents2'), /(?<=\[32m)lib_(?=run_single)/, ''),
  spider2: (seed, options) => spider2(renamed(makeOsWorldLog(seed, options), 'run_spider2v_agent')),
  android_world: makeAndroidWorldLog,
  coact: makeCoActLog,
  macosworld: makeMacOsWorldLog,
  openadapt: makeOpenAdaptLog,
  openadapt_report: makeReportLog,
  ev_runner: makeEvRunnerLog,
  ev_runner_parallel: makeParallelEvRunnerLog,
  ev_full_eval: makeEvFullEvalLog,
  ev_dc_eval: makeEvDcEvalLog,
} satisfies Record<string, (seed: number, options: RunLogOptions) => RunLog>;

/** The same run, started by a script of another name. */
function renamed(log: RunLog, script: string): RunLog {
  return changed(log, /(?<=\[32m)run(?:_multienv)?(?=\/1-)/, script);
}

/** The same run in the words of Spider2-V, which logs no average. */
function spider2(log: RunLog): RunLog {
  const words: readonly (readonly [RegExp, string])[] = [
    [/(?<=\[0m)\[Example ID\]/, '[Example id]'],
    [/(?<=\[0m)(?=Step \d)/, '[Action]: '],
    [/(?<=\[0m)Result: (?=\S+\n)/, '[Result]: Evaluation score for it: '],
    [/(?<=\[0m)Average score: \S+/, 'New result after running:\nCurrent Success Rate: 1.0 / 3 = 33.33%'],
  ];
  return words.reduce((now, [pattern, by]) => changed(now, pattern, by), log);
}

function changed({ pieces, truth }: RunLog, pattern: RegExp, by: string): RunLog {
  const named = pieces.map(({ text, process }) => ({ text: text.replace(pattern, by), process }));
  return { pieces: named, text: named.map(({ text }) => text).join(''), truth };
}

export type RunLogKind = keyof typeof makers;

export const runLogKinds = Object.keys(makers) as readonly RunLogKind[];

export function makeRunLog(kind: RunLogKind, seed: number, options: RunLogOptions): RunLog {
  return makers[kind](seed, options);
}
