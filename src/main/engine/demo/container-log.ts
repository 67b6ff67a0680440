/** The container's own log as docker keeps it: complete lines, each with the time at which it was written. */
import { createGrowingFile, type GrowingFile } from './growing-file.ts';

export interface ContainerLog {
  /** In the form of `docker logs --timestamps`. */
  readonly file: GrowingFile;
  /** A line is there when its end is. @param at epoch milliseconds */
  readonly append: (text: string, at: number) => void;
}

export function createContainerLog(createdAt: number): ContainerLog {
  const file = createGrowingFile(createdAt);
  let begun = '';
  let written = 0;
  return {
    file,
    append(text, at) {
      const lines = (begun + text).split('\n');
      begun = lines.pop() ?? '';
      const milliseconds = new Date(at).toISOString().slice(0, -1);
      const stamped = lines.map((line) => {
        // No two lines have the same time: docker counts nanoseconds.
        written += 1;
        return `${milliseconds}${String(written % 1_000_000).padStart(6, '0')}Z ${line}\n`;
      });
      if (stamped.length > 0) file.append(stamped.join(''), at);
    },
  };
}

/** The same without the times, as `docker logs` gives it by default. */
export function withoutTimes(lines: string): string {
  return lines.replace(/^\S+Z /gm, '');
}
