import { failed, passed, remedy, warned, type HouseCheck } from '../model.ts';

const broken = remedy<{ readonly path: string }>({
  when: 'the configuration is not valid',
  advice: 'Correct what is named, each with file, line and key; then check it again.',
  command: ({ path }, { line }) => line`benchtray config check --config ${path}`,
  example: { path: 'config.json' },
});
const noVm = remedy<null>({
  when: 'no VM is configured',
  advice: 'Write the address of the VM into the configuration, or set `WAA_VM_IP` to it.',
  command: () => 'benchtray config path',
  example: null,
});
const questionable = remedy<null>({
  when: 'something in the configuration has no effect',
  advice: 'Take out what is named, or mend it.',
  command: () => 'benchtray config print',
  example: null,
});

export const configuration: HouseCheck = {
  scope: 'house',
  name: 'configuration',
  title: 'Configuration',
  why: 'Nothing starts on a configuration that is not valid.',
  needs: [],
  limitSeconds: 5,
  remedies: [broken, noVm, questionable],
  look({ configuration: read }) {
    if (!read.ok) {
      const found = read.problems.map(({ message }) => message).join(' ');
      return Promise.resolve(failed(found, broken, { path: read.path }));
    }
    const { config, path, warnings } = read;
    const where = path ?? 'There is no file, so that every key has its default';
    const names = config.vms.map(({ name }) => name).join(', ');
    if (config.vms.length === 0) return Promise.resolve(warned(`${where}: no VM yet.`, noVm, null));
    const found = `${where}: valid (${names}).`;
    return Promise.resolve(
      warnings.length > 0
        ? warned(`${found} ${warnings.join(' ')}`, questionable, null)
        : passed(found),
    );
  },
};
