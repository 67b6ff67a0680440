/** How the script reads a command line, which may hold lines, and which may end while it is read. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pulseScript } from '../../../src/main/engine/vm/pulse.ts';
import { shellsOfPath } from './shells.ts';

describe.each(shellsOfPath)('a command line under %s', (_name, [program, ...options]) => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'benchtray-words-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  /** @param before what the script does first */
  function wordsOf(path: string, before = ':'): { readonly status: number | null; readonly out: string } {
    const script = `${pulseScript}\n${before}\nread_words "$1"\nprintf %s "$words"`;
    const { status, stdout } = spawnSync(program, [...options, '-c', script, 'sh', path], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, out: stdout };
  }
  function written(text: string): string {
    const path = join(dir, 'cmdline');
    writeFileSync(path, text);
    return path;
  }

  it('is one text, whatever lines its arguments hold', () => {
    const path = written('python3\0run.py\0--prompt\0one\n\ntwo\n\0--result_dir\0r');
    expect(wordsOf(path)).toEqual({ status: 0, out: 'python3run.py--promptonetwo--result_dirr' });
    expect(wordsOf(written(''))).toEqual({ status: 0, out: '' });
  });

  it('is read to its end also when its process ends meanwhile, upon which reading fails', () => {
    // A folder cannot be read, as little as the command line of a process that has just ended.
    expect(wordsOf(dir, 'line="the line before"')).toEqual({ status: 0, out: '' });
    expect(wordsOf(join(dir, 'none'), 'line="the line before"')).toMatchObject({ out: '' });
  });

  it('is read up to 500 lines: a text of many would cost seconds', () => {
    const path = written(`python3\0run.py\0${'x\n'.repeat(60_000)}\0--result_dir\0r`);
    expect(wordsOf(path)).toEqual({ status: 0, out: `python3run.py${'x'.repeat(500)}` });
  });
});
