/** The files of jobs in a result folder, as the script lists and reads them under the shells that a VM or a container may have. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readJobFiles } from '../../../src/main/engine/vm/job-files.ts';
import {
  readResults,
  resultsCommand,
  type JobFileLine,
  type ResultPage,
} from '../../../src/main/engine/vm/result-folder.ts';
import type { ShellChannel } from '../../../src/main/engine/vm/shell-channel.ts';
import { allShells, shellsOfPath, toolsWithout } from '../../unit/vm/shells.ts';
import { openResidentShell } from './resident-shell.ts';

const withoutFind = toolsWithout('find');

it.each(shellsOfPath)('give find one pattern per job under %s', async (_name, program) => {
  const { dir, shell } = openResidentShell(['/usr/bin/env', `PATH=${withoutFind}`, ...program]);
  const shim = '#!/bin/sh\nprintf "%s\\n" "$@" >"$VM_DIR/words"\n';
  writeFileSync(join(withoutFind, 'find'), shim, { mode: 0o755 });
  for (const trial of ['a/x__1', 'a/y__1', 'b/x__1', 'b/y__1', 'set/c/x__1']) {
    mkdirSync(join(dir, 'jobs', trial), { recursive: true });
    for (const name of ['config.json', 'result.json']) writeFileSync(join(dir, 'jobs', trial, name), '{}');
  }
  mkdirSync(join(dir, 'jobs/org__model/no__trial'), { recursive: true });
  await shell.ask(60, resultsCommand(join(dir, 'jobs'), 0, 0));
  const words = readFileSync(join(dir, 'words'), 'utf8').split('\n');
  expect(words.filter((word) => word.includes('__'))).toEqual(['./a/*__*/*', './b/*__*/*', './set/c/*__*/*']);
});

describe.each(allShells())('the files of jobs under %s', (_name, program) => {
  let root: string;
  let shell: ShellChannel;

  beforeEach(() => {
    const resident = openResidentShell(program, "benchtray jobs $(x) 'q' ");
    shell = resident.shell;
    root = join(resident.dir, 'jobs');
    mkdirSync(root);
  });

  function put(path: string, contents: string | Buffer, seconds = 1_800_000_000): JobFileLine {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), contents);
    utimesSync(join(root, path), seconds, seconds);
    return { path: `./${path}`, modifiedAt: seconds, sizeBytes: Buffer.byteLength(contents) };
  }

  async function list(sinceSeconds = 0, skip = 0): Promise<ResultPage> {
    const answer = readResults(await shell.ask(60, resultsCommand(root, sinceSeconds, skip)));
    if (answer.kind !== 'ok') throw new Error(answer.kind);
    return answer.value;
  }

  it('are listed beside results, oldest first, without what agents and verifiers leave behind', async () => {
    const files = [
      put('j/config.json', '{}', 1_800_000_001),
      put('j/brew tea__aB3dE5f/config.json', '{}', 1_800_000_002),
      put('j/brew tea__aB3dE5f/exception.txt', 'x', 1_800_000_003),
      put('j/brew tea__aB3dE5f/result.json', '{"a": 1}', 1_800_000_004),
      put('j/job.log', 'x', 1_800_000_005),
      put('j/result.json', '{}', 1_800_000_006),
      put('r/pour/pour.1-of-1.r/results.json', '{}', 1_800_000_007),
      put('r/run_metadata.json', '{}', 1_800_000_008),
      put('c/run.log', 'x', 1_800_000_009),
      put('c/summary.json', '{}', 1_800_000_010),
    ];
    for (const folder of ['agent', 'verifier', 'artifacts/x', 'steps/1', 'logs'])
      put(`j/brew tea__aB3dE5f/${folder}/result.json`, '{}');
    put('j/brew tea__aB3dE5f/trial.log', 'x');
    put('j/one\nline/result.json', '{}');
    put('j/empty/result.json', '');
    put('m/chrome/a-WOS/result.txt', '0.5\n', 1_800_000_011);
    symlinkSync(join(root, 'j'), join(root, 'link'));
    const page = await list();
    expect(page.files).toEqual(files);
    expect(page.lines.map(({ taskId, text }) => [taskId, text])).toEqual([['a-WOS', '0.5']]);
    expect([page.told, page.hasMore]).toEqual([11, false]);
    expect((await list(1_800_000_009)).files).toEqual(files.slice(8));
    expect((await list(0, 9)).files).toEqual(files.slice(9));
  });

  it('hide no result of a benchmark whose models, domains or tasks have such names', async () => {
    const paths = [
      'Qwen__Qwen3-VL/agent/0a-1/result.txt',
      'multi__apps/agent/result.txt',
      'pyautogui/screenshot/org__model/steps/0a-2/result.txt',
      'm/os__linux/verifier/result.txt',
      'm/chrome/0a__aB3dE5f/artifacts/result.txt',
    ];
    for (const path of paths) put(path, '1.0');
    const trial = put('jobs [x]/brew__aB3dE5f/config.json', '{}');
    put('jobs [x]/brew__aB3dE5f/agent/result.txt', '1.0');
    put('jobs [x]/brew__aB3dE5f/agent/chrome/0a-3/result.txt', '1.0');
    const page = await list();
    expect(page.lines.map(({ path }) => path).toSorted()).toEqual(
      paths.map((path) => `./${path}`).toSorted(),
    );
    expect(page.files).toEqual([trial]);
  });

  it('are listed page by page when there are many', async () => {
    const made = Array.from({ length: 620 }, (_, index) => put(`j/task-${index}__x/result.json`, '{}'));
    const first = await list();
    const second = await list(0, first.told);
    expect([first.hasMore, second.hasMore]).toEqual([true, false]);
    const paths = [...first.files, ...second.files].map(({ path }) => path);
    expect(new Set(paths)).toEqual(new Set(made.map(({ path }) => path)));
    expect(paths).toHaveLength(620);
  });

  it('give the results of macOSWorld: a percentage, or that there is none', async () => {
    put('r/sys_apps/0a-1_en_zh/eval_result.txt', '100', 1_800_000_001);
    put('r/sys_apps/0a-2_en_en/eval_result.txt', 'eval_failed\n-1', 1_800_000_002);
    put('r/media/0a-3_en_en/fail.flag', '', 1_800_000_003);
    expect((await list()).lines.map(({ domain, taskId, text }) => [domain, taskId, text])).toEqual([
      ['sys_apps', '0a-1_en_zh', '100'],
      ['sys_apps', '0a-2_en_en', 'eval_failed'],
      ['media', '0a-3_en_en', ''],
    ]);
  });

  it('are read whole, and long ones at both ends', async () => {
    const long = Array.from({ length: 10_000 }, (_, index) => `line ${index} ü`).join('\n');
    const files = [
      put('j/a__x/result.json', '{"tea": "Grüße\\n"}\n\n'),
      put("j/it's $(touch broken) [b]*?__x/result.json", '{}'),
      put('j/long/result.json', long),
      ...Array.from({ length: 8 }, (_, index) => put(`j/n${index}/result.json`, `${index}`.repeat(20_000))),
    ];
    const texts = await readJobFiles(shell, root, files);
    expect([...(texts?.keys() ?? [])]).toEqual(files.map(({ path }) => path));
    expect(texts?.get('./j/a__x/result.json')).toEqual(['{"tea": "Grüße\\n"}\n\n']);
    expect(texts?.get(files[1]?.path ?? '')).toEqual(['{}']);
    const bytes = Buffer.from(long);
    expect(texts?.get('./j/long/result.json')).toEqual([
      bytes.toString('utf8', 0, 8_000),
      bytes.toString('utf8', bytes.length - 16_000),
    ]);
    expect(texts?.get('./j/n7/result.json')).toEqual(['7'.repeat(20_000)]);
  });

  it('are no links, nothing outside of the folder, and no files that are gone', async () => {
    const good = put('j/good/result.json', '{}');
    mkdirSync(join(root, '../outside'));
    writeFileSync(join(root, '../outside/result.json'), 'secret');
    mkdirSync(join(root, 'j/link'));
    symlinkSync(join(root, '../outside/result.json'), join(root, 'j/link/result.json'));
    symlinkSync(join(root, '../outside'), join(root, 'j/out'));
    const gone = put('j/gone/result.json', '{}');
    rmSync(join(root, 'j/gone'), { recursive: true });
    const others = ['./j/link/result.json', './j/out/result.json', '../outside/result.json', './j/a\nb'];
    const texts = await readJobFiles(shell, root, [
      ...others.map((path) => ({ path, modifiedAt: 0, sizeBytes: 10 })),
      gone,
      good,
    ]);
    expect([...(texts ?? [])]).toEqual([['./j/good/result.json', ['{}']]]);
    expect(await readJobFiles(shell, join(root, 'none'), [good])).toBeNull();
  });
});
