import { request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { startSimulatedVm, type SimulatedVm, type Timings } from '../../../src/main/engine/demo/index.ts';
import { until } from '../../support/wait.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** @param timings give the test time to look at what lasts a moment otherwise */
async function start(
  speed: number,
  timings: Partial<Timings> = {},
): Promise<{ readonly vm: SimulatedVm; readonly url: string }> {
  const vm = await startSimulatedVm({ seed: 1, speed, tasksPerRun: 2, timings });
  cleanUps.push(vm.close);
  return { vm, url: `http://127.0.0.1:${String(vm.vmConfig.vnc.port)}/` };
}

function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { Host: host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

it('the VNC link of the demo opens a page that says what it is, and how far the set-up is', async () => {
  const { url } = await start(1, { bootMs: 1e9 });
  const answer = await fetch(url);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  // No page of another site shows it as its own.
  expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(await answer.text()).toMatch(/<h1>Simulated VM<\/h1>[\s\S]*The container is starting\./);
  const faster = await start(1000, { bootMs: 2e7 });
  await until(
    async () => (await (await fetch(faster.url)).text()).includes('Downloading Windows 11'),
    'the download on the page',
  );
});

it('shows the newest screenshot once a task is on', async () => {
  const { url } = await start(200);
  const screen = await until(async () => {
    const answer = await fetch(`${url}screen.png`);
    return answer.ok && answer;
  }, 'a screenshot');
  expect(screen.headers.get('content-type')).toBe('image/png');
  expect(
    Buffer.from(await screen.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  // Between two tasks, it has none.
  await until(
    async () => /<img src="\/screen.png" alt="The simulated screen: /.test(await (await fetch(url)).text()),
    'a screenshot on the page',
  );
});

it('answers to localhost only, changes nothing, and ends with the VM', async () => {
  const { vm, url } = await start(20);
  expect(await statusFor(url, 'evil.example')).toBe(421);
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${url}other`)).status).toBe(404);
  // Browsers ask for it by themselves.
  expect((await fetch(`${url}favicon.ico`)).status).toBe(204);
  await vm.close();
  await expect(fetch(url)).rejects.toThrow();
});
