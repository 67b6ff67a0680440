import { app, dialog } from '#electron';
import { terminalText } from '../../../shared/terminal-text.ts';
import { UserError } from '../../../shared/user-error.ts';
import { reportStart } from './start-report.ts';
import { messageOf } from '../../../shared/message-of.ts';

/** Ends the app before it has begun, with a sentence for the person, on the terminal and in a dialog. */
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
