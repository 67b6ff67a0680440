/**
 * All that the page and the main process say to each other. What the page asks stands in one map of schemas: the main process
 * checks every message against them, and both sides take their types from them. Everything else the page reads from the event stream.
 */
import { z } from 'zod';
import { exportFormats, type ExportFormat } from './export-name.ts';

const name = z.string().min(1).max(500);
/** A report of the doctor on some VMs is far below that. */
const longText = z.string().min(1).max(200_000);

/** What a click on a notification asks the page to show. */
export type ShowTarget =
  | { readonly kind: 'task'; readonly vm: string; readonly runId: string; readonly taskId: string }
  | { readonly kind: 'error'; readonly vm: string; readonly code: string }
  /** The VM, or everything where it is null. */
  | { readonly kind: 'list'; readonly vm: string | null };

/** Told to the page, by the main process alone. */
export type PageCommand =
  | { readonly kind: 'show'; readonly target: ShowTarget }
  | { readonly kind: 'page'; readonly page: 'doctor' }
  /** One sentence for the person, such as that the system shows no notifications. */
  | { readonly kind: 'notice'; readonly text: string };

const outcome = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), reason: z.string() }),
]);
/** `reason` is a sentence for the person. */
export type CallResult = z.infer<typeof outcome>;

/** Asked by the page. `request` are the arguments, `response` is what comes back. */
export const pageCalls = {
  /** Where the server is: "http://127.0.0.1:8765". */
  serverInfo: { request: z.tuple([]), response: z.object({ baseUrl: z.url() }) },
  /** Opens the screen of a VM, given by its name, in the person's browser. */
  openVnc: { request: z.tuple([name]), response: outcome },
  /** Opens the tasks, the report or the log of a run, given by its id, as a file in the person's browser. */
  openExport: { request: z.tuple([name, z.enum(exportFormats)]), response: outcome },
  /** Puts the address of the event stream on the clipboard. */
  copyEndpoint: { request: z.tuple([]), response: outcome },
  /** Puts a text that the page shows on the clipboard. */
  copyText: { request: z.tuple([longText]), response: outcome },
  /** What lets the page set up a VM; null where the server does not belong to this app. */
  setupCode: { request: z.tuple([]), response: z.object({ code: z.string().nullable() }) },
  /** Has the person choose the file of a private key; null: none was chosen. */
  chooseKeyFile: { request: z.tuple([]), response: z.object({ path: z.string().nullable() }) },
  /** Shows a notification, whatever the settings say, to see that the system lets the app. */
  testNotification: { request: z.tuple([]), response: outcome },
  /** Whether the app starts at login. `reason` says in a sentence why that cannot be had, or how it is done. */
  loginItem: {
    request: z.tuple([]),
    response: z.object({ state: z.enum(['on', 'off', 'unavailable']), reason: z.string().nullable() }),
  },
  setLoginItem: { request: z.tuple([z.boolean()]), response: outcome },
  /** From now on commands are listened to; those that waited come at once. */
  listening: { request: z.tuple([]), response: z.null() },
} as const;

export type PageCall = keyof typeof pageCalls;
export type CallRequest<Call extends PageCall> = z.infer<(typeof pageCalls)[Call]['request']>;
export type CallResponse<Call extends PageCall> = z.infer<(typeof pageCalls)[Call]['response']>;

/** Names of the channels. As types too, so that the bridge spells them right without carrying the schemas. */
export type CallChannel = `benchtray:${PageCall}`;
export type CommandChannel = 'benchtray:command';

/** What the page finds as `window.benchtray`; missing in a browser. */
export interface BenchTrayBridge {
  /** Node's name of the system: "linux", "darwin", "win32". */
  readonly platform: string;
  readonly version: string;
  readonly serverInfo: () => Promise<CallResponse<'serverInfo'>>;
  readonly openVnc: (vm: string) => Promise<CallResult>;
  readonly openExport: (runId: string, format: ExportFormat) => Promise<CallResult>;
  readonly copyEndpoint: () => Promise<CallResult>;
  readonly copyText: (text: string) => Promise<CallResult>;
  readonly setupCode: () => Promise<CallResponse<'setupCode'>>;
  readonly chooseKeyFile: () => Promise<CallResponse<'chooseKeyFile'>>;
  readonly testNotification: () => Promise<CallResult>;
  readonly loginItem: () => Promise<CallResponse<'loginItem'>>;
  readonly setLoginItem: (on: boolean) => Promise<CallResult>;
  /** @returns a function that ends it */
  readonly onCommand: (listener: (command: PageCommand) => void) => () => void;
}
