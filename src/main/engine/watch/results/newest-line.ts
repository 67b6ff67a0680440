/** The newest whole line of a file that is followed. */

/** A longer line is left out: a trajectory with screenshots in it has some megabytes a line. */
const longestLineBytes = 256 * 1024;

const lineFeed = 0x0a;

/**
 * Returns a function that takes the chunks of a file.
 * @param onLine called with the last of the lines that a chunk ends, without its end
 */
export function createNewestLine(onLine: (line: Uint8Array) => void): (chunk: Uint8Array) => void {
  let pending = Buffer.alloc(0);
  let isTooLong = false;

  function keep(part: Uint8Array): void {
    isTooLong ||= pending.length + part.length > longestLineBytes;
    pending = isTooLong ? Buffer.alloc(0) : Buffer.concat([pending, part]);
  }

  return (chunk) => {
    const end = chunk.lastIndexOf(lineFeed);
    if (end === -1) {
      keep(chunk);
      return;
    }
    const lines = chunk.subarray(0, end);
    const start = lines.lastIndexOf(lineFeed) + 1;
    if (start === 0) keep(lines);
    const line = start === 0 ? pending : lines.subarray(start);
    const isWhole = start > 0 || !isTooLong;
    pending = Buffer.alloc(0);
    isTooLong = false;
    keep(chunk.subarray(end + 1));
    if (isWhole) onLine(line);
  };
}
