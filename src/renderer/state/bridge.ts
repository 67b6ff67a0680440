/** The desktop app around the page; in a browser there is none, and the page is on its own. */
import type { BenchTrayBridge } from '../../shared/ipc.ts';

export const bridge: BenchTrayBridge | null =
  (window as { readonly benchtray?: BenchTrayBridge }).benchtray ?? null;

/** Where the server is: where the page came from, or where the app says. */
export async function serverBase(): Promise<URL> {
  return new URL(bridge === null ? location.origin : (await bridge.serverInfo()).baseUrl);
}
