/** The files of the simulated VM, and what its shell answers about them (see vm/file-script.ts and vm/follow-script.ts). */

/** A file under whatever name it has. */
export class VmFile {
  readonly inode: string;
  bytes: Buffer = Buffer.alloc(0);
  modifiedMs = Date.now();
  /** How often it was truncated: what reads it must notice. */
  cuts = 0;
  /** How often it had been truncated when BenchTray was last sent bytes of it; -1: never sent. */
  cutsWhenSent = -1;

  constructor(inode: string) {
    this.inode = inode;
  }

  append(bytes: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, bytes]);
    this.modifiedMs = Date.now();
  }
}

const noSuchFile = 'sh: cannot open: No such file\n';

export class VmDisk {
  readonly #files = new Map<string, VmFile>();
  #nextInode = 1000;

  at(path: string): VmFile | null {
    return this.#files.get(path) ?? null;
  }

  create(path: string): VmFile {
    this.#nextInode += 1;
    const file = new VmFile(String(this.#nextInode));
    this.#files.set(path, file);
    return file;
  }

  rename(from: string, to: string): void {
    const file = this.#files.get(from);
    if (file === undefined) return;
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  /** Makes way for a new `path.1`: each older one moves on by one. */
  shiftRotated(path: string): void {
    const count = [...this.#files.keys()].filter((name) => name.startsWith(`${path}.`)).length;
    for (let number = count; number > 0; number -= 1)
      this.rename(`${path}.${number}`, `${path}.${number + 1}`);
  }

  copy(from: string, to: string): VmFile | null {
    const file = this.#files.get(from);
    if (file === undefined) return null;
    const copied = this.create(to);
    copied.append(file.bytes);
    return copied;
  }

  truncate(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    file.bytes = Buffer.alloc(0);
    file.modifiedMs = Date.now();
    file.cuts += 1;
  }

  /**
   * Takes up a request line of `ask`. Returns what answers it: a shell expands the names of rotated logs first and looks at the files
   * behind them later, when other files may have these names.
   */
  takeUp(words: readonly string[]): () => string {
    const [verb, path = '', inode] = words;
    if (verb !== 'siblings') {
      const answer = this.#answer(words);
      return () => answer;
    }
    const names = [...this.#files.keys()];
    const known = names.filter((name) => this.at(name)?.inode === inode).map((name) => this.#logLine(name));
    const rotated = names.filter((name) => name !== path && name.startsWith(path));
    return () => [...new Set([...known, ...rotated.map((name) => this.#logLine(name))])].join('');
  }

  #answer([verb = '', path = '', ...rest]: readonly string[]): string {
    switch (verb) {
      case 'logs':
        return this.#logLine(path);
      case 'identify': {
        const file = this.at(path);
        if (file === null) return noSuchFile;
        const head = file.bytes.subarray(0, Number(rest[0])).toString('utf8');
        return `${file.bytes.length} ${file.inode} ${secondsOf(file)}\n${head}`;
      }
      case 'piece': {
        const from = Number(rest[0]) - 1;
        return this.at(path)?.bytes.toString('utf8', from, from + Number(rest[1])) ?? noSuchFile;
      }
      default:
        return '';
    }
  }

  #logLine(path: string): string {
    const file = this.at(path);
    return file === null ? '' : `log ${secondsOf(file)} ${file.bytes.length} ${file.inode} ${path}\n`;
  }
}

function secondsOf({ modifiedMs }: VmFile): string {
  return (modifiedMs / 1000).toFixed(3);
}
