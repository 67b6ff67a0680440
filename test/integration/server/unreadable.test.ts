/** A journal that cannot be read, as on a disk that fails: the clients are sent away, and nothing of them stays. */
import { expect, it, vi } from 'vitest';
import { until } from '../../support/wait.ts';
import { taskOf } from '../../unit/feed/fixtures.ts';
import { ask, openLineClient, startTestServer } from './support.ts';

it.each(['texts', 'countAfter', 'hasPrunedAfter'] as const)(
  'what fails in `%s` ends the streams that need it, and they can come back',
  async (method) => {
    const running = await startTestServer();
    // Vitest would take the warning of a stream that cannot go on for a fault of the test.
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      const tell = (id: string) =>
        running.feed.commit({ vm: 'vm-a', at: 1, tasks: [{ record: taskOf(id), tell: true }] });
      tell('t1');
      const url = `${running.server.url}/api/benchmark-sse?lastEventId=${running.feed.idOf(0)}`;
      const broken = vi.spyOn(running.feed, method).mockImplementation(() => {
        throw new Error('disk I/O error');
      });
      for (let count = 0; count < 20; count += 1) {
        const client = await openLineClient(url).catch(() => null);
        if (client !== null) await until(() => client.response.destroyed, 'the stream ends');
        expect(client?.events ?? []).toEqual([]);
      }
      broken.mockRestore();
      const { text } = await ask(`${running.server.url}/metrics`);
      expect(text).toMatch(/^benchtray_streams_open 0$/m);
      const client = await openLineClient(url);
      tell('t2');
      const tasks = await client.expect(2, 'task_complete');
      expect(tasks.map((read) => read.data['task_id'])).toEqual(['t1', 't2']);
      client.close();
    } finally {
      warn.mockRestore();
      await running.stop();
    }
  },
);
