/** Brings what a notification was about before the eyes of whoever clicked it. */
import type { ShowTarget } from '../../../shared/ipc.ts';

/** A window that was just opened has nothing to show yet: so long it is waited for. */
const waitMs = 5000;

/** @returns a function that gives up the search */
export function showTarget(target: ShowTarget): () => void {
  if (reveal(elementOf(target))) return () => undefined;
  const observer = new MutationObserver(() => {
    if (reveal(elementOf(target))) stop();
  });
  // What cannot be found may have been filtered away, or belong to an older run: its VM is the next best.
  const timer = setTimeout(() => {
    stop();
    reveal(vmElement(target.vm));
  }, waitMs);
  const stop = (): void => {
    clearTimeout(timer);
    observer.disconnect();
  };
  observer.observe(document.body, { childList: true, subtree: true });
  return stop;
}

function elementOf(target: ShowTarget): HTMLElement | null {
  const vm = vmElement(target.vm);
  switch (target.kind) {
    case 'list':
      return vm;
    case 'task':
      return named(vm, 'tr', 'task', target.taskId);
    case 'error':
      return named(vm, 'li', 'code', target.code);
  }
}

/** Returns whether the page shows everything about a VM. */
export const isVmShown = (vm: string): boolean => vmElement(vm) !== null;

function vmElement(vm: string | null): HTMLElement | null {
  const main = document.querySelector('main');
  return vm === null ? main : named(main, 'section', 'vm', vm);
}

/** The first element with this text in `data-<name>`: compared, since no text of a log belongs into a selector. */
function named(within: HTMLElement | null, element: string, name: string, text: string): HTMLElement | null {
  const candidates = [...(within?.querySelectorAll<HTMLElement>(`${element}[data-${name}]`) ?? [])];
  return candidates.find((candidate) => candidate.dataset[name] === text) ?? null;
}

function reveal(element: HTMLElement | null): boolean {
  if (element === null) return false;
  for (const before of document.querySelectorAll('[data-shown]')) before.removeAttribute('data-shown');
  element.setAttribute('data-shown', '');
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: element.matches('main, section') ? 'start' : 'center' });
  return true;
}
