import { writeFileSync } from 'node:fs';

/**
 * Tells whoever started the app (`npm start`) that it has come so far as to speak for itself: an exit from now on is meant, and
 * no sign that Electron does not run on this machine.
 */
export function reportStart(): void {
  const file = process.env['BENCHTRAY_START_REPORT'];
  if (file === undefined || file === '') return;
  try {
    writeFileSync(file, 'started');
  } catch {
    // Whoever waits for it has gone.
  }
}
