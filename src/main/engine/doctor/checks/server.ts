import { askForBenchTray } from '../../server/index.ts';
import { failed, onlyAdvice, passed, remedy, warned, type HouseCheck } from '../model.ts';

const notRunning = remedy<null>({
  when: 'a client says "Connection refused": no BenchTray is running',
  advice: 'Start it: `npm start` for the app, or without a window:',
  command: () => 'benchtray serve',
  example: null,
});
const mute = onlyAdvice(
  'BenchTray runs, and no events come',
  'Start it anew. If it stays so, its log says why: `logs/benchtray.log` in the data folder. Between it and a client no proxy may collect what it passes on.',
);

export const server: HouseCheck = {
  scope: 'house',
  name: 'server',
  title: 'Server',
  why: 'The event stream is what everything else is a client of.',
  needs: ['port'],
  limitSeconds: 10,
  remedies: [notRunning, mute],
  async look({ configuration, ownUrl }, signal) {
    const port = configuration.ok ? configuration.config.server.port : 0;
    const url = ownUrl ?? `http://127.0.0.1:${port}`;
    const version = port === 0 && ownUrl === null ? null : await askForBenchTray(url);
    if (version === null) return warned('No BenchTray is running now.', notRunning, null);
    const problem = await openStream(url, signal);
    return problem === null
      ? passed(`BenchTray ${version} sends events at ${url}/api/benchmark-sse.`)
      : failed(
          `BenchTray ${version} answers at ${url}, but its event stream does not: ${problem}.`,
          mute,
          null,
        );
  },
};

const openWithinMs = 5_000;

/** Null: it opens as it should. Asks for the slowest pace, so that looking changes nothing. */
async function openStream(url: string, signal: AbortSignal): Promise<string | null> {
  const done = new AbortController();
  try {
    const answer = await fetch(`${url}/api/benchmark-sse?interval=60`, {
      signal: AbortSignal.any([signal, done.signal, AbortSignal.timeout(openWithinMs)]),
    });
    if (!answer.ok || answer.body === null) return `it answers ${answer.status}`;
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of answer.body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (/^event: connected\n/m.test(text)) return null;
      if (text.length > 65_536) break;
    }
    return 'it does not begin as it should';
  } catch (error) {
    if (signal.aborted) throw error;
    return error instanceof Error && error.name === 'TimeoutError'
      ? 'nothing comes'
      : 'the connection breaks off';
  } finally {
    done.abort();
  }
}
