import type { AzureConfig } from '../../config/index.ts';
import { addressOf, maxSessionsHint, type SshTarget } from '../../vm/index.ts';
import { loudLogin, onVmAsRoot } from '../commands.ts';
import { exampleAzure, exampleTarget } from '../examples.ts';
import { failed, onlyAdvice, passed, remedy, warned, type VmCheck } from '../model.ts';

interface About {
  readonly azure: AzureConfig | null;
  readonly target: SshTarget;
  /** The key that was offered first; null: none out of a file. */
  readonly key: string | null;
}
const [exampleKey = null] = exampleTarget.keys.paths;

const refused = remedy<About>({
  when: 'the VM refuses the login',
  advice:
    'Correct "ssh.username", or let the public half of your key in: it belongs into `~/.ssh/authorized_keys` on the VM. In Azure this writes it there:',
  command({ azure, target, key }, terminal) {
    if (azure === null || key === null) return loudLogin(terminal, target);
    const { subscriptionId, resourceGroup, vmName } = azure;
    return terminal.line`az vm user update --subscription ${subscriptionId} -g ${resourceGroup} -n ${vmName} -u ${target.username} --ssh-key-value ${`${key}.pub`}`;
  },
  example: { azure: exampleAzure, target: exampleTarget, key: exampleKey },
});
const secondFactor = remedy<About>({
  when: 'the VM wants a second factor after the key',
  advice:
    'BenchTray cannot give one. Let a key alone be enough for this user: in `/etc/ssh/sshd_config` on the VM, a block `Match User …` with `AuthenticationMethods publickey`. Or set "ssh.username" to a user without a second factor.',
  command: ({ target }, terminal) => loudLogin(terminal, target),
  example: { azure: null, target: exampleTarget, key: exampleKey },
});
const broken = remedy<About>({
  when: 'the SSH connection ends before the login is through',
  advice: 'See at which step it ends:',
  command: ({ target }, terminal) => loudLogin(terminal, target),
  example: { azure: null, target: exampleTarget, key: exampleKey },
});
const noShell = remedy<About>({
  when: 'the login works, but no command can be run',
  advice:
    'Give the user a login shell that starts a plain `sh`, and remove a forced command (ForceCommand in sshd_config, command= in authorized_keys). Look at the load of the VM as well.',
  command: ({ target }, terminal) => loudLogin(terminal, target),
  example: { azure: null, target: exampleTarget, key: exampleKey },
});
const fewSessions = remedy<About>({
  when: 'the VM refuses BenchTray a second SSH session',
  advice: `${maxSessionsHint}.`,
  command: ({ target }, terminal) => onVmAsRoot(terminal, target, 'sudo sshd -T | grep -i maxsessions'),
  example: { azure: null, target: exampleTarget, key: exampleKey },
});

export const sshLogin: VmCheck = {
  scope: 'vm',
  name: 'ssh_login',
  title: 'SSH login',
  why: 'BenchTray looks at the VM as this user.',
  needs: () => ['ssh_port', 'ssh_key'],
  after: () => ['host_key'],
  limitSeconds: 30,
  remedies: [refused, secondFactor, broken, noShell, fewSessions],
  async look(vm) {
    const target = await vm.target();
    if (!target.ok) throw new Error(target.problem);
    const { problems } = await vm.keys();
    const key = target.value.keys.paths.find((path) => !problems.some((problem) => problem.path === path));
    const about = { azure: vm.config.azure, target: target.value, key: key ?? null };
    const result = await vm.connection();
    if (!result.ok) {
      const { code, message, detail } = result.problem;
      const isHalf = result.problem.isSecondFactor === true;
      const login = isHalf ? secondFactor : refused;
      return failed(`${message} ${detail}`, code === 'ssh_auth_failed' ? login : broken, about);
    }
    const problem = await vm.shellProblem();
    if (problem !== null) {
      const { code, message, detail, hint } = problem;
      const isRefused = hint === maxSessionsHint;
      const shell = isRefused ? fewSessions : noShell;
      return failed(`${message} ${detail}`, code === 'vm_unresponsive' ? shell : broken, about);
    }
    return (await vm.hasSecondSession())
      ? passed(`Logged in as ${addressOf(target.value)}.`)
      : failed(
          `Logged in as ${addressOf(target.value)}, but the VM allows one session only, so BenchTray cannot follow a log.`,
          fewSessions,
          about,
        );
  },
};

const changed = remedy<{ readonly file: string; readonly name: string } | null>({
  when: 'the host key of the VM has changed',
  advice:
    'If the VM was made anew, forget the old key; if it was not, somebody may be listening in: do not connect.',
  command: (known, { line }) => (known === null ? null : line`ssh-keygen -R ${known.name} -f ${known.file}`),
  example: { file: '/home/ann/.ssh/known_hosts', name: '1.2.3.4' },
});
const firstUse = onlyAdvice(
  'the host key is seen for the first time',
  'BenchTray will trust it from its first connection on. To be sure, compare it with what `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` says on the VM, and pin it by "ssh.hostKey".',
);

export const hostKey: VmCheck = {
  scope: 'vm',
  name: 'host_key',
  title: 'Host key',
  why: 'It proves that the machine that answers is your VM.',
  needs: () => ['ssh_port', 'ssh_key'],
  after: () => [],
  limitSeconds: 20,
  remedies: [changed, firstUse],
  async look(vm) {
    const verdict = await vm.hostKey();
    if (verdict === null)
      return { ...passed('The connection ended before the server showed its key.'), state: 'skipped' };
    if (verdict.kind === 'refused') {
      const { message, hint, known } = verdict;
      // Of a pinned or a revoked one no file has an old key that could be forgotten.
      return failed(message, changed, known, known === null ? hint : null);
    }
    return verdict.kind === 'trusted'
      ? passed('It is the known one.')
      : warned(`It is ${verdict.fingerprint}, seen for the first time.`, firstUse, null);
  },
};
