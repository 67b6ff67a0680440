/** All hooks of the configuration: who is told what. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import pLimit from 'p-limit';
import type { HookStatus, HookTest, HookTestRefusal } from '../../../shared/hook-status.ts';
import { maskUrl } from '../../../shared/mask-secrets.ts';
import type { HookConfig, VmConfig } from '../config/index.ts';
import type { Feed } from '../feed/index.ts';
import { runCommand } from './command.ts';
import { defaultRetryPausesMs, startHook, type Hook, type HookOptions } from './hook.ts';
import { eventMessage, runEndMessage, testMessage } from './messages.ts';
import type { Environment, HookLog, HookMessage } from './model.ts';
import { postTo, readHeaders } from './post.ts';
import { createRunEnds } from './run-ends.ts';

/** What of the configuration is of interest here: the VMs only for their names. */
export interface HooksPart {
  readonly hooks: readonly HookConfig[];
  readonly vms: readonly Pick<VmConfig, 'name'>[];
}

export interface HooksOptions {
  readonly config: HooksPart;
  readonly feed: Pick<Feed, 'subscribe' | 'runs' | 'firstSeen'>;
  readonly log: HookLog;
  /** Version of BenchTray. */
  readonly version: string;
  readonly environment?: Environment;
  /** Before each further attempt, milliseconds. */
  readonly retryPausesMs?: readonly number[];
}

export interface Hooks {
  /** In the order of the configuration. */
  status(): readonly HookStatus[];
  /**
   * Delivers a test message to one hook.
   * @param index its place in the configuration
   * @param id refuses another hook at this place; null: takes any
   */
  test(index: number, id?: string | null): Promise<HookTest | HookTestRefusal>;
  /** Hooks that are the same in both go on undisturbed, with what waits for them. */
  reconfigure(config: HooksPart): void;
  /** Takes a second at most, and a moment. What waits is not delivered any more. */
  close(): Promise<void>;
}

interface Running {
  readonly id: string;
  readonly config: HookConfig;
  readonly hook: Hook;
}

/** Programs and requests at the same time, of all hooks together. A test of a hook comes on top. */
const mostAtOnce = 4;

/** To be called before anything is watched, so that runs which end from now on are told from those that had ended before. */
export function startHooks(options: HooksOptions): Hooks {
  const { feed, log, version, environment = process.env } = options;
  const limit = pLimit(mostAtOnce);
  const runEnds = createRunEnds(feed, Date.now);
  const leaving = new Set<Promise<void>>();
  for (const vm of options.config.vms) runEnds.know(vm.name);
  let running = options.config.hooks.map(start);
  let firstVm = options.config.vms[0]?.name ?? '';

  function start(config: HookConfig): Running {
    const hook = startHook({
      ...wayOf(config, environment, version),
      limit,
      log,
      retryPausesMs: options.retryPausesMs ?? defaultRetryPausesMs,
    });
    const { last_error: firstError, target } = hook.status();
    if (firstError !== null) log.warn({ target, reason: firstError }, 'a hook cannot work');
    // Not a hash of the configuration: someone could guess a password from it.
    return { id: randomUUID(), config, hook };
  }

  function stop(hook: Hook): void {
    const left = hook.close().finally(() => leaving.delete(left));
    leaving.add(left);
  }

  function tell(message: HookMessage | null): void {
    if (message === null) return;
    for (const { config, hook } of running) if (isWanted(config, message)) hook.take(message);
  }

  const unsubscribe = feed.subscribe((told) => {
    if (told.kind === 'journal') tell(eventMessage(told.event));
    else if (told.kind === 'progress')
      for (const run of runEnds.hear(told.data)) tell(runEndMessage(run, Date.now()));
  });

  return {
    status: () => running.map(({ id, hook }, index) => ({ index, id, ...hook.status() })),
    async test(index, id = null) {
      const tried = running[index];
      if (id !== null && tried?.id !== id) return 'changed';
      if (tried === undefined) return 'absent';
      const startedMs = performance.now();
      const { vms = [] } = tried.config;
      const outcome = await (tried.hook.test(testMessage(vms[0] ?? firstVm, Date.now())) ?? 'busy');
      if (outcome === 'busy') return outcome;
      const error = outcome.kind === 'done' ? null : outcome.reason;
      return { ok: error === null, error, took_ms: Math.round(performance.now() - startedMs) };
    },
    reconfigure({ hooks, vms }) {
      firstVm = vms[0]?.name ?? '';
      for (const vm of vms) runEnds.know(vm.name);
      const former = [...running];
      running = hooks.map((config) => {
        const same = former.findIndex((one) => isDeepStrictEqual(one.config, config));
        const [kept] = same === -1 ? [] : former.splice(same, 1);
        return kept ?? start(config);
      });
      for (const { hook } of former) stop(hook);
    },
    async close() {
      unsubscribe();
      for (const { hook } of running) stop(hook);
      await Promise.all(leaving);
    },
  };
}

function isWanted({ on, vms }: HookConfig, message: HookMessage): boolean {
  return (
    message.event !== 'test' && on.includes(message.event) && (vms === undefined || vms.includes(message.vm))
  );
}

type Way = Pick<HookOptions, 'kind' | 'target' | 'deliver' | 'firstError'>;

/** How a hook is reached, and as what it may be shown. */
function wayOf(config: HookConfig, environment: Environment, version: string): Way {
  const { command = [], url, format = 'json', headers = {}, timeoutSeconds } = config;
  if (url === undefined) {
    const target = basename(command[0] ?? '');
    return {
      kind: 'command',
      target,
      deliver: runCommand({ command, timeoutSeconds }, environment),
      firstError: null,
    };
  }
  const read = readHeaders(headers, environment);
  return {
    kind: 'url',
    target: maskUrl(url),
    deliver: postTo({ url, format, headers, timeoutSeconds }, environment, `BenchTray/${version}`),
    firstError: read.ok ? null : read.reason,
  };
}
