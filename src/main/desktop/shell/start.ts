/** The start of the app: the only instance goes on, others end, and a start that fails says why. */
import { writeFileSync } from 'node:fs';
import { app, dialog } from '#electron';
import { messageOf } from '../../../shared/message-of.ts';
import { terminalText } from '../../../shared/terminal-text.ts';
import { UserError } from '../../../shared/user-error.ts';

/**
 * Returns whether this process is the only instance. If not, the other one is asked to show itself, and the caller has to end.
 * The lock belongs to the folder `userData`, which has to be set before.
 */
export function takeSingleInstance(onSecond: () => void): boolean {
  const taken = app.requestSingleInstanceLock();
  if (taken) app.on('second-instance', onSecond);
  return taken;
}

/**
 * Tells the process that started the app (`npm start`) that the app speaks for itself from now on: a later exit is meant, and no
 * sign that Electron does not run on this machine.
 */
export function reportStart(): void {
  const file = process.env['BENCHTRAY_START_REPORT'];
  if (file === undefined || file === '') return;
  try {
    writeFileSync(file, 'started');
  } catch {
    // The process that waits for it has ended.
  }
}

/** Shows why the app cannot start, on the terminal and in a dialog, and ends it. */
export async function refuseToStart(error: unknown): Promise<void> {
  const message = messageOf(error);
  const hint = error instanceof UserError ? error.hint : null;
  const text = hint === null ? message : `${message}\n${hint}`;
  process.stderr.write(`${terminalText(text)}\n`);
  reportStart();
  await app.whenReady();
  dialog.showErrorBox('BenchTray cannot start', text);
  app.exit(error instanceof UserError ? error.exitCode : 1);
}
