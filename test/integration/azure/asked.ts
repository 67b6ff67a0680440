/** What the tests of Azure begin with: the fake, an `az`, and the real SDK that asks them; and the proof that nobody else was asked. */
import { Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, expect, onTestFinished, vi } from 'vitest';
import { silentLog } from '../../../src/main/engine/common/app-log.ts';
import {
  createAzure,
  type Azure,
  type AzureOptions,
  type AzureProblem,
} from '../../../src/main/engine/azure/index.ts';
import { makeFakeAz, type FakeAz } from '../../support/azure/fake-az.ts';
import { startFakeArm, type FakeArm } from '../../support/azure/fake-arm.ts';

export interface Asked {
  readonly arm: FakeArm;
  readonly az: FakeAz;
  /** On the fake, by its `az`. */
  readonly azure: Azure;
  /** The same, asked otherwise. */
  readonly another: (change: Partial<AzureOptions>) => Azure;
}

/** An installed `az` of the machine that the tests run on is out of their sight. */
export const nowhere: readonly string[] = [];
const plainPath = '/nonexistent';

export async function askFake(change: Partial<AzureOptions> = {}): Promise<Asked> {
  const arm = await startFakeArm();
  const az = makeFakeAz();
  trust(arm);
  // Its interpreter is found by its own path; what it runs is in these.
  vi.stubEnv('PATH', `${az.folder}:/usr/bin:/bin`);
  onTestFinished(async () => {
    for (const pid of az.running()) process.kill(pid, 'SIGKILL');
    az.remove();
    await arm.close();
  });
  const another = (more: Partial<AzureOptions>): Azure =>
    createAzure({ log: silentLog(), environment: {}, endpoint: arm.url, azFolders: nowhere, ...more });
  return { arm, az, azure: another(change), another };
}

/** In this process, besides what is trusted anyway. */
export function trust(arm: FakeArm): void {
  setDefaultCACertificates([...getCACertificates('default'), arm.certificate]);
}

export function withoutAz(): void {
  vi.stubEnv('PATH', plainPath);
}

const loopback = /^(localhost|127(\.\d+){3}|::1)$/;

/** Every test that calls this fails when anything was asked that is not this machine: what throws might have been caught. */
export function watchForStrangers(): void {
  const hosts: string[] = [];
  beforeEach(() => {
    hosts.length = 0;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this`
    const connect = Socket.prototype.connect as (this: Socket, ...parameters: unknown[]) => Socket;
    vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (
      this: Socket,
      ...parameters: unknown[]
    ) {
      const first = Array.isArray(parameters[0]) ? (parameters[0] as unknown[])[0] : parameters[0];
      const { host } = (typeof first === 'object' && first !== null ? first : {}) as { host?: string };
      if (host !== undefined) hosts.push(host);
      return connect.apply(this, parameters);
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    expect(hosts.filter((host) => !loopback.test(host))).toEqual([]);
  });
}

export async function problemOf(
  answer: Promise<{ ok: boolean; problem?: AzureProblem }>,
): Promise<AzureProblem> {
  const { ok, problem } = await answer;
  if (ok || problem === undefined) throw new Error('it was answered');
  // One sentence, and a way out.
  expect(problem.message).toMatch(/^[A-Z][^\n]*\.$/);
  expect(problem.hint).toMatch(/\w/);
  expect(problem.detail).not.toMatch(/\n|token-/);
  return problem;
}
