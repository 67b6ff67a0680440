import { app } from '#electron';

/**
 * Takes the place of the only instance. Where another one has it already, that one is told to show itself, and `false` comes
 * back: the caller has to end. The lock belongs to the folder `userData`, which has to be set before.
 */
export function takeSingleInstance(onSecond: () => void): boolean {
  const taken = app.requestSingleInstanceLock();
  if (taken) app.on('second-instance', onSecond);
  return taken;
}
