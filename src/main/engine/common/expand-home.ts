/** Returns the path with the home folder in place of a leading `~`. `~name` is no home folder that BenchTray knows. */
export function expandHome(path: string, home: string): string {
  // As a function, since "$&" in the name of a folder would otherwise mean something.
  return path.replace(/^~(?=$|[/\\])/, () => home);
}
