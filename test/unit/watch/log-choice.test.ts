/** Which log is followed, as far as the processes beside the logs decide it. */
import { describe, expect, it } from 'vitest';
import type { LogFile, Runner } from '../../../src/main/engine/vm/index.ts';
import { findLog } from '../../../src/main/engine/watch/log/log-choice.ts';
import { firstSight } from '../../../src/main/engine/watch/sight.ts';
import { allAnswered, machine } from './sights.ts';

const own: LogFile = {
  path: '/srv/CoAct/logs/normal-20260602@154900.log',
  size: 900,
  inode: '1',
  modifiedAt: 50,
};
const print: LogFile = { path: '/srv/CoAct/coact.out', size: 400, inode: '2', modifiedAt: 50 };
const process: Runner = {
  ...{ pid: 7, startTicks: '1', script: 'run_coact.py', cwd: '/srv/CoAct', results: null, arguments: {} },
};

/** Returns the path of the log to follow, if none of these has a run. */
async function chosen(
  runner: Partial<Runner>,
  context: { readonly withoutRun: readonly LogFile[]; readonly grown?: readonly LogFile[] },
): Promise<string | undefined> {
  const host = { runners: [{ ...process, ...runner }], logs: [own, print], unnamedLogs: 0 };
  const docker = { kind: 'missing', detail: '' } as const;
  const choice = await findLog({
    sight: { ...firstSight, answered: allAnswered, docker, machine, host },
    configured: null,
    looks: { statLog: () => Promise.resolve(null) },
    following: { target: null, reading: null, isLive: false, isUnfinished: false },
    last: null,
    isRead: () => true,
    isGivenUp: () => false,
    isWithoutRun: (_target, file) => context.withoutRun.includes(file),
    mayHaveNews: (_target, file) => context.grown?.includes(file) === true,
    isPast: false,
    nowSeconds: 60,
  });
  return choice?.target.path;
}

describe("CoAct's own log, which names no task", () => {
  it.each([
    ['a file', { output: print.path }],
    ['a pipe that tee reads', { output: 'pipe:[4711]', copy: print.path }],
  ])('gives way to what it prints into %s', async (_what, runner) => {
    expect(await chosen(runner, { withoutRun: [] })).toBe(own.path);
    expect(await chosen(runner, { withoutRun: [own] })).toBe(print.path);
    expect(await chosen(runner, { withoutRun: [own, print] })).toBe(own.path);
    // Its beginning may be missing, so a run may show in the rest.
    expect(await chosen(runner, { withoutRun: [own, print], grown: [print] })).toBe(print.path);
  });

  it('stays where another program prints, or no process does', async () => {
    const both = { withoutRun: [own, print], grown: [print] };
    expect(await chosen({ output: print.path, script: 'run.py' }, both)).toBe(own.path);
    expect(await chosen({ output: '/dev/pts/3' }, both)).toBe(own.path);
  });
});
