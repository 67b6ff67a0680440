/** Patterns of host names, as ssh_config(5) and sshd(8) describe them: `*` is any text, `?` any character, `!` in front excludes. */

/** Returns whether a name fits one of the patterns, and none that excludes it. */
export function matchesPatterns(patterns: readonly string[], name: string): boolean {
  const excludes = (pattern: string): boolean => pattern.startsWith('!');
  if (patterns.some((pattern) => excludes(pattern) && matches(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => !excludes(pattern) && matches(pattern, name));
}

/** No regular expression, which a pattern with many stars would keep busy for ever. */
function matches(pattern: string, name: string): boolean {
  let at = 0;
  let read = 0;
  /** Where to go on if the text behind the last star does not fit: the star takes one character more. */
  let star: { readonly at: number; readonly read: number } | null = null;
  while (read < name.length) {
    if (pattern[at] === '*') {
      at += 1;
      star = { at, read };
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[read])) {
      at += 1;
      read += 1;
    } else if (star !== null) {
      star = { at: star.at, read: star.read + 1 };
      ({ at, read } = star);
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
