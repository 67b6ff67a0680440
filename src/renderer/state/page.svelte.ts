/** Which page within the page is shown: what stands behind `#/` in the address. Other fragments are places on the dashboard. */
import type { PageName } from '../../shared/ipc.ts';

/** Where a link to a page leads. */
export const hashOf: Readonly<Record<PageName, string>> = {
  dashboard: '#/',
  setup: '#/setup',
  doctor: '#/doctor',
};

export interface Pager {
  readonly page: PageName;
  /** @returns how to stop */
  readonly start: () => () => void;
}

export function createPager(): Pager {
  let page = $state(pageOf(location.hash));
  const look = (): void => {
    page = pageOf(location.hash);
  };
  return {
    get page() {
      return page;
    },
    start() {
      window.addEventListener('hashchange', look);
      return () => window.removeEventListener('hashchange', look);
    },
  };
}

export function pageOf(hash: string): PageName {
  switch (hash) {
    case hashOf.setup:
      return 'setup';
    case hashOf.doctor:
      return 'doctor';
    default:
      return 'dashboard';
  }
}

export function goTo(page: PageName): void {
  location.hash = hashOf[page];
}
