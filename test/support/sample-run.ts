/** The recorded WAA run of test/samples, moved to another time, and what it holds. */
import { readFileSync } from 'node:fs';

const recorded = readFileSync(new URL('../samples/waa_run.log', import.meta.url), 'utf8');
const recordedStartMs = Date.UTC(2026, 0, 28, 22, 55, 8, 318);

/** Domain, id, score (null: it raised an exception) and steps of each of its tasks, in order. */
export const sampleTasks = [
  ['libreoffice_writer', '0e763496-b6bb-4508-a427-fad0b6c3e195-WOS', 1, 5],
  ['libreoffice_writer', '4bcb1253-a636-4df4-8cb0-a35c04dfef31-WOS', 0, 15],
  ['libreoffice_writer', '0a0faba3-5580-44df-965d-f562a99b291c-WOS', null, 2],
  ['libreoffice_writer', '936321ce-5236-426a-9a20-e0e3c5dc536f-WOS', 0.5, 8],
  ['settings', '9504989a-0d6e-4017-aefb-d359f6c752aa-wos', 1, 4],
  ['settings', '46adf721-2949-4426-b069-010b7c128d8f-wos', 0, 6],
  ['settings', 'a659b26e-4e31-40c1-adaf-34742b6c44ac-wos', 1, 4],
  ['settings', 'e8f68f22-1f6a-4cba-a97a-ac611bb4c67b-wos', 0, 2],
  ['settings', '37e10fc4-b4c5-4b02-a65c-bfae8bc51d3f-wos', null, 1],
  ['clock', '02F10F89-7171-4D37-8550-A00BA8930CDF-WOS', 1, 3],
  ['clock', '02F10F89-7171-4D37-8550-A00BA8930CDF-2-WOS', 0, 1],
  ['clock', '91A30BE9-0E11-4374-8D43-41D4D097080A-WOS-2', 1, 3],
] as const;

export const sampleTaskIds: readonly string[] = sampleTasks.map(([, taskId]) => taskId);

/** The text of the run as if it had begun at this time (epoch milliseconds), every line end kept. */
export function sampleRun(startMs: number): string {
  return recorded.replace(
    /\[(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d),(\d{3})/g,
    (_whole, ...parts: string[]) => {
      const [year, month, day, hour, minute, second, milli] = parts.slice(0, 7).map(Number);
      const at = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, milli);
      const moved = new Date(startMs + at - recordedStartMs).toISOString();
      return `[${moved.slice(0, 10)} ${moved.slice(11, 19)},${moved.slice(20, 23)}`;
    },
  );
}

/** The run cut into pieces that each end just behind the end of a task; the last one holds the end of the run. */
export function sampleRunByTask(startMs: number): string[] {
  const pieces: string[] = [''];
  for (const line of sampleRun(startMs).split(/(?<=\n)/)) {
    pieces.push(`${pieces.pop() ?? ''}${line}`);
    if (/Finished \w+\/|Exception in \w+\//.test(line)) pieces.push('');
  }
  return pieces;
}
