/** A client of the event stream that takes the time of each event as its bytes arrive. */
import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { createParser } from 'eventsource-parser';

export interface BenchStream {
  close(): void;
}

/**
 * Opens a stream.
 * @param vm a VM by name, or "*"; empty: the first
 * @param onEvent told every event, with its parsed data and the time of arrival by `performance.now()`
 */
export async function openBenchStream(
  url: string,
  intervalSeconds: number,
  onEvent: (event: string, data: Record<string, unknown>, atMs: number) => void,
  vm = '',
): Promise<BenchStream> {
  const request = get(`${url}/api/benchmark-sse?interval=${intervalSeconds}${vm === '' ? '' : `&vm=${vm}`}`, {
    agent: false,
  });
  request.setNoDelay(true);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`The stream answers ${response.statusCode}`);
  let atMs = 0;
  const parser = createParser({
    onEvent: ({ event, data }) => onEvent(event ?? '', JSON.parse(data) as Record<string, unknown>, atMs),
  });
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    atMs = performance.now();
    parser.feed(text);
  });
  // A stream that is cut off shows as tasks that nobody has received.
  response.on('error', () => request.destroy());
  return { close: () => request.destroy() };
}
