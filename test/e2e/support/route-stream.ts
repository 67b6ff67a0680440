import type { Page, Route } from '@playwright/test';

/** Answers the page's stream in place of the server. The page opens it by itself: Playwright does not see what a shared worker asks for. */
export async function routeStream(page: Page, answer: (route: Route) => unknown): Promise<void> {
  await page.addInitScript('delete globalThis.SharedWorker');
  await page.route('**/api/benchmark-sse*', answer);
}

/** Lets the page hear of a stream only that it is open, until `release` is called. */
export async function holdSnapshots(page: Page): Promise<{ release(): Promise<void> }> {
  await page.addInitScript(`
    delete globalThis.SharedWorker;
    const add = EventSource.prototype.addEventListener;
    let held = [];
    globalThis.releaseSnapshots = () => {
      for (const hear of held) hear();
      held = null;
    };
    EventSource.prototype.addEventListener = function (name, listener) {
      add.call(this, name, (event) => {
        if (held === null || name === 'connected') listener(event);
        else held.push(() => listener(event));
      });
    };
  `);
  return { release: () => page.evaluate('releaseSnapshots()') };
}
