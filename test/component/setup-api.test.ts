import { afterEach, expect, test, vi } from 'vitest';
import { setupApi } from '../../src/renderer/features/setup/setup-api.ts';

afterEach(() => vi.restoreAllMocks());

test.for(['7K3F\u20139Q2M', '7\u041a3F9Q2M'])(
  'a code is asked about whatever the keyboard made of it: %j',
  async (code) => {
    const sent: (string | null)[] = [];
    vi.spyOn(window, 'fetch').mockImplementation((...asked) => {
      // Throws where a browser would not send it.
      sent.push(new Request(...asked).headers.get('X-BenchTray-Setup'));
      return Promise.resolve(Response.json({ detail: 'This is not the set-up code.' }, { status: 401 }));
    });
    const answer = await setupApi(new URL('http://127.0.0.1:8765'), code).state();
    expect(answer).toMatchObject({ ok: false, problem: { status: 401 } });
    expect(sent).toEqual([expect.stringMatching(/^[!-~]+$/)]);
  },
);
