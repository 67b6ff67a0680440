import type { Logger } from '../../engine/common/app-log.ts';
import { followStream, streamEventOf, type StreamMessage } from '../../engine/client/index.ts';
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

/** Passes everything that the stream says to the tray and to the notifications. */
export function feedFromStream(options: StreamFeedOptions): { close(): void } {
  const { serverUrl, tray, notifications, log } = options;
  const url = new URL('/api/benchmark-sse?vm=*&error_event=problem', serverUrl);
  if (options.sinceEventId !== null) url.searchParams.set('lastEventId', options.sinceEventId);
  let isUp = false;

  function setLink(up: boolean): void {
    if (isUp === up) return;
    isUp = up;
    tray.input({ kind: 'link', up });
    notifications.input({ kind: 'link', up });
  }

  function onMessage(message: StreamMessage): void {
    setLink(true);
    const event = streamEventOf(message);
    try {
      tray.input({ kind: 'stream', event });
      notifications.input({ kind: 'stream', event, id: message.id });
    } catch (error) {
      // A server of another version may send a payload that this one does not know.
      log.warn({ err: error, event: message.event }, 'an event is not as expected');
    }
  }

  return followStream({
    url,
    onMessage,
    onLost(reason) {
      log.warn({ reason }, 'the stream is lost');
      setLink(false);
    },
  });
}
