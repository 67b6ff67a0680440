/** The names of the checks, in the order in which a person would go through them. Scripts rely on them: they may only grow. */
export const checkNames = [
  'configuration',
  'watched_vms',
  'port',
  'server',
  'private_files',
  'azure_login',
  'vm_exists',
  'vm_running',
  'public_address',
  'ssh_port',
  'ssh_key',
  'ssh_login',
  'host_key',
  'docker',
  'container',
  'kvm',
  'disk',
  'guest_address',
  'probe',
  'vnc',
  'benchmark_process',
  'log',
  'clock',
] as const;

export type CheckName = (typeof checkNames)[number];
