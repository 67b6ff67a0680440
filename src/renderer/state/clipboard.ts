import { bridge } from './bridge.ts';

/** By the app where there is one. @returns whether it worked */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (bridge !== null) return (await bridge.copyText(text)).ok;
    // Browsers have it only for pages of this machine or over TLS.
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
