/** A whole set-up in which nothing is wrong: a real OpenSSH server, a BenchTray that runs, an Azure that is pleased. Tests break one thing. */
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AzureAnswer, AzureFacts, AzureProblemKind } from '../../../src/main/engine/azure/model.ts';
import { defaultConfig, type VmConfig } from '../../../src/main/engine/config/index.ts';
import {
  checks,
  runDoctor,
  type CheckName,
  type DoctorOptions,
  type DoctorReport,
  type DoctorTools,
  type House,
} from '../../../src/main/engine/doctor/index.ts';
import { createHostKeys, createKeyStore } from '../../../src/main/engine/vm/index.ts';
import type { DoctorCheck } from '../../../src/shared/doctor.ts';
import { sampleRun } from '../../support/sample-run.ts';
import type { RealVm } from '../../support/real-vm.ts';
import { readyVm } from '../prober/watched.ts';
import { startTestServer } from '../server/support.ts';

export interface Patient {
  readonly vm: RealVm;
  /** The person's home on this machine. */
  readonly home: string;
  config: VmConfig;
  azure: AzureAnswer<AzureFacts>;
  house: House;
  tools: DoctorTools;
  /** How often Azure was asked. */
  readonly azureAsked: () => number;
  setPort(port: number): void;
  setSsh(change: Partial<VmConfig['ssh']>): void;
  /** Runs the doctor. */
  examine(options?: Partial<DoctorOptions>): Promise<Examined>;
}

export interface Examined extends DoctorReport {
  /** Everything that was told, in order. */
  readonly told: readonly DoctorCheck[];
  of(check: CheckName): DoctorCheck;
  /** "name state" of all that did not pass and were not skipped. */
  readonly wrong: readonly string[];
  readonly skippedNames: readonly string[];
}

export const azureFacts: AzureFacts = {
  powerState: 'running',
  provisioningState: 'succeeded',
  provisioningError: null,
  address: '127.0.0.1',
  size: 'Standard_D4ds_v5',
  location: 'westus2',
  runningSinceMs: null,
  checkedAtMs: 0,
};

export const azureSays = (change: Partial<AzureFacts>): AzureAnswer<AzureFacts> => ({
  ok: true,
  value: { ...azureFacts, ...change },
});

export const azureFails = (kind: AzureProblemKind): AzureAnswer<AzureFacts> => ({
  ok: false,
  problem: {
    kind,
    code: 'azure_unavailable',
    message: `Azure: ${kind}.`,
    detail: 'As it said.',
    hint: 'Do something.',
    retryAfterMs: null,
  },
});

/** A web server on loopback, gone with the test. @returns its port */
export async function webServer(answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

export async function healthyPatient(): Promise<Patient> {
  const vm = await readyVm();
  vm.setFreeSpace(50_000);
  vm.runSays(sampleRun(Date.now() - 3_600_000));
  await vm.startRunner();
  const home = mkdtempSync(join(tmpdir(), 'benchtray-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, '.ssh'));
  writeFileSync(join(home, '.ssh', 'known_hosts'), `[127.0.0.1]:${vm.port} ${vm.hostKey()}\n`);
  chmodSync(vm.keyPath, 0o600);
  const running = await startTestServer();
  onTestFinished(() => running.stop());
  const vncPort = await webServer((_, response) => response.end('noVNC'));
  const azureNames = {
    subscriptionId: '0000-1111',
    resourceGroup: 'openadapt-agents',
    vmName: 'waa-eval-vm',
    cloud: 'public',
  } as const;
  const places = { home };
  let asked = 0;

  const patient: Patient = {
    vm,
    home,
    config: { ...vm.config, azure: azureNames, vnc: { port: vncPort } },
    azure: azureSays({}),
    house: {
      configuration: { ok: true, config: defaultConfig, path: 'c.json', warnings: [] },
      ownUrl: null,
      dataDir: home,
      brokenEdit: [],
    },
    tools: {
      ssh: {
        keys: createKeyStore({ passphrase: undefined, ask: null }),
        hostKeys: createHostKeys({ ownFile: join(home, 'own_known_hosts'), places, keep: false }),
        agentSocket: null,
      },
      places,
      azure: {
        look: () => {
          asked += 1;
          return Promise.resolve(patient.azure);
        },
      },
      platform: 'linux',
      now: Date.now,
    },
    azureAsked: () => asked,
    setPort(port) {
      const config = { ...defaultConfig, server: { ...defaultConfig.server, port }, vms: [patient.config] };
      patient.house = { ...patient.house, configuration: { ok: true, config, path: 'c.json', warnings: [] } };
    },
    setSsh(change) {
      patient.config = { ...patient.config, ssh: { ...patient.config.ssh, ...change } };
    },
    async examine(options = {}) {
      const told: DoctorCheck[] = [];
      const { configuration } = patient.house;
      const report = await runDoctor({
        house: patient.house,
        vms: configuration.ok && configuration.config.vms.length > 0 ? [patient.config] : [],
        tools: patient.tools,
        signal: new AbortController().signal,
        ...options,
        onCheck(check) {
          told.push(check);
          options.onCheck?.(check);
        },
      });
      return {
        ...report,
        told,
        of(name) {
          const found = report.checks.find(({ check }) => check === name);
          if (found === undefined) throw new Error(`There is no check ${name}.`);
          return found;
        },
        wrong: report.checks
          .filter(({ state }) => state !== 'passed' && state !== 'skipped')
          .map(({ check, state }) => `${check} ${state}`),
        skippedNames: report.checks.filter(({ state }) => state === 'skipped').map(({ check }) => check),
      };
    },
  };
  patient.setPort(running.server.port);
  return patient;
}

/** All checks that cannot be looked at when this one has failed, by the table. */
export function dependantsOf(name: CheckName, vm: VmConfig): string[] {
  const gone = new Set<CheckName>([name]);
  for (let before = -1; before !== gone.size;) {
    before = gone.size;
    for (const check of checks) {
      const needed = check.scope === 'house' ? check.needs : check.needs(vm);
      const isAfter = check.scope === 'vm' && check.after(vm).includes(name);
      if (isAfter || needed.some((one) => gone.has(one))) gone.add(check.name);
    }
  }
  gone.delete(name);
  return checks.map((check) => check.name).filter((one) => gone.has(one));
}
