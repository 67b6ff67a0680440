/**
 * This room says what the tray shows: a picture folded from what the stream said, and a pure view of it with icon, tooltip and
 * menu. The worst state of all VMs wins, and how fresh the picture is counts apart from how well things are.
 */
export { initialTrayPicture, pictureAfter } from './picture.ts';
export { trayView } from './view.ts';
export {
  trayIcons,
  type TrayAction,
  type TrayIcon,
  type TrayInput,
  type TrayMenuItem,
  type TrayPicture,
  type TraySettings,
  type TrayView,
} from './model.ts';
