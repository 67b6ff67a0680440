/** The page's end of the stream that all tabs share, and its own stream where the browser has no shared workers. */
import { openStream, type StreamClient, type StreamClientOptions } from './stream-client.ts';
import type { HubNews, PageCall } from './stream-hub.ts';
import workerUrl from './stream-worker.ts?sharedworker&url';

/** After this time without an answer of the worker, the page opens a stream of its own; until the worker answers after all. */
const answerWithinMs = 5000;

export function openSharedStream(options: StreamClientOptions): StreamClient {
  let own: StreamClient | null = null;
  let isClosed = false;
  let patience: ReturnType<typeof setTimeout> | undefined;

  function goAlone(): void {
    clearTimeout(patience);
    if (!isClosed) own ??= openStream(options);
  }

  function call(wanted: PageCall): void {
    port?.postMessage(wanted);
    clearTimeout(patience);
    patience = setTimeout(goAlone, answerWithinMs);
  }

  const port = startWorker(goAlone);
  if (port === null) return openStream(options);
  port.onmessage = ({ data: news }: MessageEvent<HubNews>) => {
    clearTimeout(patience);
    if (isClosed) return;
    own?.close();
    own = null;
    if (news.kind === 'messages') options.onMessages(news.messages, news.heardAtMs);
    else if (news.kind === 'picture')
      for (const { messages, heardAtMs } of news.parts) options.onMessages(messages, heardAtMs);
    else if (news.kind === 'lost') options.onLost();
  };
  call('join');

  return {
    restartIfSilent() {
      if (own === null) call('restart');
      else own.restartIfSilent();
    },
    close() {
      isClosed = true;
      clearTimeout(patience);
      own?.close();
      port.postMessage('leave' satisfies PageCall);
      port.close();
    },
  };
}

/** Trusted Types of the browser, which TypeScript does not know yet. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

/** Allows only the worker's URL. */
const policy = (globalThis as { readonly trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy(
  'benchtray-worker',
  { createScriptURL: () => workerUrl },
);

/** @returns null where the browser has no shared workers, or refuses this one */
function startWorker(onError: () => void): MessagePort | null {
  if (!('SharedWorker' in globalThis)) return null;
  try {
    const worker = new SharedWorker(policy?.createScriptURL(workerUrl) ?? workerUrl, 'benchtray-stream');
    worker.onerror = onError;
    return worker.port;
  } catch {
    return null;
  }
}
