/** What `tail -f` gives: the bytes of the file, and among them, where they belong, its own messages ("file truncated"). Pure. */
import { randomInt } from 'node:crypto';

export interface TailOutput {
  readonly data: Buffer;
  /** The file has been cut behind these bytes: what comes next stands at its new beginning. */
  readonly cut: boolean;
}

/** A path in a spelling of its own, and the part of it that nothing else is spelt like. */
export interface OwnSpelling {
  readonly path: string;
  readonly mark: string;
}

/**
 * "/tmp/x.log" → "/.///././/tmp/x.log", another one each time: tail names the file in its messages as it was given to it, and
 * nothing that a log can hold is mistaken for one of them.
 */
export function spellAnew(path: string): OwnSpelling {
  const slash = path.indexOf('/');
  const detour = Array.from({ length: 24 }, () => (randomInt(2) === 0 ? '/' : '/.')).join('');
  const mark = `${path.slice(0, slash)}${detour}/`;
  return { path: mark + path.slice(slash + 1), mark };
}

/** A path has 4,096 bytes at most on Linux; quoted, each may take four. */
const longestMessage = 20_000;

/** Takes apart what tail gives, chunk by chunk, until the file has been cut. */
export function createTailReader({ mark }: OwnSpelling): (chunk: Buffer) => TailOutput {
  // Quoted where it holds something that a shell would not take literally.
  const openings = [Buffer.from(`tail: ${mark}`), Buffer.from(`tail: '${mark}`)];
  let held = Buffer.alloc(0);

  return (chunk) => {
    let rest = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    held = Buffer.alloc(0);
    const parts: Buffer[] = [];
    for (;;) {
      const start = firstOf(rest, openings);
      if (start === -1) break;
      const end = rest.indexOf(0x0a, start);
      parts.push(rest.subarray(0, start));
      if (end === -1 && rest.length - start <= longestMessage) {
        held = Buffer.from(rest.subarray(start));
        return { data: joined(parts), cut: false };
      }
      // Too long for one of tail's messages: bytes of the file after all.
      if (end === -1) {
        parts.push(rest.subarray(start));
        return { data: joined(parts), cut: false };
      }
      if (rest.toString('utf8', start, end).endsWith(': file truncated'))
        return { data: joined(parts), cut: true };
      rest = rest.subarray(end + 1);
    }
    const kept = beginningAtEnd(rest, openings);
    if (kept > 0) {
      held = Buffer.from(rest.subarray(rest.length - kept));
      rest = rest.subarray(0, rest.length - kept);
    }
    parts.push(rest);
    return { data: joined(parts), cut: false };
  };
}

function firstOf(bytes: Buffer, openings: readonly Buffer[]): number {
  const found = openings.map((opening) => bytes.indexOf(opening)).filter((at) => at !== -1);
  return found.length === 0 ? -1 : Math.min(...found);
}

/** How many of the last bytes may be the beginning of one of these. No line end is in any of them. */
function beginningAtEnd(bytes: Buffer, openings: readonly Buffer[]): number {
  const longest = Math.min(bytes.length, Math.max(...openings.map(({ length }) => length)) - 1);
  const from = Math.max(bytes.length - longest, bytes.lastIndexOf(0x0a) + 1);
  for (let at = bytes.indexOf('t', from); at !== -1; at = bytes.indexOf('t', at + 1)) {
    const ending = bytes.subarray(at);
    if (openings.some((opening) => opening.subarray(0, ending.length).equals(ending))) return ending.length;
  }
  return 0;
}

function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}
