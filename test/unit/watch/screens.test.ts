/** Pictures of tasks, from folders of this machine by shells of this machine. */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stepOf, type ScreenTask } from '../../../src/shared/screens.ts';
import { openShell } from '../../../src/main/engine/vm/index.ts';
import { createScreens } from '../../../src/main/engine/watch/screens.ts';
import type { VmState } from '../../../src/main/engine/watch/state.ts';
import type { VmStore } from '../../../src/main/engine/watch/store.ts';
import { localShell, type LocalShell } from '../vm/local-shell.ts';
import { machine } from './sights.ts';
import { storeOf } from './states.ts';

const startMs = 1_800_000_000_000;

describe.skipIf(process.platform !== 'linux')('the pictures of a task', () => {
  let dir: string;
  let shells: LocalShell;
  let store: VmStore;
  let nowMs: number;

  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'benchtray-screens-')));
    shells = localShell(['sh'], { HOME: dir });
    const open = () => openShell(shells.channels, 'sh');
    store = storeOf({
      machine,
      container: running(),
      contact: { channels: shells.channels, host: open() } as VmState['contact'],
      shells: { docker: 'docker', inside: open() },
    });
    nowMs = startMs;
  });
  afterEach(() => {
    shells.end();
    rmSync(dir, { recursive: true });
  });

  const running = (): VmState['container'] => ({
    kind: 'running',
    name: 'winarena',
    why: 'it is',
    addresses: [],
    mounts: [{ source: join(dir, 'client'), destination: '/client' }],
  });
  const task = (changes: Partial<ScreenTask> = {}): ScreenTask => ({
    vm: 'vm',
    runId: 'run',
    log: 'container:winarena:/client/results/logs/normal-0-20260128@225508.log',
    resultDir: './results',
    domain: 'chrome',
    taskId: 'a-WOS',
    attempt: 1,
    startedAt: startMs,
    endedAt: startMs + 60_000,
    notBefore: null,
    notFrom: null,
    ...changes,
  });

  function put(path: string, contents = 'x', atMs = startMs): void {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
    utimesSync(file, atMs / 1000, atMs / 1000);
  }
  const create = () => createScreens({ store, hostLog: () => null, monotonicMs: () => nowMs });
  /** The container is gone, and its shell with it. */
  const loseContainer = (): void =>
    store.update({
      shells: { docker: 'docker', inside: null },
      container: { kind: 'absent', wanted: null, looks: 3 },
    });
  const { signal } = new AbortController();
  const folder = 'client/results/pyautogui/a11y_tree/gpt-4o/0/chrome/a-WOS';

  it('are listed by step, the state before the first as 0, each that there is', async () => {
    put(`${folder}/screenshot-step_10_20260128@225540.png`, 'abc', startMs + 40_000);
    put(`${folder}/screenshot-step_2_20260128@225520.png`, 'x', startMs + 20_000);
    put(`${folder}/screenshot-step_2_20260128@225510.png`, 'x', startMs + 10_000);
    put(`${folder}/screenshot-step_reset_20260128@225508.png`);
    put(`${folder}/final.png`);
    const listed = await create().list(task(), signal);
    expect(listed).toEqual({
      ok: true,
      value: [
        { name: 'screenshot-step_reset_20260128@225508.png', step: 0, takenAt: startMs, sizeBytes: 1 },
        { name: 'screenshot-step_2_20260128@225510.png', step: 2, takenAt: startMs + 10_000, sizeBytes: 1 },
        { name: 'screenshot-step_2_20260128@225520.png', step: 2, takenAt: startMs + 20_000, sizeBytes: 1 },
        { name: 'screenshot-step_10_20260128@225540.png', step: 10, takenAt: startMs + 40_000, sizeBytes: 3 },
        { name: 'final.png', step: null, takenAt: startMs, sizeBytes: 1 },
      ],
    });
  });

  it('of the task that is on have the numbers of its steps, also where the names count from 0', async () => {
    put(`${folder}/screenshot-step_reset_20260128@225508.png`);
    for (const step of [0, 1, 2])
      put(`${folder}/screenshot-step_${step}_x.png`, 'x', startMs + (step + 1) * 1000);
    const newest = { runId: 'run', domain: 'chrome', taskId: 'a-WOS', attempt: 1, step: 3 };
    const steps = async (asked: ScreenTask): Promise<unknown> => {
      const listed = await create().list(asked, signal);
      return listed.ok ? listed.value.map(({ step }) => step) : listed.problem;
    };
    const isOn = task({ attempt: 0, endedAt: null });
    expect(await steps(isOn)).toEqual([0, 0, 1, 2]);
    // Step 3 left no screenshot, so it names that of step 2. The newest screenshot is not yet in the trajectory.
    const screenshot = { name: 'screenshot-step_1_x.png', step: 2, moment: 'before' } as const;
    store.update({ newestStep: { ...newest, action: null, thought: null, screenshot } });
    expect(await steps(isOn)).toEqual([0, 1, 2, 3]);
    expect(await create().list(isOn, signal)).toMatchObject({
      value: Array.from({ length: 4 }, () => ({ moment: 'before' })),
    });
    expect(await steps(task({ ...isOn, runId: 'other' }))).toEqual([0, 0, 1, 2]);
  });

  it('are those of this attempt: what was there before or came after it is of another', async () => {
    put(`${folder}/step_1.png`, 'x', startMs - 3_600_000);
    expect(await create().list(task(), signal)).toMatchObject({ problem: { kind: 'absent' } });
    put(`${folder}/step_2.png`, 'x', startMs + 30_000);
    put(`${folder}/step_3.png`, 'x', startMs + 3_600_000);
    expect(await create().list(task(), signal)).toMatchObject({ value: [{ step: 2 }] });
    const limits = { notBefore: startMs - 10_000, notFrom: startMs + 20_000 };
    expect(await create().list(task(limits), signal)).toMatchObject({
      problem: { kind: 'absent', detail: expect.stringContaining('the task ran again later') as string },
    });
    store.update({ machine: { ...machine, clockSkewMs: 3_600_000 } });
    expect(await create().list(task(), signal)).toMatchObject({
      value: [{ step: 3, takenAt: startMs }],
    });
  });

  it('are those of one folder where several models have one, the one that was written to last', async () => {
    put(`${folder}/step_1.png`, 'x', startMs + 1_000);
    put('client/results/pyautogui/a11y_tree/gpt-5/0/chrome/a-WOS/step_7.png', 'x', startMs + 2_000);
    expect(await create().list(task(), signal)).toMatchObject({ value: [{ step: 7 }] });
  });

  describe('where each try has a folder of its own', () => {
    const folderOf = (tryNumber: number): string => `${folder}/${tryNumber}`;
    const steps = async (changes: Partial<ScreenTask>): Promise<unknown> => {
      const listed = await create().list(task(changes), signal);
      return listed.ok ? listed.value.map(({ step }) => step) : listed.problem.kind;
    };

    it('are those of the try, also of tries side by side', async () => {
      for (const k of [0, 1, 2]) put(`${folderOf(k)}/step_${k + 1}.png`, 'x', startMs + 10_000);
      const limits = { notBefore: startMs + 1_000, notFrom: startMs + 1_000 };
      for (const attempt of [1, 2, 3]) expect(await steps({ attempt, ...limits })).toEqual([attempt]);
      const read = await create().read(task({ attempt: 2 }), 'step_2.png', signal);
      expect(read).toMatchObject({ ok: true });
    });

    it('are those of the try that ended with the attempt, where the run began with a later one', async () => {
      put(`${folderOf(0)}/step_1.png`, 'x', startMs - 3_600_000);
      put(`${folderOf(1)}/step_2.png`, 'x', startMs + 50_000);
      put(`${folderOf(2)}/step_3.png`, 'x', startMs + 70_000);
      expect(await steps({ attempt: 1 })).toEqual([2]);
      expect(await steps({ attempt: 2, startedAt: startMs + 60_000, endedAt: startMs + 90_000 })).toEqual([
        3,
      ]);
    });

    it('are those of the newest try while the task runs', async () => {
      put(`${folderOf(0)}/step_1.png`, 'x', startMs + 10_000);
      put(`${folderOf(1)}/step_2.png`, 'x', startMs + 50_000);
      expect(await steps({ attempt: 0, endedAt: null })).toEqual([2]);
    });

    it('are none if the try left none at that time', async () => {
      put(`${folderOf(0)}/step_1.png`, 'x', startMs - 3_600_000);
      expect(await steps({ attempt: 1 })).toBe('absent');
    });
  });

  it('are read byte by byte, and only those that are listed', async () => {
    const screens = create();
    put(`${folder}/step_1.png`, 'bytes');
    put(`${folder}/result.txt`, '1.0');
    put('client/results/secret.png');
    expect(await screens.read(task(), 'step_1.png', signal)).toEqual({
      ok: true,
      value: Buffer.from('bytes'),
    });
    for (const name of [
      'result.txt',
      '../secret.png',
      '../../../../../../secret.png',
      '/etc/passwd',
      '',
      'step_2.png',
      '*.png',
    ])
      expect(await screens.read(task(), name, signal)).toMatchObject({
        ok: false,
        problem: { kind: 'absent' },
      });
    put(`${folder}/big.png`, 'x'.repeat(8 * 1024 * 1024 + 1));
    expect(await screens.read(task(), 'big.png', signal)).toMatchObject({ problem: { kind: 'too-big' } });
  });

  it('may have gone, or become a way out, since they were listed', async () => {
    const screens = create();
    put(`${folder}/step_1.png`);
    put('outside.png', 'secret');
    await screens.list(task(), signal);
    rmSync(join(dir, folder, 'step_1.png'));
    symlinkSync(join(dir, 'outside.png'), join(dir, folder, 'step_1.png'));
    expect(await screens.read(task(), 'step_1.png', signal)).toMatchObject({ problem: { kind: 'absent' } });
  });

  it('come from the container where the VM does not have them', async () => {
    const results = `${dir}/inside/results`;
    put('inside/results/chrome/a-WOS/step_1.png', 'from within');
    const there = task({ log: `container:winarena:${results}/logs/normal-0-20260128@225508.log` });
    const screens = create();
    expect(await screens.read(there, 'step_1.png', signal)).toEqual({
      ok: true,
      value: Buffer.from('from within'),
    });
    loseContainer();
    nowMs += 60_000;
    expect(await screens.list(there, signal)).toMatchObject({
      problem: { kind: 'absent', detail: expect.stringContaining('container') as string },
    });
  });

  it('are still had from the VM when the container is gone', async () => {
    put(`${folder}/step_1.png`);
    const screens = create();
    loseContainer();
    expect(await screens.list(task(), signal)).toMatchObject({ value: [{ step: 1 }] });
  });

  it('cannot be had without a connection, of a task that has no folder, or of names that are none', async () => {
    expect(await create().list(task(), signal)).toMatchObject({
      problem: { kind: 'absent', detail: expect.stringContaining('no folder of this task') as string },
    });
    for (const changes of [
      { taskId: '..' },
      { domain: '*' },
      { domain: '../..' },
      { taskId: 'a/b' },
      { taskId: '' },
    ])
      expect(await create().list(task(changes), signal)).toMatchObject({ problem: { kind: 'absent' } });
    store.update({ contact: null });
    expect(await create().list(task(), signal)).toMatchObject({ problem: { kind: 'disconnected' } });
  });

  describe('with the texts beside them', () => {
    const textsOf = async (changes: Partial<ScreenTask> = {}, screens = create()) => {
      const read = await screens.texts(task(changes), signal);
      if (!read.ok) throw new Error(read.problem.detail);
      const { texts } = read.value;
      return { ...read.value, names: texts.map(({ name }) => name), told: texts.map(textIn) };
    };
    const textIn = ({ bytes }: { readonly bytes: Uint8Array }): string => Buffer.from(bytes).toString();

    it('are read in one go: the trajectory, what lies beside it, and the names of the screenshots', async () => {
      put(`${folder}/traj.jsonl`, '{"step_num":1}\n\n', startMs + 2_000);
      put(`${folder}/runtime.log`, '');
      put(`${folder}/plan_result-step_0_20260128@225520.txt`, 'I think\n');
      put(`${folder}/accessibility_tree-step_0.txt`, 'large');
      put(`${folder}/step_1.png`);
      const { names, told, screens, texts, clockOffsetMs } = await textsOf();
      expect(names).toEqual(['traj.jsonl', 'runtime.log', 'plan_result-step_0_20260128@225520.txt']);
      expect(told).toEqual(['{"step_num":1}\n\n', '', 'I think\n']);
      expect(texts[0]).toMatchObject({ isCut: false, modifiedAt: startMs + 2_000 });
      expect(screens).toMatchObject([{ name: 'step_1.png', step: 1 }]);
      expect(clockOffsetMs).toBe(0);
      expect(shells.pids).toHaveLength(3);
    });

    it('are those of the attempt, but for a trajectory that may hold it', async () => {
      put(`${folder}/traj.jsonl`, 'both', startMs + 3_600_000);
      put(`${folder}/traj.md`, 'later', startMs + 3_600_000);
      put(`${folder}/results.json`, 'earlier', startMs - 3_600_000);
      put(`${folder}/step_1.png`);
      expect((await textsOf()).told).toEqual(['both']);
      const before = {
        startedAt: startMs - 7_200_000,
        endedAt: startMs - 3_600_000,
        notFrom: startMs - 10_000,
      };
      expect((await textsOf(before)).told).toEqual(['earlier', 'both']);
      const after = { startedAt: startMs + 7_200_000, endedAt: null, notBefore: startMs + 7_000_000 };
      expect(await create().texts(task(after), signal)).toMatchObject({ problem: { kind: 'absent' } });
    });

    it('may be there without screenshots, which are then none', async () => {
      put(`${folder}/traj.jsonl`, 'x');
      expect(await textsOf()).toMatchObject({ told: ['x'], screens: [] });
      expect(await create().list(task(), signal)).toMatchObject({ problem: { kind: 'absent' } });
      expect(await create().read(task(), 'traj.jsonl', signal)).toMatchObject({
        problem: { kind: 'absent' },
      });
    });

    it('may be missing beside screenshots, which is no problem', async () => {
      put(`${folder}/step_1.png`);
      expect(await textsOf()).toMatchObject({ told: [], screens: [{ step: 1 }] });
    });

    it('have screenshots in a folder of their own: of WAA-V2, and of openadapt-evals', async () => {
      put(`${folder}/traj.jsonl`, 'x', startMs + 5_000);
      put(`${folder}/screenshot/screenshot-step_0_20260128@225520.png`, 'png');
      const screens = create();
      expect(await textsOf({}, screens)).toMatchObject({ told: ['x'], screens: [{ step: 0 }] });
      const read = await screens.read(task(), 'screenshot-step_0_20260128@225520.png', signal);
      expect(read).toEqual({ ok: true, value: Buffer.from('png') });
    });

    it('are no links, pipes or folders, and do not lead out', async () => {
      put('outside.txt', 'secret');
      put(`${folder}/traj.md`, 'fine');
      symlinkSync(join(dir, 'outside.txt'), join(dir, folder, 'traj.jsonl'));
      symlinkSync(join(dir, 'outside.txt'), join(dir, folder, 'plan_result-step_1.txt'));
      mkdirSync(join(dir, folder, 'runtime.log'));
      spawnSync('mkfifo', [join(dir, folder, 'results.json'), join(dir, folder, 'plan_result-step_2.txt')]);
      expect((await textsOf()).told).toEqual(['fine']);
    });

    it('are cut where they are too long', async () => {
      put(`${folder}/results.json`, 'x'.repeat(64 * 1024 + 1));
      put(`${folder}/plan_result-step_1.txt`, 'y'.repeat(20_000));
      const { texts } = await textsOf();
      expect(texts.map(({ bytes, isCut }) => [bytes.length, isCut])).toEqual([
        [64 * 1024, true],
        [20_000, false],
      ]);
    });

    it('are read again only if a file has changed', async () => {
      const screens = create();
      put(`${folder}/traj.jsonl`, 'x');
      expect((await textsOf({}, screens)).told).toEqual(['x']);
      const started = shells.pids.length;
      expect((await textsOf({}, screens)).told).toEqual(['x']);
      expect(shells.pids).toHaveLength(started);
      put(`${folder}/traj.jsonl`, 'xy');
      expect((await textsOf({}, screens)).told).toEqual(['xy']);
    });

    it('have the times of the program that wrote them, also after its container is gone', async () => {
      put(`${folder}/traj.jsonl`, 'x');
      store.update({ inside: { zoneOffsetMinutes: -300 } as VmState['inside'] });
      const screens = create();
      store.update({ inside: null, machine: { ...machine, clockSkewMs: 0, zoneOffsetMinutes: 120 } });
      expect((await textsOf({}, screens)).clockOffsetMs).toBe(300 * 60_000);
      const printed = { log: `host:${dir}/client/results/logs/normal-0-20260128@225508.log` };
      expect((await textsOf(printed, screens)).clockOffsetMs).toBe(-120 * 60_000);
    });

    it('cannot be had without a connection', async () => {
      store.update({ contact: null });
      expect(await create().texts(task(), signal)).toMatchObject({ problem: { kind: 'disconnected' } });
    });
  });

  it('are fetched one at a time, and no endless queue is kept', async () => {
    put(`${folder}/step_1.png`);
    const screens = create();
    const all = await Promise.all(
      Array.from({ length: 30 }, () => screens.read(task(), 'step_1.png', signal)),
    );
    const busy = all.filter((answer) => !answer.ok && answer.problem.kind === 'busy').length;
    expect([busy, all.filter(({ ok }) => ok).length]).toEqual([13, 17]);
    expect(await screens.list(task(), signal)).toMatchObject({ ok: true });
  });
});

describe('the step of a picture', () => {
  it.each([
    ['screenshot-step_reset_20260128@225508.png', 0],
    ['screenshot-step_0_20260128@225508.png', 0],
    ['screenshot-step_12_20260128@225508.png', 12],
    ['step_3_20260128@225520123456.png', 3],
    ['step_4.jpg', 4],
    ['misstep_4.png', null],
    ['step_x.png', null],
    ['final.png', null],
  ])('%s is %s', (name, step) => {
    expect(stepOf(name)).toBe(step);
  });
});
