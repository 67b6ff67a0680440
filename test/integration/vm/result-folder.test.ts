/** The result folder of a benchmark, as the script reads it under the shells that a VM or a container may have. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  readResults,
  readScreens,
  readTextLines,
  resultsCommand,
  screenCommand,
  screensCommand,
  type ResultPage,
  type FileLine,
} from '../../../src/main/engine/vm/result-folder.ts';
import type { ShellChannel } from '../../../src/main/engine/vm/shell-channel.ts';
import { fetchScreen } from '../../../src/main/engine/vm/screen-file.ts';
import { fetchTexts } from '../../../src/main/engine/vm/task-texts.ts';
import { readLogs } from '../../../src/main/engine/vm/surroundings.ts';
import { until } from '../../support/wait.ts';
import type { LocalShell } from '../../unit/vm/local-shell.ts';
import { allShells } from '../../unit/vm/shells.ts';
import { openResidentShell } from './resident-shell.ts';

const named = (name: string): FileLine => ({ folder: '.', name, modifiedAt: 0, sizeBytes: 0 });
const png = Buffer.from('89504e470d0a1a0a0000', 'hex');

describe.each(allShells())('a result folder under %s', (_name, program) => {
  let dir: string;
  let root: string;
  let machine: LocalShell;
  let shell: ShellChannel;

  beforeEach(() => {
    ({ dir, machine, shell } = openResidentShell(program, "benchtray results $(x) 'q' "));
    root = join(dir, 'results');
    mkdirSync(root);
  });

  function put(path: string, contents: string | Buffer, seconds = 1_800_000_000): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), contents);
    utimesSync(join(root, path), seconds, seconds);
  }

  async function ask(sinceSeconds = 0, skip = 0, folder = root): Promise<ResultPage> {
    const answer = readResults(await shell.ask(60, resultsCommand(folder, sinceSeconds, skip)));
    if (answer.kind !== 'ok') throw new Error(answer.kind);
    return answer.value;
  }

  const askScreens = async (domain: string | null, taskId: string) => {
    const words = screensCommand(root, domain, taskId);
    if (words === null) throw new Error('refused');
    return readScreens(await shell.ask(60, words));
  };

  const fetched = (screen: FileLine, mostBytes: number, folder = root) =>
    fetchScreen(machine.channels, 'sh', screenCommand(folder, screen, mostBytes), {
      mostBytes,
      limitMs: 60_000,
      signal: new AbortController().signal,
    });

  it('is told file by file, oldest first, in all spellings of a score', async () => {
    const model = 'pyautogui/a11y_tree/gpt-4o/0';
    put(`${model}/chrome/b-WOS/result.txt`, 'True\n', 1_800_000_020);
    put(`${model}/chrome/a-WOS/result.txt`, '0.5', 1_800_000_010);
    put(`${model}/clock/C-WOS-2/result.txt`, '1\r\n', 1_800_000_030);
    // An experiment's folder above, and a model by way of a broker: no list of tasks lies deeper.
    const deep = 'exp/pyautogui/a11y_tree/openrouter/org/model:7b/0';
    put(`${deep}/os/d/result.txt`, '0.0\nmore\n', 1_800_000_040);
    expect((await ask()).lines).toEqual([
      {
        domain: 'chrome',
        taskId: 'a-WOS',
        path: `./${model}/chrome/a-WOS/result.txt`,
        modifiedAt: 1_800_000_010,
        text: '0.5',
      },
      {
        domain: 'chrome',
        taskId: 'b-WOS',
        path: `./${model}/chrome/b-WOS/result.txt`,
        modifiedAt: 1_800_000_020,
        text: 'True',
      },
      {
        domain: 'clock',
        taskId: 'C-WOS-2',
        path: `./${model}/clock/C-WOS-2/result.txt`,
        modifiedAt: 1_800_000_030,
        text: '1',
      },
      {
        domain: 'os',
        taskId: 'd',
        path: `./${deep}/os/d/result.txt`,
        modifiedAt: 1_800_000_040,
        text: '0.0',
      },
    ]);
    expect((await ask(1_800_000_020)).lines.map(({ taskId }) => taskId)).toEqual(['b-WOS', 'C-WOS-2', 'd']);
    expect(await ask(1_900_000_000)).toEqual({ lines: [], files: [], told: 0, unnamed: 0, hasMore: false });
  });

  it('tells where the reason of a failure lies beside a result', async () => {
    put('mode_x/gimp/7a4d-11e/err_reason.txt', 'Fatal error: the machine is gone\n', 1_800_000_001);
    put('mode_x/gimp/7a4d-11e/result.txt', '0.0', 1_800_000_001);
    put('mode_x/os/8b5e-22f/result.txt', '0.0', 1_800_000_002);
    put('mode_x/os/9c6f-33a/err_reason.txt', `\r\n  \u001b[31mNo ${'é'.repeat(5_000)}`, 1_800_000_003);
    put('mode_x/os/9c6f-33a/result.txt', '0.0', 1_800_000_003);
    put('mode_x/os/ad70-44b/err_reason.txt', '', 1_800_000_004);
    put('mode_x/os/ad70-44b/result.txt', '0.0', 1_800_000_004);
    put('mode_x/os/be81-55c/result.txt', '0.0', 1_800_000_005);
    symlinkSync('/etc/passwd', join(root, 'mode_x/os/be81-55c/err_reason.txt'));
    const { lines, told, hasMore } = await ask();
    expect(lines.map(({ taskId, text, raised }) => [taskId, text, raised])).toEqual([
      ['7a4d-11e', '0.0', 'Fatal error: the machine is gone'],
      ['8b5e-22f', '0.0', undefined],
      ['9c6f-33a', '0.0', expect.stringMatching(/^No é{150,200}$/)],
      ['ad70-44b', '0.0', ''],
      ['be81-55c', '0.0', undefined],
    ]);
    expect([told, hasMore]).toEqual([5, false]);
  });

  it('has a folder for each try of a task that is played several times', async () => {
    put('pyautogui/model-7b/gimp/7a4d-11e/0/result.txt', '1.0\n', 1_800_000_001);
    put('pyautogui/model-7b/gimp/7a4d-11e/12/result.txt', '0.0', 1_800_000_002);
    put('gimp/notepad_1/1/result.txt', '0.5', 1_800_000_003);
    put('gimp/7a4d-11e/attempt_03/result.txt', '0.25', 1_800_000_003);
    put('gimp/7a4d-11e/run-2/result.txt', '0.75', 1_800_000_003);
    // Neither a task without a domain, nor a task whose id is a number or looks like the name of a try.
    put('pyautogui/gpt-4/gimp/trial_1/result.txt', '1', 1_800_000_006);
    put('7a4d-11e/0/result.txt', '1', 1_800_000_004);
    put('pyautogui/gpt-4/gimp/12/result.txt', '1', 1_800_000_005);
    const found = (await ask()).lines.map(({ domain, taskId, sample, text }) => [
      domain,
      taskId,
      sample,
      text,
    ]);
    expect(found).toEqual([
      ['gimp', '7a4d-11e', 0, '1.0'],
      ['gimp', '7a4d-11e', 12, '0.0'],
      ['gimp', '7a4d-11e', 3, '0.25'],
      ['gimp', '7a4d-11e', 2, '0.75'],
      ['gimp', 'notepad_1', 1, '0.5'],
      ['7a4d-11e', '0', undefined, '1'],
      ['gimp', '12', undefined, '1'],
      ['gimp', 'trial_1', undefined, '1'],
    ]);
  });

  it('leaves out what is no result: empty, too long, too deep, a link, a log, what cannot stand in a line', async () => {
    put('chrome/good/result.txt', '1.0\n');
    put('chrome/empty/result.txt', '');
    put('chrome/long/result.txt', '1'.repeat(5_000_000));
    put('chrome/one\nline/result.txt', '1\n');
    put('chrome/one\ttab/result.txt', '1\n');
    put('chrome/esc\u001b[31m/result.txt', '1\n');
    put('chrome/\u202ebackwards/result.txt', '1\n');
    put('chrome/onboard/result.txt', '1\n');
    put('a/b/c/d/e/f/g/h/chrome/deep/result.txt', '1\n');
    put('logs/chrome/x/result.txt', '1\n');
    put("it's $(touch broken) `x` ;/ \\*[a]? /result.txt", '0.5\n');
    put('elsewhere.txt', '1\n');
    mkdirSync(join(root, 'chrome/link'));
    symlinkSync(join(root, 'elsewhere.txt'), join(root, 'chrome/link/result.txt'));
    symlinkSync('/', join(root, 'chrome/root'));
    const found = (await ask()).lines.map(({ domain, taskId, text }) => [domain, taskId, text]);
    expect(found.filter(([, taskId]) => taskId?.includes('*') !== true)).toEqual([
      ['chrome', 'good', '1.0'],
      ['chrome', 'long', ''],
    ]);
    expect(spawnSync('find', [dir, '-name', 'broken']).stdout.toString()).toBe('');
  });

  it('is told page by page when there are many, each file once', async () => {
    for (let index = 0; index < 250; index++) put(`d/task-${index}/result.txt`, `0.${index}`);
    const pages = [await ask(0, 0), await ask(0, 100), await ask(0, 200)];
    expect(pages.map(({ told, hasMore }) => [told, hasMore])).toEqual([
      [100, true],
      [100, true],
      [50, false],
    ]);
    expect(new Set(pages.flatMap(({ lines }) => lines.map(({ taskId }) => taskId))).size).toBe(250);
  });

  it('that is not there, or may not be read, is told as that', async () => {
    expect(readResults(await shell.ask(60, resultsCommand(join(dir, 'none'), 0, 0)))).toEqual({
      kind: 'absent',
    });
    expect(readScreens(await shell.ask(60, ['screens', join(dir, 'none'), 'a', 'b']))).toEqual({
      kind: 'absent',
    });
    expect(
      await fetched({ folder: '.', name: 'a.png', modifiedAt: 0, sizeBytes: 0 }, 9, join(dir, 'none')),
    ).toEqual({ kind: 'absent' });
    expect(readResults(null)).toEqual({ kind: 'failed' });
  });

  it('may itself be a link', async () => {
    put('chrome/good/result.txt', '1.0\n');
    symlinkSync(root, join(dir, 'link'));
    expect((await ask(0, 0, join(dir, 'link'))).lines).toHaveLength(1);
  });

  it('has the pictures of a task, wherever its folder lies, and of no other task', async () => {
    const folder = 'pyautogui/a11y_tree/my model/0/chrome/a-WOS';
    put(`${folder}/screenshot-step_reset_20260128@225508.png`, png);
    put(`${folder}/screenshot-step_1_20260128@225520.png`, png, 1_800_000_012);
    put(`${folder}/step_2_20260128@225520123456.jpg`, png);
    put(`${folder}/window_image-step_1.png`, png);
    put(`${folder}/traj.jsonl`, '{}');
    put(`${folder}/bad\nscreen 1 1 .png`, png);
    put(`${folder}/logs/deep.png`, png);
    put('pyautogui/a11y_tree/my model/0/chrome/b-WOS/step_9.png', png);
    put('elsewhere.png', png);
    symlinkSync(join(root, 'elsewhere.png'), join(root, folder, 'link.png'));
    const answer = await askScreens('chrome', 'a-WOS');
    const screens = answer.kind === 'ok' ? [...answer.value] : [];
    expect(screens.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      {
        folder: `./${folder}`,
        name: 'screenshot-step_1_20260128@225520.png',
        modifiedAt: 1_800_000_012,
        sizeBytes: 10,
      },
      {
        folder: `./${folder}`,
        name: 'screenshot-step_reset_20260128@225508.png',
        modifiedAt: 1_800_000_000,
        sizeBytes: 10,
      },
      {
        folder: `./${folder}`,
        name: 'step_2_20260128@225520123456.jpg',
        modifiedAt: 1_800_000_000,
        sizeBytes: 10,
      },
    ]);
    expect(await askScreens(null, 'a-WOS')).toMatchObject({ kind: 'ok', value: { length: 3 } });
    expect(await askScreens('clock', 'a-WOS')).toEqual({ kind: 'absent' });
    expect(await askScreens('chrome', 'c-WOS')).toEqual({ kind: 'absent' });
  });

  it('has the pictures of each try of a task that is played several times', async () => {
    const tries = ['0', '1', '12', 'run_3'];
    for (const tryNumber of tries)
      put(`model-7b/chrome/7a4d-11e/${tryNumber}/step_1_20260128@225520123456.png`, png);
    put('model-7b/chrome/7a4d-11e/logs/step_1.png', png);
    mkdirSync(join(dir, 'outside'));
    writeFileSync(join(dir, 'outside/step_1.png'), png);
    symlinkSync(join(dir, 'outside'), join(root, 'model-7b/chrome/7a4d-11e/2'));
    const answer = await askScreens('chrome', '7a4d-11e');
    const folders = answer.kind === 'ok' ? answer.value.map(({ folder }) => folder) : [];
    expect(folders).toEqual(tries.map((name) => `./model-7b/chrome/7a4d-11e/${name}`));
  });

  it('does not lead out of itself, neither by names nor by links', async () => {
    mkdirSync(join(dir, 'outside/chrome/a'), { recursive: true });
    writeFileSync(join(dir, 'outside/chrome/a/secret.png'), png);
    symlinkSync(join(dir, 'outside/chrome'), join(root, 'chrome'));
    symlinkSync(join(dir, 'outside'), join(root, 'out'));
    expect(await askScreens('chrome', 'a')).toEqual({ kind: 'absent' });
    for (const [domain, taskId] of [
      ['..', 'a'],
      ['chrome', '..'],
      ['a/b', 'c'],
      ['', 'a'],
      ['a', 'x\ny'],
    ] as const)
      expect(screensCommand(root, domain, taskId)).toBeNull();
    const screen: FileLine = { folder: './chrome/a', name: 'secret.png', modifiedAt: 0, sizeBytes: 10 };
    expect(await fetched(screen, 100)).toEqual({ kind: 'absent' });
    expect(await fetched({ ...screen, folder: '../outside/chrome/a' }, 100)).toEqual({ kind: 'absent' });
    symlinkSync('/etc/passwd', join(root, 'passwd.png'));
    expect(await fetched({ ...screen, folder: '.', name: 'passwd.png' }, 100)).toEqual({ kind: 'absent' });
  });

  it('gives a picture byte by byte, and of one that is too big only its size', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
    put("it's/a/step_1.png", bytes);
    const screen: FileLine = { folder: "./it's/a", name: 'step_1.png', modifiedAt: 0, sizeBytes: 0 };
    expect(await fetched(screen, 300_000)).toEqual({ kind: 'ok', bytes });
    appendFileSync(join(root, "it's/a/step_1.png"), 'x');
    expect(await fetched(screen, 300_000)).toEqual({ kind: 'too-big', sizeBytes: 300_001 });
    expect(await fetched({ ...screen, name: 'step_2.png' }, 300_000)).toEqual({ kind: 'absent' });
  });

  it('has the texts of a task, named before its pictures, each with its bytes, whatever they are', async () => {
    const folder = "it's a model/0/chrome/a-WOS";
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
    put(`${folder}/traj.jsonl`, bytes, 1_800_000_012);
    put(`${folder}/traj.md`, '');
    put(`${folder}/plan_result-step_1_20260128@225520.txt`, 'é\n\nend\n');
    put(`${folder}/plan_result-bad\nname.txt`, 'x');
    put(`${folder}/plan_result-folder.txt/x`, 'x');
    put(`${folder}/screenshots/step_000.png`, png);
    put(`${folder}/a.png`, png);
    symlinkSync('/etc/passwd', join(root, folder, 'runtime.log'));
    symlinkSync('/etc/passwd', join(root, folder, 'plan_result-link.txt'));
    const answer = await shell.ask(60, screensCommand(root, 'chrome', 'a-WOS') ?? []);
    expect(answer).toMatch(
      /^folder .*\nscreen 1800000012 300000 \.\/traj\.jsonl\nscreen \d+ 0 \.\/traj\.md\n/,
    );
    const screens = readScreens(answer);
    expect(screens.kind === 'ok' && screens.value.map((line) => [line.folder, line.name])).toEqual([
      [`./${folder}`, 'a.png'],
      [`./${folder}/screenshots`, 'step_000.png'],
    ]);
    const texts = readTextLines(answer);
    const lines = texts.kind === 'ok' ? texts.value : [];
    expect(lines.map(({ name }) => name)).toEqual(['traj.jsonl', 'traj.md']);
    const limits = { limitMs: 60_000, signal: new AbortController().signal };
    const all = { folder: root, lines: [...lines, { ...named('runtime.log'), folder: `./${folder}` }] };
    expect(await fetchTexts(machine.channels, 'sh', all, limits)).toEqual({
      kind: 'ok',
      texts: [
        { name: 'traj.jsonl', bytes, isCut: false },
        { name: 'traj.md', bytes: Buffer.alloc(0), isCut: false },
        { name: 'plan_result-step_1_20260128@225520.txt', bytes: Buffer.from('é\n\nend\n'), isCut: false },
      ],
    });
    const logs = async (path: string): Promise<string[]> =>
      readLogs((await shell.ask(60, ['logs_below', root, path])) ?? '').map((file) => file.path);
    expect(await logs(`./${folder}/traj.jsonl`)).toEqual([join(root, folder, 'traj.jsonl')]);
    expect(await logs(`./${folder}/runtime.log`)).toEqual([]);
    for (const away of ['../outside', './none', './link']) {
      symlinkSync('/etc', join(root, 'link'), 'dir');
      expect(await logs(`${away}/passwd`)).toEqual([]);
      const gone = { folder: root, lines: [{ ...named('passwd'), folder: away }] };
      expect(await fetchTexts(machine.channels, 'sh', gone, limits)).toEqual({ kind: 'absent' });
      rmSync(join(root, 'link'));
    }
  });

  it('is let go of when nobody wants the picture any more, or it takes too long', async () => {
    put('d/a/step_1.png', png);
    const words = ['until_closed', 'sleep', '60'];
    const leaving = new AbortController();
    const left = fetchScreen(machine.channels, 'sh', words, {
      mostBytes: 9,
      limitMs: 60_000,
      signal: leaving.signal,
    });
    leaving.abort();
    expect(await left).toEqual({ kind: 'aborted' });
    const { signal } = new AbortController();
    expect(await fetchScreen(machine.channels, 'sh', words, { mostBytes: 9, limitMs: 50, signal })).toEqual({
      kind: 'late',
    });
    await until(() => machine.pids.slice(1).every((pid) => !isAlive(pid)), 'the shells have ended');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
