import type { Logger } from '../../engine/common/app-log.ts';
import {
  fetchCurrentState,
  followStream,
  streamEventOf,
  type StreamMessage,
} from '../../engine/client/index.ts';
import type { Notifications } from './notifications.ts';
import type { TrayKeeper } from './tray-keeper.ts';

export interface StreamFeedOptions {
  readonly serverUrl: string;
  /** What happened after this event is news, even if it happened before the stream was open; null: the newest one. */
  readonly sinceEventId: string | null;
  readonly tray: Pick<TrayKeeper, 'input'>;
  readonly notifications: Pick<Notifications, 'input'>;
  readonly log: Logger;
}

/** While the stream brings news faster than they can be asked about, the stream alone has to do. */
const mostQuestions = 3;
/** The stream tells of VMs that are new, not of those that are gone. */
const askEveryMs = 10_000;

/** Tells tray and notifications all that the stream says, and asks for what it does not say. */
export function feedFromStream(options: StreamFeedOptions): { close(): void } {
  const { serverUrl, tray, notifications, log } = options;
  const url = new URL('/api/benchmark-sse?vm=*&error_event=problem', serverUrl);
  if (options.sinceEventId !== null) url.searchParams.set('lastEventId', options.sinceEventId);
  let isUp = false;
  /** Of errors, so that an answer from before one of them is not believed. */
  let news = 0;

  function setLink(up: boolean): void {
    if (isUp === up) return;
    isUp = up;
    tray.input({ kind: 'link', up });
    notifications.input({ kind: 'link', up });
  }

  async function askCurrentState(): Promise<void> {
    for (let question = 1; question <= mostQuestions; question += 1) {
      const newsBefore = news;
      const { vmNames, openErrors } = await fetchCurrentState(serverUrl);
      tray.input({ kind: 'vms', names: vmNames });
      if (openErrors === null) return;
      if (newsBefore !== news) continue;
      tray.input({ kind: 'open-errors', errors: openErrors });
      return;
    }
  }

  function askInBackground(): void {
    askCurrentState().catch((error: unknown) => log.warn({ err: error }, 'the current state cannot be had'));
  }

  function onMessage(message: StreamMessage): void {
    setLink(true);
    const event = streamEventOf(message);
    if (event.type === 'error' || event.type === 'recovered') news += 1;
    try {
      tray.input({ kind: 'stream', event });
      notifications.input({ kind: 'stream', event, id: message.id });
    } catch (error) {
      // A server of another make: what cannot be understood is left out.
      log.warn({ err: error, event: message.event }, 'an event is not as expected');
    }
    if (event.type === 'connected') askInBackground();
  }

  const asking = setInterval(() => {
    if (isUp) askInBackground();
  }, askEveryMs);
  const followed = followStream({
    url,
    onMessage,
    onLost(reason) {
      log.warn({ reason }, 'the stream is lost');
      setLink(false);
    },
  });
  return {
    close() {
      clearInterval(asking);
      followed.close();
    },
  };
}
