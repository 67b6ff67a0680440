/** What the shell's function `copy` sends on the simulated machine: the files of a task as a tar archive. */
import { packTar } from 'modern-tar';
import type { ResultFiles } from './result-files.ts';

/** @param words WHAT FOLDER DOMAIN ID TRY NUMBER AFTER; results lie in one folder a task, and none is too large to be sent at once */
export async function copyAnswer(results: ResultFiles | null, words: readonly string[]): Promise<Uint8Array> {
  const [what, , domain = '', taskId = '', , number] = words;
  const folder = number === '1' ? (results?.folder(domain, taskId) ?? null) : null;
  if (folder === null) return Buffer.from('absent\n');
  const files = folder.files.filter(
    ({ name }) => name !== 'result.txt' && (what === 'all' || !name.endsWith('.png')),
  );
  if (files.length === 0) return Buffer.from(`empty 1 ${folder.path}\n`);
  const archive = await packTar(
    files.map(({ name, bytes, modifiedAt }) => ({
      header: { name: `./${name}`, size: bytes.length, mtime: new Date(modifiedAt) },
      body: bytes,
    })),
  );
  return Buffer.concat([Buffer.from(`folder 1 ${folder.path}\n`), archive]);
}
