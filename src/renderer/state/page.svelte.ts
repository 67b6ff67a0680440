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
  /** Place of the VM that the address leads to on the dashboard ("#vm-2"); null: it leads to none. */
  readonly vmInView: number | null;
  /** @returns how to stop */
  readonly start: () => () => void;
}

export function createPager(): Pager {
  let hash = $state(location.hash);
  const look = (): void => {
    hash = location.hash;
  };
  return {
    get page() {
      return pageOf(hash);
    },
    get vmInView() {
      return vmIn(hash);
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

function vmIn(hash: string): number | null {
  const digits = /^#vm-(\d{1,4})$/.exec(hash)?.[1];
  return digits === undefined ? null : Number(digits);
}

export function goTo(page: PageName): void {
  location.hash = hashOf[page];
}
