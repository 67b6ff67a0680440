/** What the set-up page asks for, answered. */
import type { AzureAnswer, AzureProblem, AzureVmName } from '../azure/model.ts';
import {
  addVm,
  checkVm,
  findConfigPath,
  type AddVmResult,
  type ConfigSources,
  type VmConfig,
} from '../config/index.ts';
import { keysThere, namedHosts, type SshPlaces } from '../vm/index.ts';
import type { DoctorCheck, DoctorSummary } from '../../shared/doctor.ts';
import type { AzureVm, Setup, SetupAnswer, SetupRefusal, VmDraft } from '../../shared/setup.ts';
import { sentence } from '../../shared/wording.ts';
import type { DemoSwitch } from './demo-switch.ts';
import { configOf, entryOf, fieldOf, keyProblem } from './draft.ts';

export type ListAzureVms = (signal?: AbortSignal) => Promise<AzureAnswer<readonly AzureVmName[]>>;

/** The doctor on a VM that is not configured yet. */
export type TestVm = (
  vm: VmConfig,
  onCheck: (check: DoctorCheck) => void,
  signal: AbortSignal,
) => Promise<DoctorSummary>;

export interface SetupOptions {
  readonly sources: ConfigSources;
  readonly places: SshPlaces;
  /** Null: Azure cannot be asked. */
  readonly listAzureVms: ListAzureVms | null;
  /** Null: there is no doctor. */
  readonly testVm: TestVm | null;
  readonly demo: Pick<DemoSwitch, 'isOn' | 'turn'>;
}

const username = 'azureuser';

export function createSetup({ sources, places, listAzureVms, testVm, demo }: SetupOptions): Setup {
  const configPath = (): string => findConfigPath(sources).path;

  return {
    info() {
      const { path, exists } = findConfigPath(sources);
      return {
        config_path: path,
        config_exists: exists,
        usual_keys: [...keysThere(places)],
        ssh_hosts: [...namedHosts(places)],
        username,
      };
    },
    async listAzureVms(signal) {
      if (listAzureVms === null) return missing('no_azure', 'This version of BenchTray cannot ask Azure.');
      const answer = await listAzureVms(signal);
      return answer.ok ? { ok: true, value: answer.value.map(viewOf) } : azureRefusal(answer.problem);
    },
    test(draft) {
      const problem = problemOf(draft, checkVm(configPath(), entryOf(draft)), 'test');
      if (problem !== null) return { ok: false, refusal: problem };
      if (testVm === null) return missing('no_doctor', 'This version of BenchTray has no doctor.');
      const vm = configOf(draft, places.home);
      return { ok: true, value: (onCheck, signal) => testVm(vm, onCheck, signal) };
    },
    add(draft) {
      const path = configPath();
      const problem = problemOf(draft, checkVm(path, entryOf(draft)), 'add');
      if (problem !== null) return { ok: false, refusal: problem };
      const refusal = problemOf(draft, addVm(path, entryOf(draft)), 'add');
      return refusal === null
        ? { ok: true, value: { vm: draft.name, config_path: path } }
        : { ok: false, refusal };
    },
    isDemo: demo.isOn,
    switchDemo: (on) => demo.turn(on),
  };
}

/** A test needs no file that can be written: only what is wrong with the VM itself stands in its way. */
function problemOf(draft: VmDraft, result: AddVmResult, purpose: 'test' | 'add'): SetupRefusal | null {
  const ofKey = keyProblem(draft);
  const ofSchema =
    !result.ok && result.kind === 'invalid'
      ? result.problems.map(({ at, what }) => ({ field: fieldOf(at), message: what }))
      : [];
  const fields = [
    ...ofSchema.filter(({ field }) => field !== ofKey?.field),
    ...(ofKey === null ? [] : [ofKey]),
  ];
  if (fields.length > 0) return { kind: 'invalid', fields };
  if (result.ok || result.kind === 'invalid' || purpose === 'test') return null;
  if (result.kind !== 'broken') return { kind: 'conflict', detail: result.message, hint: null };
  return {
    kind: 'conflict',
    detail: `The configuration file is broken, and nothing is written into it before it is mended. ${result.problems.map(({ message }) => message).join(' ')}`,
    hint: 'Mend it in an editor, then save again: what you have typed here stays.',
  };
}

function viewOf(vm: AzureVmName): AzureVm {
  return {
    subscription_id: vm.subscriptionId,
    subscription_name: vm.subscriptionName,
    resource_group: vm.resourceGroup,
    vm_name: vm.vmName,
    size: vm.size,
    location: vm.location,
  };
}

function azureRefusal({ kind, message, detail, hint, retryAfterMs }: AzureProblem): SetupAnswer<never> {
  const words = [message, detail].filter((part) => part !== '').map(sentence);
  return {
    ok: false,
    refusal: {
      kind: 'unavailable',
      reason: kind,
      detail: words.join(' '),
      hint: hint === '' ? null : hint,
      retryAfterSeconds: retryAfterMs === null ? null : Math.ceil(retryAfterMs / 1000),
    },
  };
}

function missing(reason: string, detail: string): SetupAnswer<never> {
  return { ok: false, refusal: { kind: 'unavailable', reason, detail, hint: null, retryAfterSeconds: null } };
}
