import { failed, passed, remedy, skipped, type HouseCheck } from '../model.ts';

const noVm = remedy<null>({
  when: 'no VM is configured',
  advice:
    'Write the address of the VM into the configuration, or set `WAA_VM_IP` to it. This prints where the configuration is:',
  command: () => 'benchtray config path',
  example: null,
});

export const watchedVms: HouseCheck = {
  scope: 'house',
  name: 'watched_vms',
  title: 'VMs to watch',
  why: 'Without a VM there is nothing to watch.',
  needs: ['configuration'],
  limitSeconds: 5,
  remedies: [noVm],
  look({ configuration: read }) {
    if (!read.ok) return Promise.resolve(skipped('The configuration is not valid.'));
    const names = read.config.vms.map(({ name }) => name);
    return Promise.resolve(
      names.length === 0 ? failed('No VM is configured.', noVm, null) : passed(`${names.join(', ')}.`),
    );
  },
};
