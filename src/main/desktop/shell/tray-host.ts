/** Whether this desktop shows tray icons at all. Electron does not tell: on Linux its icon just stays invisible. */
import { execFile } from 'node:child_process';

const watcher = {
  name: 'org.kde.StatusNotifierWatcher',
  path: '/StatusNotifierWatcher',
  property: 'IsStatusNotifierHostRegistered',
};

/** Asking the session bus, by whichever of the two programs is there. Both print the word "true". */
const questions: readonly (readonly [string, readonly string[]])[] = [
  ['busctl', ['--user', 'get-property', watcher.name, watcher.path, watcher.name, watcher.property]],
  [
    'gdbus',
    [
      'call',
      '--session',
      `--dest=${watcher.name}`,
      `--object-path=${watcher.path}`,
      '--method=org.freedesktop.DBus.Properties.Get',
      watcher.name,
      watcher.property,
    ],
  ],
];

const answerWithinMs = 1000;

/** macOS and Windows always have a place for the icon. */
export async function hasTrayHost(platform: NodeJS.Platform): Promise<boolean> {
  if (platform !== 'linux') return true;
  const answers = await Promise.all(questions.map(([program, words]) => ask(program, words)));
  return answers.some((answer) => /\btrue\b/.test(answer));
}

function ask(program: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, words, { timeout: answerWithinMs, windowsHide: true }, (error, stdout) => {
      resolve(error === null ? stdout : '');
    });
  });
}
