/** Bounds the names that a log gives: they become parts of URLs, of notifications and of the journal's keys. Pure. */
import type { RunArguments, RunEvent } from './model.ts';

/** Benchmarks keep each task in a file or folder, whose name can hardly be longer. The result folder has the same limit. */
export const longestName = 200;
const keptCharacters = 180;

/** Returns the event with every name in it at most {@link longestName} long. */
export function withBoundedNames(event: RunEvent): RunEvent {
  switch (event.type) {
    case 'task_started':
    case 'task_ended':
    case 'task_corrected':
      return {
        ...event,
        ...('worker' in event ? { worker: boundedName(event.worker) } : {}),
        taskId: boundedName(event.taskId),
        domain: boundedName(event.domain),
      } as RunEvent;
    case 'task_instruction':
    case 'task_step':
    case 'task_handed_over':
      return { ...event, worker: boundedName(event.worker) };
    case 'run_planned':
      return boundedPlan(event);
    case 'run_arguments':
      return { ...event, arguments: boundedArguments(event.arguments) };
    case 'task_sign':
    case 'task_relief':
    case 'task_judged':
    case 'task_traced':
      return { ...event, worker: boundedName(event.worker) } as RunEvent;
    case 'run_started':
    case 'run_ended':
      return event;
  }
}

/** Cuts a longer name and appends a mark and a hash of the whole, so that two long names stay different. */
export function boundedName<Name extends string | null>(name: Name): Name {
  if (name === null || name.length <= longestName) return name;
  return `${name.slice(0, keptCharacters).toWellFormed()}…${hash(name)}` as Name;
}

function boundedPlan(event: Extract<RunEvent, { type: 'run_planned' }>): RunEvent {
  const bounded = <Part extends { readonly domain: string; readonly taskId?: string }>(part: Part): Part => ({
    ...part,
    domain: boundedName(part.domain),
    ...(part.taskId === undefined ? {} : { taskId: boundedName(part.taskId) }),
  });
  return {
    ...event,
    tasks: event.tasks?.map(bounded) ?? null,
    ...(event.domains === undefined ? {} : { domains: event.domains.map(bounded) }),
  };
}

/** The result folder is a path, and a cut path leads nowhere. */
function boundedArguments(told: Partial<RunArguments>): Partial<RunArguments> {
  const { model, agent, emulatorIp, trialId } = told;
  return {
    ...told,
    ...(model === undefined ? {} : { model: boundedName(model) }),
    ...(agent === undefined ? {} : { agent: boundedName(agent) }),
    ...(emulatorIp === undefined ? {} : { emulatorIp: boundedName(emulatorIp) }),
    ...(trialId === undefined ? {} : { trialId: boundedName(trialId) }),
  };
}

/** FNV-1a of 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/), in hexadecimal: this room has no node:crypto. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at += 1)
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  return value.toString(16).padStart(16, '0');
}
