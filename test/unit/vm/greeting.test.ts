/** A login shell that prints before ours begins: none of it is an answer, or output of a command. */
import { describe, expect, it } from 'vitest';
import { openFollow } from '../../../src/main/engine/vm/follow-channel.ts';
import { openShell } from '../../../src/main/engine/vm/shell-channel.ts';
import { until } from '../../support/wait.ts';
import { localShell } from './local-shell.ts';

describe.each([
  ['a line', 'Welcome\\n'],
  ['colours without a line end', 'Welcome\\n\\033[0m'],
])('a login shell that prints %s', (_what, greeting) => {
  const greets = ['sh', '-c', `printf '${greeting}'; exec sh`] as const;

  it('does not hide the first answer', async () => {
    const machine = localShell([...greets]);
    const shell = openShell(machine.channels, 'sh');
    expect(await shell.ask(30, ['echo', 'here'])).toBe('here\n');
    shell.close();
    machine.end();
  });

  it('adds nothing to the output of a command', async () => {
    const machine = localShell([...greets]);
    const told: string[] = [];
    openFollow(machine.channels, 'sh', ['until_closed', 'echo', 'over'], {
      data: (chunk) => told.push(chunk.toString()),
      notice: () => undefined,
      closed: () => told.push('closed'),
    });
    await until(() => told.includes('closed'), 'closed');
    expect(told).toEqual(['over\n', 'closed']);
    machine.end();
  });
});
