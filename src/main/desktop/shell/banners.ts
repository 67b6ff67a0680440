import { Notification } from '#electron';
import type { CallResult } from '../../../shared/ipc.ts';
import type { Logger } from '../../engine/common/app-log.ts';
import type { BannerTarget, NotifyAction } from '../notify/index.ts';

type Banner = Extract<NotifyAction, { kind: 'show' }>;

export interface BannerEvents {
  readonly onClick: (key: string, target: BannerTarget) => void;
  readonly onClose: (key: string) => void;
  readonly onFailure: (key: string, reason: string) => void;
}

export interface Banners {
  show(banner: Banner): void;
  withdraw(key: string): void;
}

/** The system does not always tell that a banner has gone: what is older, or more, is forgotten. */
const most = 50;
const longestMs = 24 * 3_600_000;

/** Shows banners by the system's own means. */
export function createBanners({ onClick, onClose, onFailure }: BannerEvents, log: Logger): Banners {
  // Held here, since a notification that is collected as garbage loses its click.
  const shown = new Map<string, { readonly notification: Notification; readonly atMs: number }>();

  function forgetOld(nowMs: number): void {
    for (const [key, { atMs }] of shown) {
      if (shown.size < most && nowMs - atMs < longestMs) return;
      shown.delete(key);
      onClose(key);
    }
  }

  return {
    show({ key, title, body, urgency, target }) {
      forgetOld(performance.now());
      const notification = new Notification({ title, body: bodyText(body), urgency });
      shown.set(key, { notification, atMs: performance.now() });
      notification.on('click', () => {
        shown.delete(key);
        onClick(key, target);
      });
      notification.on('close', () => {
        if (shown.delete(key)) onClose(key);
      });
      notification.on('failed', (_event, reason) => {
        log.warn({ key, reason }, 'the system has refused a notification');
        if (shown.delete(key)) onFailure(key, reason);
      });
      notification.show();
    },
    withdraw(key) {
      const banner = shown.get(key);
      shown.delete(key);
      banner?.notification.close();
    },
  };
}

/** A system that shows a banner says so within milliseconds. */
const shownWithinMs = 5_000;

/** Shows a banner whatever the settings say. Returns why the system does not show it, as far as it tells. */
export async function showTestBanner(): Promise<CallResult> {
  if (!Notification.isSupported())
    return { ok: false, reason: 'This system has no service for notifications.' };
  const { promise, resolve } = Promise.withResolvers<CallResult>();
  const body = bodyText('This is a test: BenchTray can notify you on this computer.');
  const notification = new Notification({ title: 'BenchTray', body });
  notification.on('show', () => resolve({ ok: true }));
  notification.on('failed', (_event, reason) => {
    resolve({ ok: false, reason: `The system refused the notification: ${reason}` });
  });
  const timer = setTimeout(() => {
    const reason =
      'The system did not show the notification. Allow notifications of BenchTray in its settings.';
    resolve({ ok: false, reason });
  }, shownWithinMs);
  notification.show();
  const result = await promise;
  clearTimeout(timer);
  return result;
}

/** On Linux the body is read as markup (Desktop Notifications Specification, "Markup"); elsewhere it is plain. */
export function bodyText(text: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'linux') return text;
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
