/** What `benchtray doctor` prints, word for word. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/main/cli/program.ts';
import type { DiagnoseOptions } from '../../../src/main/engine/diagnose.ts';
import type { DoctorCheck } from '../../../src/shared/doctor.ts';
import { fakeIo } from './fake-io.ts';

let folder: string;
let asked: DiagnoseOptions[];
beforeEach(() => {
  asked = [];
  folder = mkdtempSync(join(tmpdir(), 'benchtray-cli-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const over = (change: Partial<DoctorCheck>): DoctorCheck => ({
  ...{
    check: 'configuration',
    vm: null,
    title: 'Configuration',
    state: 'passed',
    found: 'c.json: valid (a).',
  },
  ...{ why: 'Nothing starts on a configuration that is not valid.', advice: null, command: null, took_ms: 3 },
  ...change,
});
const report: readonly DoctorCheck[] = [
  over({}),
  over({
    ...{ check: 'server', title: 'Server', state: 'warned', found: 'No BenchTray is running now.' },
    ...{ why: 'It is the stream.', advice: 'Start it:', command: 'benchtray serve' },
  }),
  over({
    ...{
      check: 'disk',
      vm: 'a',
      title: 'Disk space',
      state: 'failed',
      found: 'The disk of the VM is full. /: 100 MiB free',
    },
    ...{
      why: 'A full disk ends a run, and its results are lost.',
      advice: 'Remove old results and images (`docker system df` shows what they take), or grow the disk.',
      command: "ssh azureuser@1.2.3.4 'df -h'",
    },
  }),
  over({
    ...{
      check: 'log',
      vm: 'a',
      title: 'Benchmark log',
      state: 'skipped',
      found: 'Not looked at, because this failed: Disk space.',
    },
  }),
];
const summary = { ok: false, passed: 1, warned: 1, failed: 1, skipped: 1 };

/** A doctor who finds all that, the last of it first. */
const diagnose =
  (checks = report, cancelled = false) =>
  (options: DiagnoseOptions) => {
    asked.push(options);
    const ends = [...checks].reverse();
    for (const check of checks) options.onCheck({ ...check, state: 'waiting', found: null });
    for (const check of ends) options.onCheck({ ...check, state: 'running', found: null });
    for (const check of ends) options.onCheck(check);
    const count = (wanted: DoctorCheck['state']): number =>
      checks.filter(({ state }) => state === wanted).length;
    const [failed, warned] = [count('failed'), count('warned')];
    return Promise.resolve({ summary: { ...summary, ok: failed === 0, warned, failed }, checks, cancelled });
  };

function configure(content: object): string {
  const path = join(folder, 'c.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
}
const vms = [
  { name: 'a', ssh: { host: 'h' } },
  { name: 'b', ssh: { host: 'h' } },
];

describe('in a pipe', () => {
  it('each check is a line or a few, in the order of the table, without colours', async () => {
    const { io, out, err } = fakeIo(folder, { diagnose: diagnose() });
    expect(await runCli(['doctor', '--config', configure({ vms })], io)).toBe(1);
    expect(err()).toBe('');
    expect(out()).toBe(`✓ passed    Configuration: c.json: valid (a).
! warned    Server: No BenchTray is running now.
            Why it matters: It is the stream.
            Start it:
              benchtray serve

a
✗ FAILED    Disk space: The disk of the VM is full. /: 100 MiB free
            Why it matters: A full disk ends a run, and its results are lost.
            Remove old results and images (\`docker system df\` shows what they take), or grow the disk.
              ssh azureuser@1.2.3.4 'df -h'
– skipped   Benchmark log: Not looked at, because this failed: Disk space.

Something is wrong: 1 passed, 1 warned, 1 failed, 1 skipped.
`);
  });

  it('says that nothing is wrong only if no check warned', async () => {
    const { io, out } = fakeIo(folder, { diagnose: diagnose(report.slice(0, 1)) });
    expect(await runCli(['doctor'], io)).toBe(0);
    expect(out()).toMatch(/\n\nNothing is wrong: 1 passed, 0 warned, 0 failed, 1 skipped\.\n$/);
  });

  it('says that there are warnings if nothing failed', async () => {
    const { io, out } = fakeIo(folder, { diagnose: diagnose(report.slice(0, 2)) });
    expect(await runCli(['doctor'], io)).toBe(0);
    expect(out()).toMatch(
      /\n\nNothing failed, but there are warnings: 1 passed, 1 warned, 0 failed, 1 skipped\.\n$/,
    );
  });
});

describe('on a terminal', () => {
  it('lines fit into it, commands stay whole, and what is looked at now stands last', async () => {
    let out = '';
    const stdout = { isTTY: true, columns: 60, write: (text: string) => (out += text) };
    const { io } = fakeIo(folder, { stdout, env: { NO_COLOR: '1' }, diagnose: diagnose() });
    expect(await runCli(['doctor'], io)).toBe(1);
    expect(out).toContain('… looking at: Benchmark log of a');
    // eslint-disable-next-line no-control-regex -- the cursor is moved, and nothing is coloured
    expect(out).not.toMatch(/\u001b\[\d*(;\d+)*m/);
    // eslint-disable-next-line no-control-regex -- what moves the cursor takes no room
    const lines = out.replace(/\u001b\[\??[\d;]*[A-Za-z]/g, '').split('\n');
    for (const line of lines.filter((one) => !one.startsWith('              ')))
      expect(line.length).toBeLessThanOrEqual(60);
    const said = lines.map((line) => line.trim()).join(' ');
    expect(said).toContain(report[2]?.advice);
    expect(lines).not.toContain(`            ${report[2]?.advice ?? ''}`);
    expect(out).toContain("              ssh azureuser@1.2.3.4 'df -h'");
    expect(out.match(/✗ FAILED/g)).toHaveLength(1);
  });
});

describe('as JSON', () => {
  it('is one document, at the end', async () => {
    const { io, out } = fakeIo(folder, { diagnose: diagnose() });
    expect(await runCli(['doctor', '--json'], io)).toBe(1);
    expect(JSON.parse(out())).toEqual({ ok: false, summary, checks: report });
    expect(out()).toMatch(/^\{\n {2}"ok": false,\n {2}"summary": \{\n/);
  });

  it('is none where it was given up', async () => {
    const { io, out, err } = fakeIo(folder, { diagnose: diagnose(report, true) });
    expect(await runCli(['doctor', '--json'], io)).toBe(1);
    expect([out(), err()]).toEqual(['', 'Given up before its end.\n']);
  });
});

describe('what is looked at', () => {
  it('are all VMs, with what the configuration and the environment say', async () => {
    const path = configure({ vms, dataDir: '/data' });
    const env = { BENCHTRAY_KEY_PASSPHRASE: 'open sesame' };
    const { io, out } = fakeIo(folder, { env, diagnose: diagnose() });
    await runCli(['doctor', '--config', path], io);
    expect(asked[0]).toMatchObject({ dataDir: '/data', passphrase: 'open sesame' });
    expect(asked[0]?.vms.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(asked[0]?.house).toMatchObject({ configuration: { ok: true, path }, ownUrl: null });
    expect(out()).not.toContain('open sesame');
  });

  it('is one VM where it is named, and a name that nobody has is wrong usage', async () => {
    const path = configure({ vms });
    const one = fakeIo(folder, { diagnose: diagnose() });
    await runCli(['doctor', '--config', path, '--vm', 'b'], one.io);
    expect(asked[0]?.vms.map(({ name }) => name)).toEqual(['b']);
    const none = fakeIo(folder, { diagnose: diagnose() });
    expect(await runCli(['doctor', '--config', path, '--vm', 'c'], none.io)).toBe(2);
    expect(none.err()).toBe('--vm: there is no VM named "c".\nThere are: a, b.\n');
    expect(asked).toHaveLength(1);
  });

  it('is a broken configuration too: a check that fails, and no wrong usage', async () => {
    const { io, err } = fakeIo(folder, { diagnose: diagnose() });
    expect(await runCli(['doctor', '--config', configure({ vms: 1 })], io)).toBe(1);
    expect(err()).toBe('');
    expect(asked[0]?.house).toMatchObject({
      configuration: { ok: false, problems: [{ key: 'vms' }] },
    });
    expect(asked[0]?.vms).toEqual([]);
  });
});
