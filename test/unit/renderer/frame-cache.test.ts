import { describe, expect, it } from 'vitest';
import { createFrameCache, keptAround } from '../../../src/renderer/features/film/frame-cache.ts';
import type { Answer } from '../../../src/renderer/state/answer.ts';
import { until } from '../../support/wait.ts';

interface Image {
  readonly url: string;
  close(): void;
}
interface Asked {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly answer: (problem?: number) => void;
}

function bench() {
  const open = new Set<Image>();
  const asked: Asked[] = [];
  const cache = createFrameCache<Image>({
    load: (url, signal) =>
      new Promise<Answer<Image>>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('Aborted')));
        let isAnswered = false;
        const answer = (status?: number): void => {
          if (isAnswered || signal.aborted) return;
          isAnswered = true;
          if (status !== undefined) {
            const problem = { status, detail: 'No.', hint: null, reason: null, fields: [] };
            resolve({ ok: false, problem });
            return;
          }
          const image: Image = { url, close: () => open.delete(image) };
          open.add(image);
          resolve({ ok: true, value: image });
        };
        asked.push({ url, signal, answer });
      }),
    onChange: () => undefined,
  });
  /** Answers everything, until nothing more is asked for. */
  async function answerAll(): Promise<void> {
    let answered = 0;
    while (answered < asked.length) {
      const now = asked.slice(answered);
      answered = asked.length;
      for (const one of now) one.answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const show = (urls: readonly (string | null)[], index: number): void => cache.show([{ urls, index }]);
  return { cache, show, asked, open, answerAll };
}

const urls = Array.from({ length: 40 }, (_, index) => `/${index}.png`);

describe('the frame cache', () => {
  it('loads the step that is shown first, then the next ones, two at a time', async () => {
    const { cache, show, asked, answerAll } = bench();
    show(urls, 10);
    expect(asked.map(({ url }) => url)).toEqual(['/10.png', '/11.png']);
    await answerAll();
    expect(asked.map(({ url }) => url)).toEqual(['/10.png', '/11.png', '/12.png', '/13.png', '/9.png']);
    expect(cache.frame('/10.png')).toMatchObject({ kind: 'ready', image: { url: '/10.png' } });
    expect(cache.frame('/14.png')).toBeNull();
  });

  it('closes images that are far away, and keeps those around', async () => {
    const { cache, show, asked, open, answerAll } = bench();
    for (let index = 0; index < urls.length; index += 1) {
      show(urls, index);
      await answerAll();
      expect(open.size).toBeLessThanOrEqual(2 * keptAround + 1);
    }
    expect(asked).toHaveLength(urls.length);
    expect([...open].map(({ url }) => url)).toEqual(urls.slice(-1 - keptAround));
    cache.close();
    expect(open.size).toBe(0);
  });

  it('gives up what is not wanted any more', async () => {
    const { cache, show, asked, open } = bench();
    show(urls, 0);
    show(urls, 30);
    expect(asked.slice(0, 2).map(({ signal }) => signal.aborted)).toEqual([true, true]);
    await until(() => asked.length >= 4, 'four are asked for');
    expect(asked[2]?.url).toBe('/30.png');
    cache.close();
    for (const one of asked) one.answer();
    await until(() => asked.every(({ signal }) => signal.aborted), 'all requests end');
    expect(asked).toHaveLength(4);
    expect([...open].filter(({ url }) => cache.frame(url) !== null)).toEqual([]);
  });

  it('asks again for an image that failed for a while, and not for one that is gone', async () => {
    const { cache, show, asked } = bench();
    show(['/a.png', null, '/b.png'], 0);
    const [first, second] = asked;
    first?.answer(503);
    second?.answer(404);
    await until(
      () => cache.frame('/b.png')?.kind === 'failed' && cache.frame('/a.png')?.kind === 'failed',
      'both have failed',
    );
    show(['/a.png', null, '/b.png'], 2);
    expect(asked).toHaveLength(2);
    show(['/a.png', null, '/b.png'], 0);
    expect(asked.map(({ url }) => url)).toEqual(['/a.png', '/b.png', '/a.png']);
    cache.retry('/b.png');
    expect(asked).toHaveLength(4);
    expect(cache.frame('/b.png')).toEqual({ kind: 'loading' });
  });

  it('loads a screenshot that several actions share once', async () => {
    const { show, asked, answerAll } = bench();
    show(['/a.png', '/a.png', '/b.png'], 0);
    await answerAll();
    expect(asked.map(({ url }) => url)).toEqual(['/a.png', '/b.png']);
  });

  it('keeps what is around the steps of two films, and loads both by turns, two at a time', async () => {
    const { cache, asked, open, answerAll } = bench();
    const others = urls.map((url) => `/b${url}`);
    cache.show([
      { urls, index: 0 },
      { urls: others, index: 20 },
    ]);
    expect(asked.map(({ url }) => url)).toEqual(['/0.png', '/b/20.png']);
    await answerAll();
    expect(asked.slice(2, 4).map(({ url }) => url)).toEqual(['/1.png', '/b/21.png']);
    for (let index = 0; index < urls.length; index += 1) {
      cache.show([
        { urls, index },
        { urls: others, index: urls.length - 1 - index },
      ]);
      await answerAll();
      expect(open.size).toBeLessThanOrEqual(2 * (2 * keptAround + 1));
    }
    expect([...open].map(({ url }) => url)).not.toContain('/0.png');
    cache.close();
    expect(open.size).toBe(0);
  });
});
