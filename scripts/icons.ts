/**
 * `node scripts/icons.ts [--sheet <file.png>]`: draws build/svg/ with Chromium and writes the icons that the app and its
 * installers carry. They are part of the repository, so only who changes a drawing runs this. With --sheet it also paints
 * all tray icons, enlarged, on dark and on light, to be looked at.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { findChromium } from '../test/support/tools.ts';
import { ico, type Picture } from './icon-files.ts';

const build = join(import.meta.dirname, '..', 'build');
const trayNames = readdirSync(join(build, 'svg', 'tray')).map((file) => basename(file, '.svg'));

/** Sizes of the notification area at 100, 125, 150, 200 and 300 % (learn.microsoft.com/windows/apps/design/style/iconography). */
const windowsTraySizesPx = [16, 20, 24, 32, 48];
const windowsAppSizesPx = [16, 24, 32, 48, 64, 128, 256];
const linuxTraySizesPx = [22, 32, 48];
const linuxAppSizesPx = [16, 22, 24, 32, 48, 64, 128, 256, 512];
const macAppSizePx = 1024;
/** Apple's grid leaves this much of an app icon empty on each side (developer.apple.com/design/resources: 824 of 1024). */
const macAppMargin = 100 / 1024;

/** Where nothing is wrong there is no colour; the shape alone tells the states apart. */
const backgrounds = {
  'on-dark': { ink: '#ffffff', attention: '#ffc145', trouble: '#ff7b72' },
  'on-light': { ink: '#1f1f1f', attention: '#8a5300', trouble: '#b3261e' },
} as const;
type Background = keyof typeof backgrounds;

function inkOf(name: string, background: Background): string {
  const inks = backgrounds[background];
  return name === 'attention' || name === 'trouble' ? inks[name] : inks.ink;
}

/** Runs in the browser, whose types this side does not have. */
const drawInBrowser = `async ({ svg, sizePx, margin }) => {
  const image = new Image();
  image.src = 'data:image/svg+xml,' + encodeURIComponent(svg);
  await image.decode();
  const canvas = new OffscreenCanvas(sizePx, sizePx);
  const context = canvas.getContext('2d');
  context.drawImage(image, margin * sizePx, margin * sizePx, sizePx * (1 - 2 * margin), sizePx * (1 - 2 * margin));
  const png = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
  return { png: png.toBase64(), rgba: new Uint8Array(context.getImageData(0, 0, sizePx, sizePx).data.buffer).toBase64() };
}`;

/** `margin`: empty border on each side, as a part of the whole. */
async function draw(
  page: Page,
  file: string,
  sizePx: number,
  { ink = '#000000', margin = 0 } = {},
): Promise<Picture> {
  const source = readFileSync(join(build, 'svg', file), 'utf8');
  // Without a size of its own the browser would draw it at another one and scale that.
  const svg = source
    .replace('<svg ', `<svg width="${sizePx}" height="${sizePx}" `)
    .replaceAll('currentColor', ink);
  const { png, rgba } = await page.evaluate<{ png: string; rgba: string }>(
    `(${drawInBrowser})(${JSON.stringify({ svg, sizePx, margin })})`,
  );
  return { sizePx, png: Buffer.from(png, 'base64'), rgba: Buffer.from(rgba, 'base64') };
}

function write(path: string, content: Buffer): void {
  const file = join(build, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

async function writeTrayIcons(page: Page): Promise<void> {
  for (const name of trayNames) {
    const svg = `tray/${name}.svg`;
    write(`tray/mac/${name}Template.png`, (await draw(page, svg, 16)).png);
    write(`tray/mac/${name}Template@2x.png`, (await draw(page, svg, 32)).png);
    for (const background of Object.keys(backgrounds) as Background[]) {
      const ink = inkOf(name, background);
      const pictures: Picture[] = [];
      for (const sizePx of windowsTraySizesPx) pictures.push(await draw(page, svg, sizePx, { ink }));
      write(`tray/windows/${name}-${background}.ico`, ico(pictures));
      for (const sizePx of linuxTraySizesPx) {
        write(`tray/linux/${name}-${background}-${sizePx}.png`, (await draw(page, svg, sizePx, { ink })).png);
      }
    }
  }
}

async function writeAppIcons(page: Page): Promise<void> {
  write('icon.png', (await draw(page, 'app.svg', macAppSizePx, { margin: macAppMargin })).png);
  const windows: Picture[] = [];
  for (const sizePx of windowsAppSizesPx) windows.push(await draw(page, 'app.svg', sizePx));
  write('icon.ico', ico(windows));
  for (const sizePx of linuxAppSizesPx) {
    write(`icons/${sizePx}x${sizePx}.png`, (await draw(page, 'app.svg', sizePx)).png);
  }
}

/** Every tray icon as it looks at 16, 22 and 32 pixels, four times as large, and the same without colour. */
async function paintSheet(page: Page, file: string): Promise<void> {
  let rows = '';
  for (const [background, paper] of [
    ['on-dark', '#202020'],
    ['on-light', '#f3f3f3'],
  ] as const) {
    for (const sizePx of [16, 22, 32]) {
      for (const ink of [null, backgrounds[background].ink]) {
        let cells = '';
        for (const name of trayNames) {
          const picture = await draw(page, `tray/${name}.svg`, sizePx, {
            ink: ink ?? inkOf(name, background),
          });
          cells += `<img width="${sizePx * 4}" src="data:image/png;base64,${picture.png.toString('base64')}">`;
        }
        rows += `<div style="background: ${paper}">${cells}</div>`;
      }
    }
  }
  await page.setContent(
    `<style>body { margin: 0 } div { padding: 12px } img { image-rendering: pixelated; margin-right: 24px }</style>${rows}`,
  );
  await page.screenshot({ path: file, fullPage: true });
}

const { values } = parseArgs({ options: { sheet: { type: 'string' } } });
const executablePath = findChromium();
const browser = await chromium.launch({
  ...(executablePath === null ? {} : { executablePath }),
  // Chromium's sandbox does not work for root; it only ever sees our own drawings here.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  rmSync(join(build, 'tray'), { recursive: true, force: true });
  rmSync(join(build, 'icons'), { recursive: true, force: true });
  await writeTrayIcons(page);
  await writeAppIcons(page);
  if (values.sheet !== undefined) await paintSheet(page, values.sheet);
} finally {
  await browser.close();
}
