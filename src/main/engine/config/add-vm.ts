/** Writes a VM into the configuration file. */
import { parseConfig } from './parse.ts';
import type { ConfigProblem } from './problem.ts';
import { readCurrentFile, replaceFile, type CurrentFile, type RewriteRefusal } from './rewrite-file.ts';
import { withVm, type VmEntry } from './with-vm.ts';

/** What is wrong with a VM, and where within it: "ssh.port". Empty: with the VM as a whole. */
export interface VmProblem {
  readonly at: string;
  readonly what: string;
}

export type AddVmResult =
  | { readonly ok: true; readonly path: string }
  /** The VM is not as the schema wants it, or its name is taken. */
  | {
      readonly ok: false;
      readonly kind: 'invalid';
      readonly problems: readonly VmProblem[];
    }
  /** It makes sense now, and would not with this VM: a hook names its VMs, and this one is not among them, … */
  | { readonly ok: false; readonly kind: 'clash'; readonly problems: readonly ConfigProblem[] }
  | RewriteRefusal;

/** What the schema says of a VM by itself, whatever stands in the file. */
export function problemsOfVm(vm: VmEntry): readonly VmProblem[] {
  const parsed = parseConfig(withVm(null, vm), '');
  return parsed.ok ? [] : ownProblems(parsed.problems, 0);
}

/** What would keep the VM from being written. Writes nothing. */
export function checkVm(path: string, vm: VmEntry, standIn: VmEntry | null = null): AddVmResult {
  const planned = plan(path, vm, standIn);
  return planned.ok ? { ok: true, path } : planned;
}

/**
 * Everything else in the file stays as it is.
 * @param standIn one that is watched as long as the file names none: it is written before the first one, and watched on
 */
export function addVm(path: string, vm: VmEntry, standIn: VmEntry | null = null): AddVmResult {
  const planned = plan(path, vm, standIn);
  return planned.ok ? replaceFile(planned.file, planned.after) : planned;
}

type Planned =
  | { readonly ok: true; readonly file: CurrentFile; readonly after: string }
  | (AddVmResult & { readonly ok: false });

function plan(path: string, vm: VmEntry, standIn: VmEntry | null): Planned {
  const file = readCurrentFile(path);
  if (!file.ok) return file;
  const there = file.config?.vms.length ?? 0;
  const needsStandIn = standIn !== null && there === 0;
  const after = withVm(needsStandIn ? withVm(file.text, standIn) : file.text, vm);
  const checked = parseConfig(after, path);
  if (checked.ok) return { ok: true, file, after };
  const problems = ownProblems(checked.problems, needsStandIn ? 1 : there);
  if (problems.length === 0) return { ok: false, kind: 'clash', problems: checked.problems };
  return { ok: false, kind: 'invalid', problems };
}

/** Those of the VM at this place in the list. */
function ownProblems(problems: readonly ConfigProblem[], index: number): readonly VmProblem[] {
  const place = `vms[${index}]`;
  return problems
    .filter(({ key }) => key === place || key.startsWith(`${place}.`))
    .map(({ key, what }) => ({ at: key.slice(place.length + 1), what }));
}
