/** Everything that sets up a VM, with real files, and a cloud and a doctor that the test plays. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AzureAnswer, AzureProblem, AzureVmName } from '../../src/main/engine/azure/model.ts';
import type { VmConfig } from '../../src/main/engine/config/index.ts';
import { createSetupCode, type SetupCode } from '../../src/main/engine/server/index.ts';
import { createSetup, type DemoSwitch, type TestVm } from '../../src/main/engine/setup/index.ts';
import type { DoctorCheck, DoctorSummary } from '../../src/shared/doctor.ts';
import { openTestSettings, type TestSettings } from './test-settings.ts';
import type { Setup, VmDraft } from '../../src/shared/setup.ts';

/** One run of the doctor, which waits for what the test has it say. */
export interface PlayedTest {
  readonly vm: VmConfig;
  readonly signal: AbortSignal;
  tell(changes: Partial<DoctorCheck>): void;
  end(changes?: Partial<DoctorSummary>): void;
}

export interface TestSetup {
  readonly desk: Setup;
  readonly code: SetupCode;
  readonly settings: TestSettings;
  /** The person's home. */
  readonly home: string;
  readonly configPath: string;
  /** Null: it is not there. */
  configText(): string | null;
  /** What Azure says from now on; a function may wait, or go by the signal. */
  azure: (signal?: AbortSignal) => Promise<AzureAnswer<readonly AzureVmName[]>>;
  readonly tests: readonly PlayedTest[];
  remove(): void;
}

export const notSignedIn: AzureProblem = {
  kind: 'not_signed_in',
  code: 'azure_auth_failed',
  message: 'Nobody is signed in to Azure',
  detail: 'ERROR: Please run "az login" to set up account',
  hint: 'Sign in with: az login',
  retryAfterMs: null,
};

export function azureVmNames(count: number): readonly AzureVmName[] {
  return Array.from({ length: count }, (_, index) => ({
    subscriptionId: `00000000-0000-0000-0000-00000000000${index % 2}`,
    subscriptionName: index % 2 === 0 ? 'Research' : 'Pay-As-You-Go',
    resourceGroup: index % 3 === 0 ? 'openadapt-agents' : 'rg-waa',
    vmName: `waa-eval-vm-${index + 1}`,
    size: index % 5 === 4 ? null : 'Standard_D4ds_v5',
    location: 'westus2',
  }));
}

export const draft: VmDraft = {
  name: 'waa-eval-vm',
  host: '20.123.45.67',
  port: 22,
  username: 'azureuser',
  private_key: null,
  azure: null,
};

export function checkOf(changes: Partial<DoctorCheck> = {}): DoctorCheck {
  return {
    check: 'ssh_login',
    vm: draft.name,
    title: 'SSH login',
    state: 'running',
    found: null,
    why: 'Everything that BenchTray knows of the VM comes by SSH.',
    advice: null,
    command: null,
    took_ms: null,
    ...changes,
  };
}

export function summaryOf(changes: Partial<DoctorSummary> = {}): DoctorSummary {
  return { ok: true, passed: 3, warned: 0, failed: 0, skipped: 0, ...changes };
}

const noDemo: Pick<DemoSwitch, 'isOn' | 'turn'> = {
  isOn: () => false,
  turn: (on) => Promise.resolve({ ok: true, value: { on } }),
};

export interface TestSetupOptions {
  readonly demo?: Pick<DemoSwitch, 'isOn' | 'turn'>;
  readonly configPath?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function openTestSetup({ demo = noDemo, configPath, env = {} }: TestSetupOptions = {}): TestSetup {
  const home = mkdtempSync(join(tmpdir(), 'benchtray-home-'));
  mkdirSync(join(home, '.ssh'));
  writeFileSync(join(home, '.ssh', 'id_ed25519'), 'no key');
  writeFileSync(
    join(home, '.ssh', 'config'),
    'Host waa bench-1 *.example !not\n  User me\nHost *\n  Port 22\nHost jump\n',
  );
  const file = configPath ?? join(home, 'config', 'config.json');
  const tests: PlayedTest[] = [];
  const testVm: TestVm = (vm, onCheck, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<DoctorSummary>();
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    tests.push({
      vm,
      signal,
      tell: (changes) => onCheck(checkOf({ vm: vm.name, ...changes })),
      end: (changes) => resolve(summaryOf(changes)),
    });
    return promise;
  };
  const sources = {
    env: { ...env, BENCHTRAY_CONFIG: file },
    platformDirs: { config: join(home, 'config'), data: join(home, 'data'), home },
  };
  const opened: TestSetup = {
    settings: openTestSettings(sources, file),
    desk: createSetup({
      sources,
      places: { home },
      listAzureVms: (signal) => opened.azure(signal),
      testVm,
      demo,
    }),
    code: createSetupCode(),
    home,
    configPath: file,
    configText: () => (existsSync(file) ? readFileSync(file, 'utf8') : null),
    azure: () => Promise.resolve({ ok: true, value: azureVmNames(2) }),
    tests,
    remove: () => rmSync(home, { recursive: true }),
  };
  return opened;
}
