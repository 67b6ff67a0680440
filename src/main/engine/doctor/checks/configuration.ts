import { failed, passed, remedy, warned, type HouseCheck } from '../model.ts';

const broken = remedy<{ readonly path: string }>({
  when: 'the configuration is not valid',
  advice: 'Correct what is named, each with file, line and key; then check it again.',
  command: ({ path }, { line }) => line`benchtray config check --config ${path}`,
  example: { path: 'config.json' },
});
const brokenEdit = remedy<{ readonly path: string }>({
  when: 'the configuration was edited into something that is not valid',
  advice: 'The last good one stays in force until what is named is corrected.',
  command: broken.command,
  example: { path: 'config.json' },
});
const questionable = remedy<null>({
  when: 'something in the configuration has no effect',
  advice: 'Remove what is named, or correct it.',
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
  remedies: [broken, brokenEdit, questionable],
  look({ configuration: read, ownUrl, brokenEdit: problems }) {
    if (!read.ok) {
      const found = read.problems.map(({ message }) => message).join(' ');
      return Promise.resolve(failed(found, broken, { path: read.path }));
    }
    const [problem] = problems;
    if (problem !== undefined) {
      const found = problems.map(({ message }) => message).join(' ');
      return Promise.resolve(warned(found, brokenEdit, { path: problem.file }));
    }
    const { path, warnings } = read;
    const nowhere =
      ownUrl === null ? 'There is no file, so that every key has its default' : 'What is in force';
    const where = path ?? nowhere;
    const found = `${where}: valid.`;
    return Promise.resolve(
      warnings.length > 0 ? warned(`${found} ${warnings.join(' ')}`, questionable, null) : passed(found),
    );
  },
};
