/** How many processes the questions of a look start on a machine, each counted by itself. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPulse } from '../../../src/main/engine/vm/pulse.ts';
import { openShell, type ShellChannel } from '../../../src/main/engine/vm/shell-channel.ts';
import { canBuildWorld } from '../../support/real-vm/world.ts';
import { until } from '../../support/wait.ts';
import { localShell } from '../../unit/vm/local-shell.ts';
import { allShells, type Shell } from '../../unit/vm/shells.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** $0: this project, which stays where it is if that is in /tmp. */
const ownTmp = `
case $0 in /tmp/*) mkdir -p "$HOME\${0#/tmp}" && mount --bind "$0" "$HOME\${0#/tmp}";; esac
mount --rbind "$HOME" /tmp && HOME=/tmp exec "$@"`;

/** A machine of its own counts its own processes only, and has nothing in /tmp but the files of the test: any log there costs a `stat`. */
const inOwnMachine = ([name, program]: Shell): Shell => [
  name,
  [
    'unshare',
    ...['--mount', '--pid', '--fork', '--mount-proc', '--kill-child'],
    ...['sh', '-c', ownTmp, root, ...program],
  ],
];
/** Without `stat`, the shell asks `ls` and `date` about each file. */
const withStat = allShells().filter(([name]) => !name.includes('without stat'));

describe.skipIf(!canBuildWorld()).each(withStat.map(inOwnMachine))('a look under %s', (name, program) => {
  /** bash starts a command within `$(…)` from a process of its own. */
  const ofShell = name.startsWith('bash') ? 1 : 0;
  let dir: string;
  let shell: ShellChannel;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'benchtray-processes-'));
    mkdirSync(join(dir, 'logs'));
    writeFileSync(join(dir, 'logs/normal-1.log'), 'x');
    shell = openShell(localShell(program, { HOME: dir }).channels, 'sh');
    await until(async () => (await shell.ask(60, ['pulse', '-'])) !== null, 'its tools are known');
  });
  afterEach(() => {
    shell.close();
    rmSync(dir, { recursive: true });
  });

  async function newest(): Promise<number> {
    return readPulse((await shell.ask(60, ['pulse', '-'])) ?? '').lastPid ?? Number.NaN;
  }

  it.each([
    { words: ['pulse', '1', '1:1'], most: 0 },
    { words: ['host', 'no'], most: 1 },
    // A job, and its `stat`.
    { words: ['host', 'no', 'logs', '/tmp'], most: 2 },
    { words: ['inside', 'no', 'logs', '/tmp'], most: 2 },
  ])('starts $most processes at most for $words', async ({ words, most }) => {
    const before = await newest();
    await shell.ask(60, words);
    expect((await newest()) - before).toBeLessThanOrEqual(most === 2 ? most + ofShell : most);
  });
});
