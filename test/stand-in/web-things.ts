/** What stands between the page and the program: messages, the page's scheme, permissions and the filter of requests. */
type IpcMain = Pick<Electron.IpcMain, 'handle'>;
type Protocol = Pick<Electron.Protocol, 'handle' | 'registerSchemesAsPrivileged'>;
type Session = Pick<
  Electron.Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
> & { readonly webRequest: Pick<Electron.WebRequest, 'onBeforeRequest'> };

type CallHandler = (event: Electron.IpcMainInvokeEvent, ...parameters: unknown[]) => unknown;
type PageHandler = (request: Request) => Response | Promise<Response>;
type Filter = (
  details: Electron.OnBeforeRequestListenerDetails,
  decide: (answer: Electron.CallbackResponse) => void,
) => void;

const callHandlers = new Map<string, CallHandler>();
const pageHandlers = new Map<string, PageHandler>();
let filter: Filter | null = null;

export const ipcMain = {
  handle(channel: string, handler: CallHandler) {
    if (callHandlers.has(channel)) throw new Error(`A second handler for ${channel}.`);
    callHandlers.set(channel, handler);
  },
} satisfies IpcMain;

export const protocol = {
  registerSchemesAsPrivileged: (_schemes: Electron.CustomScheme[]) => undefined,
  handle: (scheme: string, handler: PageHandler) => void pageHandlers.set(scheme, handler),
} satisfies Protocol;

const onBeforeRequest: Electron.WebRequest['onBeforeRequest'] = (...parameters: unknown[]) => {
  filter = parameters.at(-1) as Filter | null;
};
const setPermissionRequestHandler: Electron.Session['setPermissionRequestHandler'] = () => undefined;
const setPermissionCheckHandler: Electron.Session['setPermissionCheckHandler'] = () => undefined;
const setDevicePermissionHandler: Electron.Session['setDevicePermissionHandler'] = () => undefined;

const defaultSession = {
  setPermissionRequestHandler,
  setPermissionCheckHandler,
  setDevicePermissionHandler,
  webRequest: { onBeforeRequest },
} satisfies Session;

export const session = { defaultSession };

/** A message from a frame, as the program gets it. */
export function callMain(
  channel: string,
  parameters: readonly unknown[],
  sender: object,
  senderFrame: { readonly url: string; readonly parent: object | null },
): Promise<unknown> {
  const handler = callHandlers.get(channel);
  if (handler === undefined) return Promise.reject(new Error(`No handler for ${channel}.`));
  return Promise.resolve(
    handler({ sender, senderFrame } as unknown as Electron.IpcMainInvokeEvent, ...parameters),
  );
}

/** Whether the program lets this be asked for. */
export function mayAskFor(url: string): Promise<boolean> {
  const ask = filter;
  if (ask === null) return Promise.resolve(true);
  return new Promise((resolve) => {
    ask({ url } as Electron.OnBeforeRequestListenerDetails, ({ cancel }) => resolve(cancel !== true));
  });
}

/** The answer of the program's own scheme. */
export async function askScheme(url: string, method: string): Promise<Response> {
  const handler = pageHandlers.get(new URL(url).protocol.slice(0, -1));
  return handler === undefined ? new Response(null, { status: 404 }) : handler(new Request(url, { method }));
}
