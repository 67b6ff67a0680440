import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { expect, it } from 'vitest';
import { until } from '../../support/wait.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const hasElectron = existsSync(join(root, 'node_modules', 'electron', 'path.txt'));
const hasDisplay =
  process.platform !== 'linux' ||
  ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => (process.env[name] ?? '') !== '');
const missing = hasElectron
  ? 'there is no display'
  : "Electron's program has not been fetched (npx install-electron)";

/** What the stand-in cannot show: the page's own scheme, its policy and the bridge, in Electron itself. */
it.skipIf(!hasElectron || !hasDisplay)(
  `runs on the real Electron${hasElectron && hasDisplay ? '' : `, NOT TRIED: ${missing}`}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'benchtray-electron-'));
    const electron = await _electron.launch({
      args: [root, '--demo', '--port', '0', '--speed', '20'],
      env: { ...process.env, BENCHTRAY_DATA_DIR: join(folder, 'data'), BENCHTRAY_CONFIG: '' },
    });
    try {
      const problems: string[] = [];
      const page = await electron.firstWindow();
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      await until(() => page.getByText('demo-vm').first().isVisible(), 'the VM in the window');
      expect(page.url()).toBe('benchtray://app/');
      const inPage = await page.evaluate(() => ({
        bridge: Object.keys(Reflect.get(globalThis, 'benchtray') as object).sort(),
        hasNode: 'require' in globalThis || 'process' in globalThis,
      }));
      expect(inPage.hasNode).toBe(false);
      expect(inPage.bridge).toEqual([
        'chooseKeyFile',
        'copyEndpoint',
        'copyText',
        'onCommand',
        'openExport',
        'openVnc',
        'platform',
        'serverInfo',
        'setupCode',
        'version',
      ]);
      expect(problems).toEqual([]);
    } finally {
      await electron.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    }
  },
);
