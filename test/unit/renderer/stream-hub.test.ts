import { beforeEach, expect, it } from 'vitest';
import type { StreamMessage } from '../../../src/shared/stream-message.ts';
import type { StreamClientOptions } from '../../../src/renderer/state/stream-client.ts';
import {
  createStreamHub,
  type HubNews,
  type PageCall,
  type StreamHub,
} from '../../../src/renderer/state/stream-hub.ts';

let nowMs: number;
let opened: Pick<StreamClientOptions, 'onMessages' | 'onLost'>[];
let restarts: number;
let closed: number;
let hub: StreamHub;

beforeEach(() => {
  nowMs = 1_000_000;
  opened = [];
  restarts = 0;
  closed = 0;
  hub = createStreamHub(
    (handlers) => {
      opened.push(handlers);
      return { restartIfSilent: () => (restarts += 1), close: () => (closed += 1) };
    },
    () => nowMs,
  );
});

function page() {
  const heard: HubNews[] = [];
  const port = { postMessage: (news: HubNews) => heard.push(news) };
  return { heard, call: (call: PageCall) => hub.take(port, call) };
}
const message = (event: string, data: object) => ({ event, data }) as unknown as StreamMessage;
const say = (...messages: StreamMessage[]) => opened.at(-1)?.onMessages(messages, nowMs);
const connected = message('connected', { timestamp: 'now' });
const vms = (...names: readonly string[]) => message('vms', { vms: names.map((name) => ({ name })) });
const status = (vm: string, phase: string) => message('status', { vm, phase });

it('opens one stream for all pages, and closes it with the last', () => {
  const [first, second] = [page(), page()];
  first.call('join');
  second.call('join');
  say(connected);
  expect(opened).toHaveLength(1);
  for (const { heard } of [first, second])
    expect(heard).toEqual([{ kind: 'alive' }, { kind: 'messages', messages: [connected], heardAtMs: nowMs }]);
  first.call('leave');
  expect(closed).toBe(0);
  say(status('a', 'ready'));
  expect([first.heard.length, second.heard.length]).toEqual([2, 3]);
  second.call('leave');
  expect(closed).toBe(1);
  page().call('join');
  expect(opened).toHaveLength(2);
});

it('shows a page that joins later the newest snapshot of each VM, with the times when they were heard', () => {
  page().call('join');
  say(connected, vms('a', 'gone'), status('a', 'booting'), status('gone', 'ready'));
  say(connected, vms('a', 'b'));
  nowMs += 3000;
  say(status('a', 'ready'), status('b', 'oobe'), message('problem', { vm: 'a', code: 'disk_full' }));
  const late = page();
  late.call('join');
  expect(late.heard).toEqual([
    { kind: 'alive' },
    {
      kind: 'picture',
      parts: [
        { messages: [connected], heardAtMs: nowMs - 3000 },
        { messages: [vms('a', 'b'), status('a', 'ready'), status('b', 'oobe')], heardAtMs: nowMs },
      ],
    },
  ]);
});

it('gives a page that joins later the newest list of VMs, and nothing of VMs that were removed', () => {
  page().call('join');
  say(connected, vms('a', 'b'), status('a', 'ready'), status('b', 'ready'), message('progress', { vm: 'b' }));
  say(vms('c', 'a'));
  const late = page();
  late.call('join');
  expect(late.heard.at(-1)).toMatchObject({
    parts: [{}, { messages: [vms('c', 'a'), status('a', 'ready')] }],
  });
  say(vms());
  const last = page();
  last.call('join');
  expect(last.heard.at(-1)).toMatchObject({ parts: [{}, { messages: [vms()] }] });
});

it('tells every page that the stream is lost, also one that joins meanwhile', () => {
  const first = page();
  first.call('join');
  say(connected);
  opened.at(-1)?.onLost();
  const late = page();
  late.call('join');
  expect([first.heard.at(-1), late.heard.at(-1)]).toEqual([{ kind: 'lost' }, { kind: 'lost' }]);
  say(connected);
  const last = page();
  last.call('join');
  expect(last.heard.at(-1)?.kind).toBe('picture');
});

it('restarts a silent stream once, however many pages ask', () => {
  const pages = Array.from({ length: 10 }, page);
  for (const { call } of pages) call('join');
  say(connected);
  nowMs += 10_000;
  for (const { call } of pages) call('restart');
  expect(restarts).toBe(1);
  nowMs += 10_000;
  say(status('a', 'ready'));
  for (const { call } of pages) call('restart');
  expect(restarts).toBe(1);
  expect(pages.every(({ heard }) => heard.at(-1)?.kind === 'alive')).toBe(true);
});
