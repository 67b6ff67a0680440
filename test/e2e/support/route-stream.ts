import type { Page, Route } from '@playwright/test';

/** Answers the page's stream in place of the server. The page opens it by itself: Playwright does not see what a shared worker asks for. */
export async function routeStream(page: Page, answer: (route: Route) => unknown): Promise<void> {
  await page.addInitScript('delete globalThis.SharedWorker');
  await page.route('**/api/benchmark-sse*', answer);
}
