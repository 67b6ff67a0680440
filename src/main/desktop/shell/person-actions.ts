import { clipboard, shell } from '#electron';
import type { Logger } from '../../engine/common/app-log.ts';
import type { StatusPayload } from '../../../shared/stream.ts';
import { exportPath, type ExportFormat } from '../../../shared/export-name.ts';
import type { CallResult } from '../../../shared/ipc.ts';
import { vncAddress } from './vnc-address.ts';

/** What a person can have done from the menu and from the page alike. */
export interface PersonActions {
  readonly openVnc: (vm: string) => Promise<CallResult>;
  readonly openExport: (runId: string, format: ExportFormat) => Promise<CallResult>;
  readonly copyEndpoint: () => Promise<CallResult>;
  readonly copyText: (text: string) => Promise<CallResult>;
}

export interface PersonActionsOptions {
  readonly statusOf: (vm: string) => StatusPayload | undefined;
  readonly serverUrl: string;
  readonly log: Logger;
}

export function createPersonActions({ statusOf, serverUrl, log }: PersonActionsOptions): PersonActions {
  async function attempt(what: string, action: () => Promise<void>): Promise<CallResult> {
    try {
      await action();
      return { ok: true };
    } catch (error) {
      log.warn({ err: error }, what);
      return { ok: false, reason: `${what}.` };
    }
  }

  return {
    async openVnc(vm) {
      const url = vncAddress(statusOf(vm));
      if (url === null) return { ok: false, reason: `The screen of ${vm} has no address yet.` };
      return attempt(`The screen of ${vm} could not be opened`, () => shell.openExternal(url.href));
    },
    openExport(runId, format) {
      const url = new URL(exportPath(runId, format), serverUrl);
      return attempt('The file could not be opened', () => shell.openExternal(url.href));
    },
    copyEndpoint() {
      const url = new URL('/api/benchmark-sse', serverUrl);
      // The name that its users know it by.
      url.hostname = 'localhost';
      return attempt('The address could not be copied', () => clipboard.writeText(url.href));
    },
    copyText: (text) => attempt('The text could not be copied', () => clipboard.writeText(text)),
  };
}
