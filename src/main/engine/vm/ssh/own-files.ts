/** What a person has in ~/.ssh that could be offered to choose from. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import SSHConfig, { LineType } from 'ssh-config';
import { sshConfigText } from './includes.ts';
import { usualKeys, type SshPlaces } from './target.ts';

/** Nobody chooses from more. */
const mostHosts = 200;

/** Paths of the usual keys that are there. */
export function keysThere({ home }: SshPlaces): readonly string[] {
  return usualKeys.map((name) => join(home, '.ssh', name)).filter((path) => existsSync(path));
}

/** The hosts that ~/.ssh/config gives a name to, in its order; patterns are none. What cannot be read has none. */
export function namedHosts(places: SshPlaces): readonly string[] {
  try {
    const parsed = SSHConfig.parse(sshConfigText(join(places.home, '.ssh', 'config'), places.home));
    const names = parsed.flatMap((line) => {
      if (line.type !== LineType.DIRECTIVE || !/^host$/i.test(line.param)) return [];
      // One name is given as a text, several as a list of them.
      const { value } = line;
      return typeof value === 'string' ? value.split(/\s+/) : value.map(({ val }) => val);
    });
    return [...new Set(names.filter((name) => /^[A-Za-z0-9_:][A-Za-z0-9._:%-]*$/.test(name)))].slice(
      0,
      mostHosts,
    );
  } catch {
    return [];
  }
}
