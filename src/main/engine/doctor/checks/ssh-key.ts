import { stat } from 'node:fs/promises';
import { lackOfKeys, type KeyProblem } from '../../vm/index.ts';
import { ownKey } from '../commands.ts';
import { failed, onlyAdvice, passed, remedy, warned, type VmCheck } from '../model.ts';

interface About {
  readonly path: string;
}
const example: About = { path: '/home/ann/.ssh/id_ed25519' };

const missing = remedy<About>({
  when: 'there is no key to log in with',
  advice:
    'Name your key in "ssh.privateKey", or start an SSH agent that holds it. If there is none yet, make one and let its public half in on the VM:',
  command: ({ path }, { line }) => line`ssh-keygen -t ed25519 -f ${path}`,
  example,
});
const unreadable = remedy<About>({
  when: 'the key file may not be read',
  advice: 'Make it your own, readable by you:',
  command: ({ path }, terminal) => ownKey(terminal, path),
  example,
});
const open = remedy<About>({
  when: 'others may read the key file',
  advice: 'BenchTray takes it, but `ssh` does not, and whoever copies it can log in. Keep it to yourself:',
  command: ({ path }, terminal) => ownKey(terminal, path),
  example,
});
const passphrase = remedy<About>({
  when: 'the key is encrypted, and its passphrase is not known or wrong',
  advice: 'Add it to the SSH agent, or set `BENCHTRAY_KEY_PASSPHRASE`.',
  command: ({ path }, { kind, line }) =>
    kind === 'powershell' ? line`Start-Service ssh-agent; ssh-add ${path}` : line`ssh-add ${path}`,
  example,
});
const notUsed = remedy<About>({
  when: 'a key file that is named cannot be used, though the login may work by another key',
  advice: 'Correct "ssh.privateKey" or the `IdentityFile` in ~/.ssh/config, or put the key back:',
  command: ({ path }, { kind, line }) => (kind === 'powershell' ? line`dir ${path}` : line`ls -l ${path}`),
  example,
});
const noKey = onlyAdvice(
  'the key file holds no private key',
  'Name the private key in OpenSSH or PEM form in "ssh.privateKey": the file without `.pub`.',
);

const remedyOf = {
  missing,
  unreadable,
  passphrase_needed: passphrase,
  passphrase_wrong: passphrase,
} as const;

export const sshKey: VmCheck = {
  scope: 'vm',
  name: 'ssh_key',
  title: 'SSH key',
  why: "The login is by key only: the file must be there, readable, and nobody else's.",
  needs: () => ['public_address'],
  after: () => [],
  limitSeconds: 10,
  remedies: [missing, unreadable, open, passphrase, notUsed, noKey],
  async look(vm) {
    const target = await vm.target();
    if (!target.ok) throw new Error(target.problem);
    const loaded = await vm.keys();
    const { paths, named } = target.value.keys;
    const hasAgent = target.value.agent && vm.tools.ssh.agentSocket !== null;
    const lack = lackOfKeys(target.value, loaded, hasAgent);
    if (lack !== null) {
      const problem = (named ? loaded.problems : loaded.problems.filter(({ kind }) => kind !== 'missing'))[0];
      return problem === undefined
        ? failed(`${lack.message} ${lack.detail}`, missing, { path: paths[0] ?? '' })
        : keyFailure(problem);
    }
    const [unusable] = named ? loaded.problems : [];
    if (unusable !== undefined && unusable.kind !== 'passphrase_needed') {
      const { path, message } = unusable;
      return warned(`${message} BenchTray goes on with the other keys and the SSH agent.`, notUsed, { path });
    }
    const usable = paths.filter((path) => !loaded.problems.some((problem) => problem.path === path));
    for (const path of vm.tools.platform === 'win32' ? [] : usable) {
      const { mode } = await stat(path);
      if ((mode & 0o077) !== 0) {
        const found = `Others may read ${path} (its mode is ${(mode & 0o777).toString(8)}).`;
        return warned(found, open, { path });
      }
    }
    const files = usable.length === 0 ? 'no key file' : usable.join(', ');
    return passed(hasAgent ? `The SSH agent is asked, and ${files}.` : `${files}.`);
  },
};

function keyFailure({ kind, message, path }: KeyProblem) {
  return kind === 'not_a_key' ? failed(message, noKey, null) : failed(message, remedyOf[kind], { path });
}
