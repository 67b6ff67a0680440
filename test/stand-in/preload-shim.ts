/** Runs in the page, so it may use nothing from outside of itself. */
function shim(
  run: (require: (name: string) => unknown, module: object, process: object) => void,
  platform: string,
): void {
  const page = globalThis as unknown as Record<string, unknown>;
  // The preload belongs to the topmost frame only.
  if (page['top'] !== page) return;
  const listeners = new Map<string, Set<(...parameters: unknown[]) => void>>();
  const listenersOf = (channel: string): Set<(...parameters: unknown[]) => void> => {
    const known = listeners.get(channel) ?? new Set();
    listeners.set(channel, known);
    return known;
  };
  const invoke = page['standInInvoke'] as (channel: string, parameters: unknown[]) => Promise<unknown>;
  page['standIn'] = {
    deliver(channel: string, values: unknown[]) {
      for (const listener of listenersOf(channel)) listener({}, ...values);
    },
  };
  const electron = {
    contextBridge: {
      exposeInMainWorld(name: string, api: unknown) {
        Object.defineProperty(page, name, { value: api });
      },
    },
    ipcRenderer: {
      invoke: (channel: string, ...parameters: unknown[]) => invoke(channel, parameters),
      on: (channel: string, listener: (...parameters: unknown[]) => void) =>
        listenersOf(channel).add(listener),
      off: (channel: string, listener: (...parameters: unknown[]) => void) =>
        listenersOf(channel).delete(listener),
    },
  };
  run(
    (name) => {
      if (name !== 'electron') throw new Error(`A sandboxed preload cannot have ${name}.`);
      return electron;
    },
    { exports: {} },
    { platform },
  );
}

/** The built preload, wrapped for a page of plain Chromium. */
export function preloadScript(code: string): string {
  return `(${shim.toString()})(function (require, module, process) {\n${code}\n}, ${JSON.stringify(process.platform)});`;
}
