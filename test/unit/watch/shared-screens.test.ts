/** How often a VM is asked for screenshots when several look at its run. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Screens, ScreenTask } from '../../../src/shared/screens.ts';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import { shareScreens } from '../../../src/main/engine/watch/shared-screens.ts';

const task: ScreenTask = {
  ...{ vm: 'vm', runId: 'run', log: 'host:/log', resultDir: null, domain: 'chrome', taskId: 'a', attempt: 0 },
  ...{ startedAt: 1000, endedAt: null, notBefore: null, notFrom: null },
};
const whole = stepPicture(1, 100);

let asked: string[];
let signals: AbortSignal[];
let gate: PromiseWithResolvers<undefined>;
let picture: Uint8Array;
let version: number;
let nowMs: number;
let screens: Screens;
const { signal } = new AbortController();

beforeEach(() => {
  asked = [];
  signals = [];
  gate = Promise.withResolvers();
  picture = whole;
  version = 0;
  nowMs = 0;
  const onVm: Screens = {
    async list(_task, ended) {
      asked.push('list');
      signals.push(ended);
      await gate.promise;
      return { ok: true, value: [{ name: 'step_1.png', step: 1, takenAt: 0, sizeBytes: picture.length }] };
    },
    async read(_task, name, ended) {
      asked.push(name);
      signals.push(ended);
      await gate.promise;
      return { ok: true, value: picture };
    },
    texts: () => Promise.reject(new Error('not asked')),
  };
  screens = shareScreens(onVm, { version: () => version, monotonicMs: () => nowMs });
});

describe('the VM', () => {
  it('is asked once by ten pages, for the list and for the newest screenshot', async () => {
    gate.resolve(undefined);
    const looks = Array.from({ length: 10 }, async () => {
      const listed = await screens.list(task, signal);
      const name = listed.ok ? (listed.value[0]?.name ?? '') : '';
      return screens.read(task, name, signal);
    });
    for (const read of await Promise.all(looks)) expect(read).toEqual({ ok: true, value: whole });
    expect(asked).toEqual(['list', 'step_1.png']);
  });

  it('is asked for the list again after a step, after some seconds, and for another attempt', async () => {
    gate.resolve(undefined);
    await screens.list(task, signal);
    nowMs = 4999;
    await screens.list(task, signal);
    expect(asked).toHaveLength(1);
    nowMs = 5000;
    await screens.list(task, signal);
    version += 1;
    await screens.list(task, signal);
    await screens.list({ ...task, notBefore: 2000 }, signal);
    expect(asked).toHaveLength(4);
  });

  it('is not answered for by a list that was begun before a step', async () => {
    const early = screens.list(task, signal);
    version += 1;
    const late = screens.list(task, signal);
    gate.resolve(undefined);
    await Promise.all([early, late]);
    expect(asked).toEqual(['list', 'list']);
  });

  it('is asked again for a screenshot that was half written, and for one that was read long ago', async () => {
    gate.resolve(undefined);
    picture = whole.subarray(0, whole.length - 20);
    await screens.read(task, 'a.png', signal);
    picture = whole;
    await screens.read(task, 'a.png', signal);
    await screens.read(task, 'a.png', signal);
    expect(asked).toEqual(['a.png', 'a.png']);
    nowMs = 61_000;
    await screens.read(task, 'a.png', signal);
    expect(asked).toHaveLength(3);
  });

  it('is asked again for what does not fit into the memory', async () => {
    gate.resolve(undefined);
    picture = Buffer.concat([whole.subarray(0, -12), Buffer.alloc(5_000_000), whole.subarray(-12)]);
    for (const name of ['a.png', 'b.png', 'b.png', 'a.png']) await screens.read(task, name, signal);
    expect(asked).toEqual(['a.png', 'b.png', 'a.png']);
  });

  it('is left alone when the last who waits has gone', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = [first, second].map((one) => screens.read(task, 'a.png', one.signal));
    first.abort();
    await expect(waiting[0]).rejects.toThrow();
    expect(signals[0]?.aborted).toBe(false);
    second.abort();
    await expect(waiting[1]).rejects.toThrow();
    expect(signals[0]?.aborted).toBe(true);
    // Whoever comes now does not get what was ended.
    gate.resolve(undefined);
    expect(await screens.read(task, 'a.png', signal)).toEqual({ ok: true, value: whole });
    expect(asked).toHaveLength(2);
  });
});
