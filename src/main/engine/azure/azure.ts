/** Azure, for the whole process: questions with a limit in time, and the pauses that Azure asks for, which hold for everyone who asks. */
import { terminalText } from '../../../shared/terminal-text.ts';
import { UserError } from '../../../shared/user-error.ts';
import { readUserFile, UnfitFile } from '../files/index.ts';
import type { Logger } from '../common/app-log.ts';
import { systemClock, type Clock } from '../common/clock.ts';
import type { AzureConfig } from '../config/index.ts';
import { createClients, type SignedIn } from './clients.ts';
import { cloudOfAuthority, clouds, type Cloud } from './clouds.ts';
import { failureOf, type Failure } from './failure.ts';
import { listAllVms } from './list-vms.ts';
import { lookAt, type UptimeMemory } from './look.ts';
import type { AzureAnswer, AzureFacts, AzureProblem, AzureVmName } from './model.ts';
import type { AzureQuestion } from './asked.ts';
import { pausedProblem, problemOf } from './problems.ts';
import { chooseSignIn, missingVariables, type Environment, type SignIn } from './sign-in.ts';
import { messageOf } from '../../../shared/message-of.ts';

export interface Azure {
  /** One look, with a limit in time. Never rejects. */
  look(vm: AzureConfig, signal?: AbortSignal): Promise<AzureAnswer<AzureFacts>>;
  /** All VMs of all subscriptions that the sign-in sees, in the cloud that AZURE_AUTHORITY_HOST names, else the public one. Never rejects. */
  listVms(signal?: AbortSignal): Promise<AzureAnswer<readonly AzureVmName[]>>;
}

export interface AzureOptions {
  readonly log: Logger;
  readonly environment: Environment;
  readonly clock?: Pick<Clock, 'wallMs' | 'steadyMs'>;
  /** Where requests go instead of the cloud's own address; default: BENCHTRAY_AZURE_ENDPOINT. https only. */
  readonly endpoint?: string;
  /** Shows the person the address and the code of a sign-in by device code; default: a line on stderr. */
  readonly onDeviceCode?: (message: string) => void;
  readonly limits?: Partial<AzureLimits>;
  /** Where `az` is looked for beside the PATH. */
  readonly azFolders?: readonly string[];
}

/** Milliseconds. */
export interface AzureLimits {
  readonly lookMs: number;
  readonly listMs: number;
  /** Of one `az`, or one answer of Entra ID. */
  readonly tokenMs: number;
}

/** `az` takes 1 to 3 s, and several on a cold or busy machine. */
const usualLimits: AzureLimits = { lookMs: 30_000, listMs: 60_000, tokenMs: 20_000 };

export function createAzure(options: AzureOptions): Azure {
  const { log, environment, clock = systemClock } = options;
  const now = clock.wallMs;
  const limits = { ...usualLimits, ...options.limits };
  const uptimes = new Map<string, UptimeMemory>();
  /** Until when Azure asked for a pause, by cloud and subscription; steady milliseconds, so that setting the clock does not change it. */
  const pauses = new Map<string, number>();
  const clients = createClients({
    environment,
    now,
    tokenMs: limits.tokenMs,
    endpoint: options.endpoint,
    onDeviceCode:
      options.onDeviceCode ?? ((message) => void process.stderr.write(`${terminalText(message)}\n`)),
    azFolders: options.azFolders,
  });

  interface Question<Value> {
    readonly cloud: Cloud;
    readonly vm: AzureConfig | null;
    readonly limitMs: number;
    readonly signal: AbortSignal | undefined;
    readonly ask: (
      signedIn: SignedIn,
      signal: AbortSignal,
      problem: (failure: Failure) => AzureProblem,
    ) => Promise<Value>;
  }

  async function answer<Value>(question: Question<Value>): Promise<AzureAnswer<Value>> {
    const { cloud, vm, limitMs } = question;
    const pauseKey = `${cloud.name} ${vm?.subscriptionId ?? ''}`;
    const remainingMs = (pauses.get(pauseKey) ?? Number.NEGATIVE_INFINITY) - clock.steadyMs();
    if (remainingMs > 0) return { ok: false, problem: pausedProblem(remainingMs) };
    const limit = AbortSignal.timeout(limitMs);
    const signal = question.signal === undefined ? limit : AbortSignal.any([question.signal, limit]);
    let signIn: SignIn;
    try {
      signIn = chooseSignIn(environment);
    } catch (error) {
      return { ok: false, problem: settingProblem(error) };
    }
    const asked: AzureQuestion = {
      cloud,
      vm,
      signIn: signIn.kind,
      missingVariables: missingVariables(environment),
    };
    // A person who looks at a list may have signed in as another since the last one.
    if (vm === null && signIn.kind === 'cli') clients.forget(signIn);
    const toProblem = (failure: Failure): AzureProblem => problemOf(failure, asked);
    const once = async (): Promise<Value> => {
      if (signIn.kind === 'certificate') await requireFitCertificate(signIn.certificatePath);
      return question.ask(await clients.signIn(cloud, signIn), signal, toProblem);
    };
    try {
      const value = await unlessAborted(signal, () =>
        once().catch((error: unknown) => {
          const failure = failureOf(error, now());
          if (failure.kind !== 'http' || failure.status !== 401) throw error;
          clients.forget(signIn);
          return once();
        }),
      );
      return { ok: true, value };
    } catch (error) {
      if (error instanceof UserError) return { ok: false, problem: settingProblem(error) };
      const failure: Failure = limit.aborted
        ? { kind: 'late', limitMs }
        : signal.aborted
          ? { kind: 'given_up' }
          : failureOf(error, now());
      // What is to be done about that is to sign in as another: the next question is asked as whoever is signed in then.
      if (failure.kind === 'http' && failure.status === 403 && signIn.kind === 'cli') clients.forget(signIn);
      const problem = toProblem(failure);
      if (problem.retryAfterMs !== null) pauses.set(pauseKey, clock.steadyMs() + problem.retryAfterMs);
      log.debug(
        { azure: vm?.vmName ?? 'list', kind: problem.kind, detail: problem.detail },
        'Azure was asked in vain',
      );
      return { ok: false, problem };
    }
  }

  return {
    look(vm, signal) {
      const cloud = clouds[vm.cloud];
      const key = [vm.cloud, vm.subscriptionId, vm.resourceGroup, vm.vmName].join('/').toLowerCase();
      return answer({
        ...{ cloud, vm, signal, limitMs: limits.lookMs },
        ask: (signedIn, within, toProblem) =>
          lookAt({
            client: signedIn.client(vm.subscriptionId),
            vm,
            signal: within,
            now,
            memory: uptimes.get(key) ?? { offSeenAtMs: null, known: null },
            remember: (memory) => uptimes.set(key, memory),
            problemOf: toProblem,
          }),
      });
    },
    listVms(signal) {
      const cloud = cloudOfAuthority(environment['AZURE_AUTHORITY_HOST']);
      return answer({
        ...{ cloud, vm: null, signal, limitMs: limits.listMs },
        ask: (signedIn, within) =>
          listAllVms({
            client: signedIn.client(''),
            // All of them are in the tenant of the one token.
            clientOf: (subscriptionId) => signedIn.client(subscriptionId, ''),
            signal: within,
            now,
            onSkipped: (subscriptionId, error) =>
              log.debug({ subscriptionId, kind: failureOf(error, now()).kind }, 'VMs could not be listed'),
          }),
      });
    },
  };
}

/** Some of what is called knows no signal. */
async function unlessAborted<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('aborted'));
    signal.addEventListener('abort', abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

/**
 * The SDK reads the certificate whatever it is, and a FIFO or a device would hold it up or fill the memory.
 * @throws UserError if it is no regular file of bounded size. The SDK reports one that is missing or unreadable.
 */
async function requireFitCertificate(path: string): Promise<void> {
  try {
    await readUserFile(path);
  } catch (error) {
    if (!(error instanceof UnfitFile)) return;
    throw new UserError(
      `The certificate of AZURE_CLIENT_CERTIFICATE_PATH, ${path}, cannot be read: ${error.message}.`,
      { hint: 'Name a PEM file that holds the certificate and its private key.', cause: error },
    );
  }
}

function settingProblem(error: unknown): AzureProblem {
  const hint = error instanceof UserError ? error.hint : null;
  return {
    kind: 'no_credentials',
    code: 'azure_auth_failed',
    message: messageOf(error),
    detail: 'An environment variable of BenchTray.',
    hint: hint ?? 'Correct it and start BenchTray again.',
    retryAfterMs: null,
  };
}
