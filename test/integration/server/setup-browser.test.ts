/** What pages of strangers can do about setting up a VM, in a real browser. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draft, openTestSetup, type TestSetup } from '../../support/set-up.ts';
import { chromiumPath } from '../../support/tools.ts';
import { launchRebound, startStranger, type Stranger } from './stranger.ts';
import { startTestServer, type TestServer } from './support.ts';

describe.skipIf(chromiumPath === null)('in Chromium', () => {
  let browser: Browser;
  let running: TestServer;
  let setup: TestSetup;
  let stranger: Stranger;
  beforeAll(async () => {
    setup = openTestSetup();
    stranger = await startStranger();
    running = await startTestServer({ setup });
    browser = await launchRebound();
  });
  afterAll(async () => {
    await browser.close();
    stranger.close();
    await running.stop();
    setup.remove();
  });

  /** Tries everything that scripts can. @returns what came back of each attempt */
  const attack = (tab: Page): Promise<readonly string[]> =>
    tab.evaluate(
      async ({ base, body, code }) => {
        const asText = async (asked: Promise<Response>): Promise<string> => {
          try {
            return await (await asked).text();
          } catch {
            return 'refused';
          }
        };
        const url = `${base}/api/setup/vms`;
        const json = { 'Content-Type': 'application/json', 'X-BenchTray-Setup': code };
        const results = [
          // With the right code, too: it has to be asked for first, and that is refused.
          await asText(fetch(url, { method: 'POST', headers: json, body })),
          await asText(fetch(url, { method: 'POST', headers: json, body, mode: 'no-cors' })),
          await asText(fetch(url, { method: 'POST', body, mode: 'no-cors' })),
          await asText(fetch(`${base}/api/setup`, { headers: { 'X-BenchTray-Setup': code } })),
          await asText(fetch(`${base}/api/setup`)),
        ];
        return results;
      },
      { base: running.server.url, body: JSON.stringify(draft), code: setup.code.text },
    );

  /** What needs no answer: a form of JSON in disguise, in a tab of its own, and a beacon. */
  const attackBlindly = (tab: Page): Promise<unknown> => {
    const url = JSON.stringify(`${running.server.url}/api/setup/vms`);
    const body = JSON.stringify(JSON.stringify(draft));
    return tab.evaluate(`(() => {
      const form = document.createElement('form');
      Object.assign(form, { action: ${url}, method: 'POST', enctype: 'text/plain', target: '_blank' });
      const field = document.createElement('input');
      Object.assign(field, { name: ${body}.slice(0, -1) + ',"x":"', value: '"}' });
      form.append(field);
      document.body.append(form);
      form.submit();
      navigator.sendBeacon(${url}, new Blob([${body}], { type: 'text/plain' }));
    })()`);
  };

  it('a page of another origin changes nothing, and learns nothing, though it knew the code', async () => {
    const context = await browser.newContext();
    const tab = await context.newPage();
    await tab.goto(`http://localhost:${stranger.port}/`);
    const opened = context.waitForEvent('page');
    for (const answer of await attack(tab)) expect(['', 'refused']).toContain(answer);
    await attackBlindly(tab);
    // The form leads its own tab to the refusal.
    const answered = await opened;
    await answered.waitForLoadState();
    expect(await answered.content()).toContain('may not read this');
    expect(setup.configText()).toBeNull();
    await context.close();
  });

  it('a name that was made to lead here changes nothing', async () => {
    const context = await browser.newContext();
    const tab = await context.newPage();
    await tab.goto(`http://rebound.example:${running.server.port}/`);
    const status = await tab.evaluate(
      async ({ body, code }) => {
        const headers = { 'Content-Type': 'application/json', 'X-BenchTray-Setup': code };
        return (await fetch('/api/setup/vms', { method: 'POST', headers, body })).status;
      },
      { body: JSON.stringify(draft), code: setup.code.text },
    );
    expect(status).toBe(421);
    expect(setup.configText()).toBeNull();
    await context.close();
  });
});
