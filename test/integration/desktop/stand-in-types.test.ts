import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');

it('uses nothing of Electron that the stand-in lacks', () => {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', 'test/stand-in'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
});
