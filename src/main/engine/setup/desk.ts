/** What the set-up page asks for, answered. */
import type { AzureAnswer, AzureProblem, AzureVmName } from '../azure/model.ts';
import {
  addVm,
  checkVm,
  findConfigPath,
  problemsOfVm,
  vmOfEnv,
  type AddVmResult,
  type ConfigProblem,
  type ConfigSources,
  type VmConfig,
  type VmProblem,
} from '../config/index.ts';
import { keysThere, namedHosts, type SshPlaces } from '../vm/index.ts';
import type { DoctorCheck, DoctorSummary } from '../../../shared/doctor.ts';
import type {
  AzureVm,
  FieldProblem,
  Setup,
  SetupAnswer,
  SetupRefusal,
  VmDraft,
} from '../../../shared/setup.ts';
import { sentence } from '../../../shared/wording.ts';
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
  readonly listAzureVms: ListAzureVms;
  readonly testVm: TestVm;
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
      const answer = await listAzureVms(signal);
      return answer.ok ? { ok: true, value: answer.value.map(viewOf) } : azureRefusal(answer.problem);
    },
    test(draft) {
      // It needs no file that can be written: only what is wrong with the VM itself stands in its way.
      const fields = fieldProblems(draft, problemsOfVm(entryOf(draft)));
      if (fields.length > 0) return { ok: false, problem: { kind: 'invalid', fields } };
      const vm = configOf(draft, places.home);
      return { ok: true, value: (onCheck, signal) => testVm(vm, onCheck, signal) };
    },
    add(draft) {
      const path = configPath();
      const ofEnv = vmOfEnv(sources.env);
      // Whoever writes down that very VM has it once.
      const standIn = ofEnv?.ssh.host === draft.host ? null : ofEnv;
      const checked = checkVm(path, entryOf(draft), standIn);
      const isFit = checked.ok && keyProblem(draft) === null;
      const refusal = refusalOf(draft, isFit ? addVm(path, entryOf(draft), standIn) : checked);
      return refusal === null
        ? { ok: true, value: { vm: draft.name, config_path: path } }
        : { ok: false, problem: refusal };
    },
    isDemo: demo.isOn,
    switchDemo: (on) => demo.turn(on),
  };
}

function fieldProblems(draft: VmDraft, problems: readonly VmProblem[]): readonly FieldProblem[] {
  const ofKey = keyProblem(draft);
  const ofSchema = problems.map(({ at, what }) => ({ field: fieldOf(at), message: what }));
  return [...ofSchema.filter(({ field }) => field !== ofKey?.field), ...(ofKey === null ? [] : [ofKey])];
}

function refusalOf(draft: VmDraft, result: AddVmResult): SetupRefusal | null {
  const isInvalid = !result.ok && result.kind === 'invalid';
  const fields = fieldProblems(draft, isInvalid ? result.problems : []);
  if (fields.length > 0) return { kind: 'invalid', fields };
  if (result.ok || isInvalid) return null;
  switch (result.kind) {
    case 'broken':
      return {
        kind: 'conflict',
        detail: `The configuration file has errors. ${textOf(result.problems)}`,
        hint: 'Fix them in an editor, then save again. This page keeps what you typed.',
      };
    case 'clash':
      return {
        kind: 'conflict',
        detail: `With this VM the configuration would not be valid any more, so that nothing was written. ${textOf(result.problems)}`,
        hint: 'Change that in an editor, then save again: what you have typed here stays.',
      };
    case 'changed':
    case 'unwritable':
      return { kind: 'conflict', detail: result.message, hint: null };
  }
}

export const textOf = (problems: readonly ConfigProblem[]): string =>
  problems.map(({ message }) => message).join(' ');

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
    problem: {
      kind: 'unavailable',
      reason: kind,
      detail: words.join(' '),
      hint: hint === '' ? null : hint,
      retryAfterSeconds: retryAfterMs === null ? null : Math.ceil(retryAfterMs / 1000),
    },
  };
}
