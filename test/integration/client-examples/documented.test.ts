/** The examples of docs/api.md, as they stand there: refused at first, cut off in between, and nothing missed or told twice. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chromiumLaunch, chromiumPath, findPython } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { errorOf, taskOf } from '../../unit/feed/fixtures.ts';
import { ask, startTestServer, type TestServer } from '../server/support.ts';
import { startFront, type Front } from './front.ts';
import { canRun, documentedExample, startProgram, type Program } from './program.ts';

/** Every example says of a task `task_id` and its id, whatever stands between them. */
const taskIds = (said: string): (string | undefined)[] =>
  [...said.matchAll(/task_id['"]?: ?['"]?([^'",}]+)/g)].map(([, id]) => id);

let running: TestServer;
let front: Front;
let assetsDir: string;
let program: Program | null;
beforeEach(async () => {
  assetsDir = mkdtempSync(join(tmpdir(), 'benchtray-examples-'));
  program = null;
  mkdirSync(join(assetsDir, 'assets'));
  writeFileSync(
    join(assetsDir, 'index.html'),
    '<!doctype html><script src="/assets/example.js" type="module"></script>',
  );
  writeFileSync(join(assetsDir, 'assets', 'example.js'), '');
  front = await startFront(() => running.server.port);
  running = await startTestServer({ assetsDir, allowedOrigins: [`http://localhost:${front.port}`] });
});
afterEach(async () => {
  program?.stop();
  front.close();
  await running.stop();
  rmSync(assetsDir, { recursive: true });
});

const tell = (taskId: string) =>
  running.feed.commit({ vm: 'vm-a', at: Date.now(), tasks: [{ record: taskOf(taskId), tell: true }] });

/** @param said everything that it has said so far */
async function expectAll(said: () => string): Promise<void> {
  const heard = (...ids: string[]) =>
    until(() => ids.every((id) => taskIds(said()).includes(id)), `${ids.join()} in: ${said()}`);
  await until(() => said().includes('connected'), `connected in: ${said()}`);
  tell('Aufgabe-ü-課題');
  await heard('Aufgabe-ü-課題');
  front.refuse(1);
  await running.restart();
  tell('missed');
  await heard('missed');
  tell('live');
  await heard('live');
  expect(taskIds(said())).toEqual(['Aufgabe-ü-課題', 'missed', 'live']);
  expect(front.refused()).toBe(2);
}

const examples = [
  { heading: 'In Python, with nothing else', command: 'python3', words: ['-'], check: ['--version'] },
  {
    heading: 'In Node.js',
    command: process.execPath,
    words: ['--input-type=module', '-'],
    check: ['--version'],
  },
  { heading: 'With curl', command: 'bash', words: ['-s'], check: ['-c', 'curl --version'] },
  {
    heading: 'In PowerShell',
    command: 'pwsh',
    words: ['-NoProfile', '-Command', '-'],
    check: ['-NoProfile', '-Command', '1'],
  },
];

describe('the example', () => {
  for (const { heading, command, words, check } of examples) {
    const isThere = canRun(command, ...check);
    if (!isThere) console.warn(`SKIPPED: "${heading}" of docs/api.md, since this machine has no ${command}.`);
    it.skipIf(!isThere)(
      `"${heading}" (needs ${command === process.execPath ? 'node' : command})`,
      async () => {
        front.refuse(1);
        const started = (program = startProgram(command, words, documentedExample(heading, front.port)));
        await expectAll(started.said);
      },
    );
  }

  const pythonPath = findPython();
  if (pythonPath === null)
    console.warn('SKIPPED: "In Python, with requests" of docs/api.md, since this machine has no requests.');
  it.skipIf(pythonPath === null)('"In Python, with requests" (needs python3 with requests)', async () => {
    program = startProgram(
      pythonPath ?? '',
      ['-'],
      documentedExample('In Python, with requests', front.port),
    );
    await program.expect(/^connected /m);
    tell('Aufgabe-ü-課題');
    await program.expect(/^task_complete .*Aufgabe-ü-課題/m);
  });

  it.skipIf(chromiumPath === null)('"In a browser" (needs Chromium)', async () => {
    writeFileSync(join(assetsDir, 'assets', 'example.js'), documentedExample('In a browser', front.port));
    front.refuse(1);
    const browser = await chromium.launch(chromiumLaunch);
    try {
      const page = await browser.newPage();
      let said = '';
      // The browser's own reports of refused requests are none of the example's.
      page.on('console', (message) => (said += message.type() === 'log' ? `${message.text()}\n` : ''));
      await page.goto(`http://localhost:${front.port}/`);
      await expectAll(() => said);
    } finally {
      await browser.close();
    }
  });

  it.skipIf(chromiumPath === null)('of the two kinds of "error" (needs Chromium)', async () => {
    writeFileSync(join(assetsDir, 'assets', 'example.js'), documentedExample('In a browser', front.port, 1));
    const browser = await chromium.launch(chromiumLaunch);
    try {
      const page = await browser.newPage();
      const said: string[] = [];
      page.on('console', (message) => message.type() === 'log' && said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      await page.goto(`http://localhost:${front.port}/`);
      await until(async () => {
        const { text } = await ask(`${running.server.url}/metrics`);
        return /^benchtray_streams_open 1$/m.test(text);
      }, 'it listens');
      running.feed.commit({ vm: 'vm-a', at: Date.now(), moments: [errorOf('vm-a', { message: 'Oh.' })] });
      await until(() => said.includes('trouble Oh.'), 'our error is told');
      front.refuse(1);
      await running.restart();
      await until(() => said.includes('gave up'), 'the refusal is told');
      expect(said).toEqual(['trouble Oh.', 'comes back', 'gave up']);
    } finally {
      await browser.close();
    }
  });
});
