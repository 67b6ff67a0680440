/** Commands that several checks advise: `ssh` onto the VM, and what `az` needs to know of it. */
import type { AzureConfig } from '../config/index.ts';
import type { DockerCommand, SshTarget } from '../vm/index.ts';
import type { Terminal } from '../common/terminal.ts';

/** A command on the VM, by the person's own ssh. @param remote what a Bourne shell there is to run; null: there is none */
export function onVm(terminal: Terminal, target: SshTarget, remote: string | null): string | null {
  const login = loginWords(terminal, target);
  const quoted = terminal.line`${remote}`;
  return login === null || quoted === null ? null : `ssh ${login} ${quoted}`;
}

/** The same for a command that may ask for a password. */
export function onVmAsRoot(terminal: Terminal, target: SshTarget, remote: string | null): string | null {
  const command = onVm(terminal, target, remote);
  return command === null ? null : command.replace(/^ssh /, 'ssh -t ');
}

/** A docker command on the VM, called as BenchTray itself has to call it there. */
export function onVmByDocker(
  terminal: Terminal,
  target: SshTarget,
  docker: DockerCommand,
  rest: string | null,
): string | null {
  return rest === null ? null : onVm(terminal, target, `${docker} ${rest}`);
}

/** Brings a port of the VM to this machine for as long as it runs. */
export function tunnel(terminal: Terminal, target: SshTarget, port: number): string | null {
  const login = loginWords(terminal, target);
  return login === null ? null : `ssh -N -L ${port}:localhost:${port} ${login}`;
}

/** `ssh` that says what it does: the way to see what goes wrong at a login. */
export function loudLogin(terminal: Terminal, target: SshTarget): string | null {
  const login = loginWords(terminal, target);
  return login === null ? null : `ssh -v ${login}`;
}

function loginWords({ line }: Terminal, target: SshTarget): string | null {
  const { jump, keys, port } = target;
  const [key] = keys.named ? keys.paths : [];
  const words = [
    ...(port === 22 ? [] : [`-p ${port}`]),
    ...(key === undefined ? [] : [line`-i ${key}`]),
    ...(jump === null ? [] : [line`-J ${jumpsTo(jump)}`]),
    line`${`${target.username}@${target.host}`}`,
  ];
  return words.includes(null) ? null : words.join(' ');
}

/** As `ssh -J` wants them: the machine that is reached from here first. */
function jumpsTo({ username, host, port, jump }: SshTarget): string {
  const before = jump === null ? '' : `${jumpsTo(jump)},`;
  return `${before}${username}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const clouds = { public: 'AzureCloud', usgov: 'AzureUSGovernment', china: 'AzureChinaCloud' } as const;

/** Signs in, in the cloud that the VM is in. */
export function azureLogin({ cloud }: AzureConfig): string {
  return cloud === 'public' ? 'az login' : `az cloud set --name ${clouds[cloud]}; az login`;
}

/** `--subscription S -g G -n N`: what most commands about a VM want. */
export function azureVm(
  { line }: Terminal,
  { subscriptionId, resourceGroup, vmName }: AzureConfig,
): string | null {
  return line`--subscription ${subscriptionId} -g ${resourceGroup} -n ${vmName}`;
}

/**
 * Lets this machine through to a port. Name of the security group as `az vm create` gives it; the own address only the person knows.
 * No two rules of a group may have one priority: 1000 is that of the rule for SSH which `az vm create` makes, 900 that of `az vm open-port`.
 */
export function openPort({ line }: Terminal, azure: AzureConfig, port: number): string | null {
  const { subscriptionId, resourceGroup, vmName } = azure;
  return line`az network nsg rule create --subscription ${subscriptionId} -g ${resourceGroup} --nsg-name ${`${vmName}NSG`} -n ${`AllowPort${port}`} --priority 800 --access Allow --protocol Tcp --destination-port-ranges ${port} --source-address-prefixes YOUR.PUBLIC.ADDRESS`;
}

/** Whether a port of another machine can be reached from here. */
export function tryPort({ kind, line }: Terminal, host: string, port: number): string | null {
  return kind === 'powershell'
    ? line`Test-NetConnection ${host} -Port ${port}`
    : line`nc -vz -w 5 ${host} ${port}`;
}

/** Makes a key file the person's own. */
export function ownKey({ kind, line }: Terminal, path: string): string | null {
  const own = '"${env:USERNAME}:(R)"';
  const command =
    kind === 'powershell' ? line`icacls ${path} /inheritance:r /grant:r` : line`chmod 600 ${path}`;
  return command === null || kind === 'sh' ? command : `${command} ${own}`;
}
