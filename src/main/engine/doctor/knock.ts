/** Whether a web server answers, whatever it says: nothing of that is read. */
import { get } from 'node:http';

const withinMs = 5_000;

export function knock(url: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, {
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
    });
    request.once('response', (response) => {
      response.destroy();
      resolve(true);
    });
    request.once('error', () => resolve(false));
  });
}
