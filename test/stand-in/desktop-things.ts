import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';

type Item = Pick<Electron.MenuItemConstructorOptions, 'label' | 'type' | 'enabled' | 'click'> & {
  readonly submenu?: readonly Item[];
};

const imageFiles = new WeakMap<object, string>();

export const nativeImage = {
  /** Electron gives an empty picture for a file that is missing: an icon that nobody sees. */
  createFromPath(path: string) {
    if (!existsSync(path)) throw new Error(`There is no picture ${path}.`);
    const image = Object.create(null) as Electron.NativeImage;
    imageFiles.set(image, path);
    return image;
  },
} satisfies Pick<typeof Electron.nativeImage, 'createFromPath'>;

const themeEvents = new EventEmitter();

export const nativeTheme = {
  shouldUseDarkColors: false,
  shouldUseDarkColorsForSystemIntegratedUI: true,
  on: themeEvents.on.bind(themeEvents) as unknown as Electron.NativeTheme['on'],
} satisfies Pick<
  Electron.NativeTheme,
  'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI' | 'on'
>;

const templates = new WeakMap<object, readonly Item[]>();

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- as Electron has it
export class Menu {
  static buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): Menu {
    const menu = new Menu();
    templates.set(menu, template as readonly Item[]);
    return menu;
  }

  static setApplicationMenu(_menu: Menu | null): void {
    // Windows and Linux have none, and nothing looks at it here.
  }
}
Menu satisfies Record<keyof Pick<typeof Electron.Menu, 'buildFromTemplate' | 'setApplicationMenu'>, unknown>;

type TrayMembers = Pick<
  Electron.Tray,
  | 'isDestroyed'
  | 'popUpContextMenu'
  | 'setContextMenu'
  | 'setIgnoreDoubleClickEvents'
  | 'setImage'
  | 'setTitle'
  | 'setToolTip'
>;

/** Every icon that was made. A program that makes a second one shows two. */
const trays: Tray[] = [];

export class Tray extends EventEmitter implements TrayMembers {
  image: string;
  tooltip = '';
  title = '';
  menu: readonly Item[] = [];
  /** How often a picture was put in. */
  pictures = 1;

  constructor(image: Electron.NativeImage | string) {
    super();
    this.image = fileOf(image);
    trays.push(this);
  }

  isDestroyed(): boolean {
    return false;
  }
  setImage(image: Electron.NativeImage | string): void {
    this.image = fileOf(image);
    this.pictures += 1;
  }
  setToolTip(tooltip: string): void {
    this.tooltip = tooltip;
  }
  setTitle(title: string, _options?: Electron.TitleOptions): void {
    this.title = title;
  }
  setContextMenu(menu: Menu | null): void {
    this.menu = (menu === null ? undefined : templates.get(menu)) ?? [];
  }
  popUpContextMenu(menu?: Menu): void {
    this.setContextMenu(menu ?? null);
  }
  setIgnoreDoubleClickEvents(_ignore: boolean): void {
    // Nobody double-clicks here.
  }
}

export function shownTray(): Tray | null {
  const [tray = null, second] = trays;
  if (second !== undefined) throw new Error('There are two tray icons.');
  return tray;
}

function fileOf(image: Electron.NativeImage | string): string {
  return typeof image === 'string' ? image : (imageFiles.get(image) ?? '');
}

/** Everything that was ever shown, oldest first. */
export const shownNotifications: Notification[] = [];

export class Notification
  extends EventEmitter
  implements Pick<Electron.Notification, 'show' | 'close' | 'title' | 'body'>
{
  readonly title: string;
  readonly body: string;
  readonly urgency: string;
  isOpen = false;

  constructor({ title = '', body = '', urgency = 'normal' }: Electron.NotificationConstructorOptions = {}) {
    super();
    this.title = title;
    this.body = body;
    this.urgency = urgency;
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    this.isOpen = true;
    shownNotifications.push(this);
    this.emit('show', {});
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.emit('close', {});
  }
}
Notification satisfies Pick<typeof Electron.Notification, 'isSupported'>;
