/** The text of an ssh_config file with its `Include`s in place, within limits: such files may include each other in circles. */
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { readUserFileSync } from '../../files/index.ts';
import { expandHome } from '../../common/expand-home.ts';

/** As OpenSSH has it (READCONF_MAX_DEPTH). */
const mostDepth = 16;
const mostFiles = 256;
const mostCharacters = 4 * 1_048_576;

/**
 * Returns the text; '' if the file is missing or this user may not read it.
 * @param home folder of the person, for `~` and for relative names, which start in its .ssh
 * @throws Error with a sentence for the person if the files include each other in a circle, or are too many or too large
 */
export function sshConfigText(path: string, home: string): string {
  const used = { files: 0, characters: 0 };

  function textOf(file: string, chain: readonly string[]): string {
    if (chain.includes(file)) throw new Error(`${file} includes itself, by way of ${chain.join(', ')}.`);
    if (chain.length > mostDepth)
      throw new Error(`${path} includes files more than ${mostDepth} levels deep.`);
    const text = read(file);
    used.files += 1;
    used.characters += text.length;
    if (used.files > mostFiles) throw new Error(`${path} includes more than ${mostFiles} files.`);
    if (used.characters > mostCharacters)
      throw new Error(`${path} and the files that it includes are larger than 4 MiB.`);
    return text.replace(/^[ \t]*include[ \t=]+(.+)$/gim, (_line, patterns: string) =>
      filesOf(patterns, home)
        .map((included) => textOf(included, [...chain, file]))
        .join('\n'),
    );
  }

  return textOf(path, []);
}

function filesOf(patterns: string, home: string): readonly string[] {
  return patterns
    .trim()
    .split(/\s+/)
    .map((pattern) => expandSshHome(pattern.replace(/^"|"$/g, ''), home))
    .flatMap((pattern) =>
      // ssh knows no "**", which would search whole trees.
      globSync(resolve(home, '.ssh', pattern.replace(/\*{2,}/g, '*'))).sort(),
    );
}

function read(file: string): string {
  try {
    return readUserFileSync(file).toString();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(code)) return '';
    throw new Error(`${file} cannot be read: ${message}.`, { cause: error });
  }
}

/** Returns the path with the home folder in place of a leading "~", or of "%d" as OpenSSH also writes it. */
export function expandSshHome(path: string, home: string): string {
  return expandHome(path.replace(/^%d(?=$|[/\\])/, '~'), home);
}
