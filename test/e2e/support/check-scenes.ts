/** What the doctor says of a VM, from well to ill. */
import type { DoctorCheck } from '../../../src/shared/doctor.ts';

type Told = Partial<DoctorCheck> & Pick<DoctorCheck, 'check' | 'title' | 'state'>;

export const wellChecks: readonly Told[] = [
  {
    check: 'config',
    vm: null,
    title: 'Configuration valid',
    state: 'passed',
    found: '/home/me/.config/benchtray/config.json',
    took_ms: 3,
  },
  {
    check: 'port',
    vm: null,
    title: 'Port free or ours',
    state: 'passed',
    found: '127.0.0.1:8765 is this BenchTray',
    took_ms: 12,
  },
  { check: 'azure', title: 'Azure signed in', state: 'skipped', found: 'this VM is not from Azure' },
  {
    check: 'ssh_port',
    title: 'SSH port reachable',
    state: 'passed',
    found: '20.123.45.67:22 answers',
    took_ms: 84,
  },
  { check: 'key', title: 'Key file', state: 'passed', found: '~/.ssh/id_ed25519, only for you', took_ms: 1 },
];

export const illChecks: readonly Told[] = [
  ...wellChecks,
  {
    check: 'ssh_login',
    title: 'SSH login',
    state: 'failed',
    found: 'azureuser@20.123.45.67:22 refused the login by the key ~/.ssh/id_ed25519',
    advice:
      'Put the public key into ~/.ssh/authorized_keys of that user on the VM, or name another user or key.',
    command: 'ssh-copy-id -i ~/.ssh/id_ed25519.pub azureuser@20.123.45.67',
    why: 'Everything that BenchTray knows of the VM comes by SSH.',
    took_ms: 1320,
  },
  {
    check: 'clock',
    title: 'Clocks within 30 s of each other',
    state: 'warned',
    found: 'the clock of the VM is 47 s late',
    advice: 'Let the VM set its clock.',
    command: 'sudo systemctl restart systemd-timesyncd',
    why: 'Times of the log are the VM’s.',
    took_ms: 5,
  },
  {
    check: 'docker',
    title: 'Docker usable by this user',
    state: 'skipped',
    found: 'without a login this cannot be seen',
  },
];

export const longChecks: readonly Told[] = [
  {
    check: 'long',
    vm: `${'a-vm-of-many-words-'.repeat(3)}end`,
    title: 'A check with a title that goes on and on, well beyond what fits into one line of a narrow window',
    state: 'failed',
    found: 'Permission denied (publickey,gssapi-keyex,gssapi-with-mic). '.repeat(30),
    advice: 'Look at the log of the SSH server on the VM, and compare. '.repeat(20),
    command: `ssh -i /home/me/${'keys/'.repeat(30)}id_ed25519 -o StrictHostKeyChecking=yes azureuser@a-host-with-a-long-name.westus2.cloudapp.azure.com`,
    why: '<b>why</b> \u202e<script>alert(1)</script> '.repeat(8),
  },
];
