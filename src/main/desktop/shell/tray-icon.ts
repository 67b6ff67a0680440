import { Menu, nativeTheme, Tray } from '#electron';
import type { TrayAction, TrayIcon, TrayMenuItem, TrayView } from '../tray/index.ts';

export interface TrayIconOptions {
  readonly imageOf: (icon: TrayIcon) => Electron.NativeImage;
  readonly onClick: () => void;
  readonly onAction: (action: TrayAction) => void;
}

export interface ShownTray {
  /** The only way to change anything of it. */
  render(view: TrayView): void;
}

/** Shows the icon. Whoever gets it has to hold it: an icon that is collected as garbage vanishes. */
export function showTrayIcon(first: TrayView, { imageOf, onClick, onAction }: TrayIconOptions): ShownTray {
  let view = first;
  let image = imageOf(first.icon);
  const tray = new Tray(image);
  let menu = buildMenu(first.menu, onAction);
  let shown = { tooltip: '', title: '', menu: '' };

  function render(next: TrayView): void {
    view = next;
    if (tray.isDestroyed()) return;
    const nextImage = imageOf(next.icon);
    // Some panels need a good part of a processor for every new picture.
    if (nextImage !== image) tray.setImage(nextImage);
    image = nextImage;
    const nextShown = {
      tooltip: next.tooltip,
      title: next.title ?? '',
      menu: JSON.stringify(next.menu),
    };
    if (nextShown.tooltip !== shown.tooltip) tray.setToolTip(next.tooltip);
    if (nextShown.title !== shown.title && process.platform === 'darwin')
      tray.setTitle(nextShown.title, { fontType: 'monospacedDigit' });
    if (nextShown.menu !== shown.menu) {
      menu = buildMenu(next.menu, onAction);
      // Linux gets a copy of the menu. Elsewhere a menu that is set would also open on a left click (macOS).
      if (process.platform === 'linux') tray.setContextMenu(menu);
    }
    shown = nextShown;
  }

  tray.on('click', onClick);
  if (process.platform !== 'linux') tray.on('right-click', () => tray.popUpContextMenu(menu));
  if (process.platform === 'darwin') tray.setIgnoreDoubleClickEvents(true);
  nativeTheme.on('updated', () => render(view));
  render(first);
  return { render };
}

function buildMenu(
  items: readonly TrayMenuItem[],
  onAction: (action: TrayAction) => void,
): ReturnType<typeof Menu.buildFromTemplate> {
  const template = (item: TrayMenuItem): Electron.MenuItemConstructorOptions => {
    switch (item.kind) {
      case 'text':
        return { label: item.label, enabled: false };
      case 'separator':
        return { type: 'separator' };
      case 'submenu':
        return { label: item.label, submenu: item.items.map(template) };
      case 'action':
        return { label: item.label, click: () => onAction(item.action) };
    }
  };
  return Menu.buildFromTemplate(items.map(template));
}
