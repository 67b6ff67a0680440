import { expect, it, vi } from 'vitest';
import { isOurPage } from '../../../src/main/desktop/shell/page-calls.ts';
import { answerPage } from '../../../src/main/desktop/shell/page-files.ts';
import { isPage, security } from '../../../src/main/desktop/shell/security.ts';

// Nothing here touches Electron, but the modules name it.
vi.mock('#electron', () => ({}));

const server = 'http://127.0.0.1:8765';

it('gives the page no way around the bridge', () => {
  expect(security.webPreferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    spellcheck: false,
  });
});

it('makes the scheme an origin that keeps its own rules', () => {
  expect(security.scheme.privileges).toEqual({
    standard: true,
    secure: true,
    supportFetchAPI: true,
    codeCache: true,
  });
});

it.each([
  ['benchtray://app/', true],
  ['benchtray://app/assets/index.js', true],
  ['benchtray://app.evil.example/', false],
  ['benchtray://evil/', false],
  ['benchtray://user@app/', false],
  ['benchtray:app/', false],
  ['http://app/', false],
  ['about:blank', false],
  ['', false],
])('takes %j for its own page: %j', (url, expected) => {
  expect(isPage(url)).toBe(expected);
});

it.each([
  ['benchtray://app/', true],
  [`${server}/api/benchmark-sse?vm=*`, true],
  ['data:,', true],
  ['http://127.0.0.1:8766/', false],
  ['http://localhost:8765/', false],
  ['https://127.0.0.1:8765/', false],
  ['http://127.0.0.1:8765.evil.example/', false],
  ['https://redirector.gvt1.com/edgedl/chrome/dict/en-us-10-1.bdic', false],
  ['file:///etc/passwd', false],
  ['devtools://devtools/bundled/inspector.html', false],
  ['no address', false],
])('lets %s be asked for: %j', (url, expected) => {
  expect(security.allowsRequest(url, server, true)).toBe(expected);
});

it('allows the tools of developers only to developers', () => {
  expect(security.allowsRequest('devtools://devtools/bundled/inspector.html', server, false)).toBe(true);
});

it.each([
  [{ url: 'benchtray://app/', parent: null }, true, true],
  [{ url: 'benchtray://app/', parent: {} }, true, false],
  [{ url: 'https://evil.example/', parent: null }, true, false],
  [{ url: 'benchtray://app/', parent: null }, false, false],
  [null, true, false],
])('hears a frame %j (of our window: %j): %j', (senderFrame, isOurs, expected) => {
  expect(isOurPage({ sender: {}, senderFrame }, () => isOurs)).toBe(expected);
});

const files = new Map([['/index.html', import.meta.filename]]);
const ask = (url: string, method = 'GET') => answerPage({ url, method }, files, server);

it('serves what was built, with a policy that names the one server', async () => {
  const page = await ask('benchtray://app/');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('serves what was built');
  const policy = page.headers.get('Content-Security-Policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`connect-src 'self' ${server};`);
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toContain('unsafe');
  expect(page.headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(page.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
});

it.each([
  ['benchtray://app/absent.js', 'GET', 404],
  ['benchtray://app/../../../etc/passwd', 'GET', 404],
  ['benchtray://app/%2e%2e/package.json', 'GET', 404],
  ['benchtray://other/', 'GET', 404],
  ['benchtray://app/', 'POST', 405],
  ['benchtray://app/', 'HEAD', 200],
])('answers %s by %s with %d', async (url, method, status) => {
  expect((await ask(url, method)).status).toBe(status);
});
