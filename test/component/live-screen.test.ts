import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { createLiveScreen, type LiveTask } from '../../src/renderer/features/run/live-screen.svelte.ts';
import LiveScreen from '../../src/renderer/features/run/LiveScreen.svelte';
import type { Answer } from '../../src/renderer/state/answer.ts';
import type { ListedScreen } from '../../src/renderer/state/screens-api.ts';
import { isoBefore, nowMs } from './support/fixtures.ts';
import { no, ok } from './support/setup-api.ts';

const screenOf = (step: number): ListedScreen => ({
  step,
  taken_at: isoBefore(60 - step),
  url: `/screens/${step}.png`,
});
const task: LiveTask = { runId: 'run-1', taskId: 'task-1', domain: 'notepad' };

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('what is asked of the VM', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));

  const closed: string[] = [];
  function start() {
    closed.length = 0;
    let steps = 1;
    const list = vi.fn((): Promise<Answer<readonly ListedScreen[]>> =>
      Promise.resolve(ok(Array.from({ length: steps }, (_, index) => screenOf(index + 1)))),
    );
    const load = vi.fn((url: string): Promise<Answer<{ url: string; close: () => void }>> =>
      Promise.resolve(ok({ url, close: () => closed.push(url) })),
    );
    const live = createLiveScreen({ list, load, pauseMs: 10_000 });
    const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
    const setSteps = (next: number): void => void (steps = next);
    return { live, list, load, pass, setSteps };
  }
  const shown = ({ frame }: ReturnType<typeof start>['live']) =>
    frame?.kind === 'ready' ? frame.image.url : (frame?.kind ?? null);

  test('is asked once for each news, and at most once in a while', async () => {
    const { live, list, load, pass, setSteps } = start();
    expect(shown(live)).toBeNull();
    live.follow(task, 'step 1');
    expect(shown(live)).toBe('loading');
    await pass(0);
    expect(shown(live)).toBe('/screens/1.png');
    setSteps(3);
    live.follow(task, 'step 2');
    await pass(5000);
    live.follow(task, 'step 3');
    await pass(4000);
    expect(list).toHaveBeenCalledTimes(1);
    await pass(1000);
    expect(shown(live)).toBe('/screens/3.png');
    expect(closed).toEqual(['/screens/1.png']);
    live.follow(task, 'step 3');
    await pass(60_000);
    expect(list).toHaveBeenCalledTimes(2);
    // The same screenshot is not fetched again.
    live.follow(task, 'step 4');
    await pass(0);
    expect([list.mock.calls.length, load.mock.calls.length]).toEqual([3, 2]);
    live.close();
  });

  test('is nothing while nobody looks', async () => {
    const { live, list, pass } = start();
    live.follow(null, 'step 1');
    await pass(60_000);
    expect(list).not.toHaveBeenCalled();
    live.follow(task, 'step 1');
    live.close();
    await pass(60_000);
    expect(list).not.toHaveBeenCalled();
  });

  test('is not asked by itself again after a failure, which hides no screenshot', async () => {
    const { live, list, pass } = start();
    list.mockResolvedValueOnce(no({ status: 503, detail: 'The VM is not connected.' }));
    live.follow(task, 'step 1');
    await pass(60_000);
    expect(list).toHaveBeenCalledTimes(1);
    expect(live.frame).toMatchObject({ kind: 'failed', problem: { status: 503 } });
    live.retry();
    await pass(0);
    expect(shown(live)).toBe('/screens/1.png');
    list.mockResolvedValueOnce(no({ status: 504 }));
    live.follow(task, 'step 2');
    await pass(60_000);
    expect(shown(live)).toBe('/screens/1.png');
    live.close();
  });

  test('is asked at once by who tries again, also if another look is due later', async () => {
    const { live, list, pass } = start();
    list.mockResolvedValueOnce(no({ status: 503 }));
    live.follow(task, 'step 1');
    await pass(0);
    live.follow(task, 'step 2');
    live.retry();
    await pass(0);
    expect(shown(live)).toBe('/screens/1.png');
    await pass(60_000);
    expect(list).toHaveBeenCalledTimes(2);
    live.close();
  });

  test('that comes late for another task is thrown away', async () => {
    const { live, load, pass } = start();
    let answer: (image: Answer<{ url: string; close: () => void }>) => void = () => undefined;
    load.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    live.follow(task, 'step 1');
    await pass(0);
    live.follow({ ...task, taskId: 'task-2' }, 'step 1 of the next');
    answer(ok({ url: 'late', close: () => closed.push('late') }));
    await pass(0);
    expect(shown(live)).toBe('loading');
    expect(closed).toEqual(['late']);
    await pass(10_000);
    expect(shown(live)).toBe('/screens/1.png');
    live.close();
  });
});

test('while the VM is not heard, nothing that failed can be tried again', async () => {
  vi.spyOn(window, 'fetch').mockImplementation(() =>
    Promise.resolve(Response.json({ detail: 'It is not connected.' }, { status: 503 })),
  );
  const props = { base: new URL('http://127.0.0.1:8765'), task, nowMs, news: 'step 7' };
  const { getByRole, getByText, rerender } = await render(LiveScreen, { ...props, isHeard: true });
  await expect.element(getByRole('button', { name: 'Try again' })).toBeVisible();
  await rerender({ isHeard: false });
  await expect.element(getByText('No screenshot can be read now')).toBeVisible();
  await expect.element(getByRole('button')).not.toBeInTheDocument();
});

test('the newest screenshot says of which step it is, and a VM that is not reached is not asked', async () => {
  const canvas = document.createElement('canvas');
  const image = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  const asked: string[] = [];
  vi.spyOn(window, 'fetch').mockImplementation((url) => {
    const { pathname, search } = url as URL;
    asked.push(pathname + search);
    return Promise.resolve(
      pathname.endsWith('/screens')
        ? Response.json({ screens: [screenOf(5), { ...screenOf(6), moment: 'after' }] })
        : new Response(image),
    );
  });
  const base = new URL('http://127.0.0.1:8765');
  const props = { base, task, nowMs };
  const { getByRole, getByText, rerender } = await render(LiveScreen, {
    ...props,
    news: 'step 7',
    isHeard: false,
  });
  await expect.element(getByText('No screenshot can be read now')).toBeVisible();
  await rerender({ isHeard: true, news: null });
  await expect.element(getByText('No screenshot yet')).toBeVisible();
  expect(asked).toEqual([]);
  await rerender({ news: 'step 7' });
  await expect
    .element(getByRole('img', { name: 'Newest screenshot: After step 6, 54 s ago', exact: true }))
    .toBeVisible();
  expect(asked).toEqual(['/api/runs/run-1/tasks/task-1/screens?domain=notepad', '/screens/6.png']);
});

test.each([
  ['before', 'Before step 6'],
  [null, 'Step 6'],
])('a screenshot says whether it was taken before or after its action: %s', async (moment, words) => {
  const canvas = document.createElement('canvas');
  const image = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  vi.spyOn(window, 'fetch').mockImplementation((url) =>
    Promise.resolve(
      (url as URL).pathname.endsWith('/screens')
        ? Response.json({ screens: [{ ...screenOf(6), moment }] })
        : new Response(image),
    ),
  );
  const base = new URL('http://127.0.0.1:8765');
  const { getByText } = await render(LiveScreen, { base, task, nowMs, news: 'step 7', isHeard: true });
  await expect.element(getByText(`${words}, 54 s ago`, { exact: true })).toBeVisible();
});
