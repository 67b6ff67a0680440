/** Puts together what the files of a job say. Pure. */
import { boundedName } from '../bounded-names.ts';
import type { JobResult, TreeDocument, TrialResult } from './document.ts';
import type { Trial, TrialDialect, TrialJob } from './job.ts';
import { hasResult, nameOf, ownFileName, resultName, type JobFolder, type TreeFolder } from './tree.ts';
import { endOfTrial } from './trial-end.ts';

/** What has to be known of the machine that wrote the files. */
export interface TrialClock {
  /** Its zone: older Harbor writes local times without one. */
  readonly zoneOffsetMinutes: number;
  /** By how much its clock is ahead of ours, milliseconds. */
  readonly skewMs: number;
}

export interface JobContext extends TrialClock {
  /** Name of the result folder: the job's own, if the folder is that of one job. */
  readonly folderName: string;
  /** Null: the file has not been read, or is being written. */
  readonly documentOf: (path: string) => TreeDocument | null;
}

const isoTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/;
/** Names of Harbor's trials: the task and a random word. */
const trialName = /__[^_]+$/;
/** Default names of jobs. */
const datedName = /^\d{4}-\d\d-\d\d__\d\d-\d\d-\d\d$/;

/** Returns the job; null: these are files of something else, or its own file is being written. */
export function readJob(folder: JobFolder, context: JobContext): TrialJob | null {
  const { path, files, dialect } = folder;
  const ownName = ownFileName(dialect);
  const result = context.documentOf(`${path}/${ownName}`)?.job ?? null;
  // Without it, the job may be given another name than it has with it.
  if (result === null && files.has(ownName)) return null;
  const trials = folder.trials.flatMap((trial) => readTrial(trial, dialect, context) ?? []);
  if (result === null && trials.length === 0) return null;
  const begun = result?.started_at ?? result?.start_time ?? null;
  return {
    key: keyOf(path === '.' ? context.folderName : nameOf(path), begun),
    dialect,
    agent: result?.agent_name ?? onlyOne(trials.map(({ agent }) => agent)),
    model: result?.model_name ?? onlyOne(trials.map(({ model }) => model)),
    totalTasks: totalTasks(folder, result, context),
    startedAt: timeOf(begun, context),
    endedAt: endOfJob(folder, result, context),
    activeAt: folder.activeAt,
    trials,
  };
}

/** The name, with the time of its start if the name has none: names are used again. */
function keyOf(name: string, begun: string | null): string {
  const date = (begun ?? '').replace(/\D/g, '').slice(0, 14);
  return boundedName(date === '' || datedName.test(name) ? name : `${name}-${date}`);
}

/** A job counts trials: each agent plays each task several times. */
function totalTasks(folder: JobFolder, result: JobResult | null, context: JobContext): number | null {
  if (result?.dataset_size != null) return result.dataset_size;
  if (result?.n_total_trials == null) return null;
  return Math.ceil(result.n_total_trials / trialsPerTask(folder, context));
}

function trialsPerTask({ path, dialect, trials }: JobFolder, { documentOf }: JobContext): number {
  if (dialect === 'cua-bench') {
    // It counts attempts from 0.
    const attempts = trials.map((trial) => documentOf(`${trial.path}/result.json`)?.trial?.attempt ?? 0);
    return 1 + Math.max(0, ...attempts);
  }
  const config = documentOf(`${path}/config.json`)?.jobConfig;
  return config === undefined ? 1 : config.n_attempts * config.agents;
}

/** cua-bench writes its summary at the end, without a time in it. */
function endOfJob({ dialect, files }: JobFolder, result: JobResult | null, clock: TrialClock): number | null {
  if (result === null) return null;
  if (dialect === 'cua-bench') return files.get(ownFileName(dialect))?.modifiedAt ?? null;
  return timeOf(result.finished_at ?? result.end_time, clock);
}

function readTrial(folder: TreeFolder, dialect: TrialDialect, context: JobContext): Trial | null {
  const file = hasResult(folder, dialect) ? folder.files.get(resultName(dialect)) : undefined;
  const document = file === undefined ? null : context.documentOf(file.path);
  if (file === undefined || document === null) return readRunningTrial(folder, context);
  const { trial } = document;
  if (trial === null) return null;
  const { agent_info, started_at, trial_started_at, finished_at, trial_ended_at } = trial;
  return {
    name: nameOf(folder.path),
    ...taskOf(trial),
    agent: agent_info?.name ?? null,
    model: agent_info?.model_info?.name ?? null,
    startedAt: timeOf(started_at ?? trial_started_at, context),
    endedAt: timeOf(finished_at ?? trial_ended_at, context) ?? file.modifiedAt,
    end: endOfTrial(trial, folder.files.has('exception.txt')),
  };
}

/** Only Harbor writes a file when a trial begins. */
function readRunningTrial(folder: TreeFolder, { documentOf }: JobContext): Trial | null {
  const file = folder.files.get('config.json');
  if (file === undefined) return null;
  const document = documentOf(file.path);
  const task = document?.trialConfig.task ?? null;
  const name = nameOf(folder.path);
  // Many programs keep a configuration beside their results. Until it is read, the name of the trial tells.
  const isTrial = document === null ? trialName.test(name) : task !== null;
  if (!isTrial) return null;
  return {
    name,
    taskId: lastPart(task?.name ?? task?.path ?? null) ?? name.replace(trialName, ''),
    domain: task?.source ?? null,
    agent: null,
    model: null,
    startedAt: file.modifiedAt,
    endedAt: null,
    end: null,
  };
}

/** Harbor names a task by its data set too, or by its folder: the last part is the same in all its files. */
function taskOf({ task_name, task_id, source, variant }: TrialResult): Pick<Trial, 'taskId' | 'domain'> {
  if (task_name !== null && variant !== null)
    return { taskId: `${task_name}_v${variant}`, domain: task_name };
  return { taskId: lastPart(task_name) ?? task_id ?? '', domain: source };
}

function lastPart(name: string | null): string | null {
  return name?.split('/').findLast((part) => part !== '') ?? null;
}

/** Null: there is none, or they differ. */
function onlyOne(names: readonly (string | null)[]): string | null {
  const [name = null, ...others] = new Set(names.filter((each) => each !== null));
  return others.length === 0 ? name : null;
}

/** Returns epoch milliseconds of our clock; null: the text is no ISO time. */
function timeOf(text: string | null, { zoneOffsetMinutes, skewMs }: TrialClock): number | null {
  const [, day, time, fraction = '', zone] = isoTime.exec(text ?? '') ?? [];
  if (day === undefined || time === undefined) return null;
  const at = Date.parse(`${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${zone ?? 'Z'}`);
  if (Number.isNaN(at)) return null;
  return at - (zone === undefined ? zoneOffsetMinutes * 60_000 : 0) - skewMs;
}
