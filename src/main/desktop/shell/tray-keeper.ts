import {
  initialTrayPicture,
  pictureAfter,
  trayView,
  type TrayInput,
  type TrayPicture,
  type TrayView,
} from '../tray/index.ts';

export interface TrayKeeper {
  input(input: TrayInput): void;
  picture(): TrayPicture;
  view(): TrayView;
  close(): void;
}

/** Many inputs may come at once. A menu that stands open is also best left alone for a moment. */
const renderWithinMs = 200;
/** What is shown grows old also when nothing comes. */
const renderEveryMs = 5000;
const settings = { showCount: true };

/** Keeps the picture of what is known, and has it shown. */
export function keepTray(render: (view: TrayView) => void): TrayKeeper {
  let picture = initialTrayPicture;
  let due: NodeJS.Timeout | undefined;
  const view = (): TrayView => trayView(picture, settings, Date.now());
  const renderNow = (): void => {
    due = undefined;
    render(view());
  };
  const timer = setInterval(renderNow, renderEveryMs);
  return {
    input(input) {
      picture = pictureAfter(picture, input, Date.now());
      due ??= setTimeout(renderNow, renderWithinMs);
    },
    picture: () => picture,
    view,
    close() {
      clearInterval(timer);
      clearTimeout(due);
    },
  };
}
