/** The page that is shown: the address of the browser as a route, and how to get to another. */
import { tick } from 'svelte';
import { hashOf, pageKey } from './hash.ts';
import { parseRoute } from './parse-route.ts';
import type { Route } from './route.ts';

export interface Router {
  readonly route: Route;
  /** Returns how to stop. */
  readonly start: () => () => void;
}

/** @param onPage called once another page is drawn; not for the first, nor for a change within a page */
export function createRouter(onPage: (route: Route) => void): Router {
  let route = $state.raw(parseRoute(location.hash));
  /** How far each visited page was scrolled, by its entry in the browser's history. */
  const scrolled: Record<string, number | undefined> = {};
  let entry = '';

  async function look(): Promise<void> {
    scrolled[entry] = window.scrollY;
    entry = currentEntry();
    const next = parseRoute(location.hash);
    const isOtherPage = pageKey(next) !== pageKey(route);
    route = next;
    await tick();
    const isPlace = next.page === 'now' && next.place !== null;
    if (!isOtherPage && !isPlace) return;
    onPage(next);
    // The browser would scroll before the page is drawn.
    if (!isPlace) window.scrollTo(0, scrolled[entry] ?? 0);
  }

  return {
    get route() {
      return route;
    },
    start() {
      history.scrollRestoration = 'manual';
      entry = currentEntry();
      const onHashChange = (): void => {
        look().catch(reportError);
      };
      window.addEventListener('hashchange', onHashChange);
      return () => window.removeEventListener('hashchange', onHashChange);
    },
  };
}

/** Returns a name for the current entry of the browser's history, which it keeps. */
function currentEntry(): string {
  const state = history.state as { readonly entry?: unknown } | null;
  if (typeof state?.entry === 'string') return state.entry;
  const entry = String(Math.random());
  history.replaceState({ entry }, '');
  return entry;
}

export function goTo(route: Route): void {
  location.hash = hashOf(route);
}

/** Changes the address without a new history entry: otherwise each letter of a search would be one. */
export function replaceRoute(route: Route): void {
  history.replaceState(history.state, '', hashOf(route));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}
