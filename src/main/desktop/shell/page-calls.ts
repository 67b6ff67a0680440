/** Messages from the page, each checked: who sends it, which it is, and whether it is made as the map in src/shared/ipc.ts says. */
import { ipcMain } from '#electron';
import type { Logger } from '../../engine/common/app-log.ts';
import {
  pageCalls,
  type CallChannel,
  type CallRequest,
  type CallResponse,
  type PageCall,
} from '../../../shared/ipc.ts';
import { isPage } from './security.ts';

export type PageCallHandlers = {
  readonly [Call in PageCall]: (
    ...request: CallRequest<Call>
  ) => CallResponse<Call> | Promise<CallResponse<Call>>;
};

/** What is known of a sender. */
export interface Sender {
  /** Of Electron's WebContents. */
  readonly sender: object;
  /** Null where the frame has gone in the meantime. */
  readonly senderFrame: { readonly url: string; readonly parent: object | null } | null;
}

/** @param isOurWindow whether these web contents are those of our own window */
export function answerPageCalls(
  handlers: PageCallHandlers,
  isOurWindow: (contents: object) => boolean,
  log: Logger,
): void {
  for (const call of Object.keys(pageCalls) as PageCall[]) answerOne(call, handlers, isOurWindow, log);
}

function answerOne(
  call: PageCall,
  handlers: PageCallHandlers,
  isOurWindow: (contents: object) => boolean,
  log: Logger,
): void {
  const channel: CallChannel = `benchtray:${call}`;
  const { request, response } = pageCalls[call];
  // Checked to be of this call, which the types of a whole map cannot tell.
  const handler = handlers[call] as (...parameters: unknown[]) => unknown;
  ipcMain.handle(channel, async (event, ...parameters: unknown[]) => {
    if (!isOurPage(event, isOurWindow)) {
      log.warn({ channel, url: event.senderFrame?.url }, 'a message from a foreign frame was refused');
      throw new Error('Refused.');
    }
    const parsed = request.safeParse(parameters);
    if (!parsed.success) {
      log.warn({ channel, issues: parsed.error.issues }, 'a malformed message was refused');
      throw new Error('Malformed.');
    }
    return response.parse(await handler(...parsed.data));
  });
}

/** Only the topmost frame of our own window, and only while our own page is in it. */
export function isOurPage(
  { sender, senderFrame }: Sender,
  isOurWindow: (contents: object) => boolean,
): boolean {
  return (
    senderFrame !== null && senderFrame.parent === null && isPage(senderFrame.url) && isOurWindow(sender)
  );
}
