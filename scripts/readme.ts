/** Which part of README.md is made, and of what. */
import { troubleshooting } from '../src/main/engine/doctor/index.ts';

const begin = '<!-- doctor: made by "npm run docs" from the texts of the checks -->';
const end = '<!-- /doctor -->';

/**
 * The README with the table of what the doctor may advise between its two markers.
 * @throws when they are not there
 */
export function withTroubleshooting(readme: string): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md needs the lines "${begin}" and "${end}".`);
  return `${readme.slice(0, from)}${begin}\n\n${troubleshooting()}\n\n${readme.slice(to)}`;
}
