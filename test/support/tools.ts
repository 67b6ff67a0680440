/** Programs that tests need and that are not npm packages. scripts/test.ts installs what it can before the tests begin. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/sbin'];

function find(name: string): string | null {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** OpenSSH's server; null where it cannot be had. It must be started by its absolute path. */
export const sshdPath = process.platform === 'win32' ? null : find('sshd');

/** What a skipped test says; the test script gathers these for its summary. */
export const sshdMissing = 'OpenSSH server (sshd) is not installed';
