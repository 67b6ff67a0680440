import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodyOf } from '../../../src/main/engine/hooks/formats.ts';
import { eventMessage } from '../../../src/main/engine/hooks/messages.ts';
import type { HookMessage } from '../../../src/main/engine/hooks/model.ts';
import { retryAfterMs } from '../../../src/main/engine/hooks/post.ts';
import { openFeed, type Feed } from '../../../src/main/engine/feed/index.ts';
import { conditionOf, startMs, taskOf } from '../feed/fixtures.ts';

let folder: string;
let feed: Feed;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-hooks-'));
  feed = openFeed({ dataDir: folder });
});
afterEach(() => {
  feed.close();
  rmSync(folder, { recursive: true });
});

const texts = (change: Omit<Parameters<Feed['commit']>[0], 'vm' | 'at'>, at = startMs): (string | null)[] =>
  feed.commit({ vm: 'vm-a', at, ...change }).map((event) => eventMessage(event)?.text ?? null);

describe('the sentence', () => {
  it('says how a task ended', () => {
    const tell = (...records: ReturnType<typeof taskOf>[]) =>
      records.map((record) => ({ record, tell: true }));
    expect(
      texts({
        tasks: tell(
          taskOf('t1'),
          taskOf('t2', { success: false, score: 0.25, domain: null }),
          taskOf('t3', { outcome: 'exception', success: false, score: null }),
          taskOf('t4', { outcome: 'lost', success: false, score: null }),
          taskOf('t5', { outcome: 'interrupted', success: false, score: null }),
          taskOf('t6\u001b[31m\n\u202eevil'),
        ),
      }),
    ).toEqual([
      'vm-a: notepad/t1 passed (score 1).',
      'vm-a: t2 failed (score 0.25).',
      'vm-a: notepad/t3 ended with an exception.',
      'vm-a: notepad/t4 was lost.',
      'vm-a: notepad/t5 was interrupted.',
      'vm-a: notepad/t6 evil passed (score 1).',
    ]);
  });

  it('says what began and what is over', () => {
    expect(texts({ began: [conditionOf('vm-a', 'probe_down')] })).toEqual(['vm-a: Something broke.']);
    const ended = [{ code: 'probe_down', message: 'The benchmark server answers again.' }] as const;
    expect(texts({ ended }, startMs + 250_000)).toEqual([
      'vm-a: The benchmark server answers again. It took 4 min.',
    ]);
  });

  it('is no news for a task that had ended before it could be seen', () => {
    expect(texts({ tasks: [{ record: taskOf('t1', { catchUp: true }), tell: true }] })).toEqual([null]);
  });
});

describe('the body', () => {
  const message: HookMessage = {
    event: 'error',
    id: 'a-1',
    timestamp: '2026-01-28T22:55:08.000Z',
    vm: 'vm-a',
    data: taskOf('t1') as never,
    text: 'vm-a: <!channel> & [x](https://evil.example) *b*',
  };

  it.each([
    ['json', 'application/json', message],
    [
      'slack',
      'application/json',
      { text: 'vm-a: &lt;!channel&gt; &amp; [x](https://evil.example) *b*', mrkdwn: false },
    ],
    [
      'teams',
      'application/json',
      {
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            contentUrl: null,
            content: {
              $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
              type: 'AdaptiveCard',
              version: '1.2',
              body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: message.text }] }],
            },
          },
        ],
      },
    ],
  ] as const)('for %s', (format, contentType, expected) => {
    const body = bodyOf(format, message);
    expect(body.contentType).toBe(contentType);
    expect(JSON.parse(body.text)).toEqual(expected);
  });

  it('for text is the sentence', () => {
    expect(bodyOf('text', message)).toEqual({ contentType: 'text/plain; charset=utf-8', text: message.text });
  });
});

it.each([
  [null, null],
  ['2', 2_000],
  ['86400', 300_000],
  ['soon', null],
  [new Date(startMs + 5_000).toUTCString(), 5_000],
  [new Date(startMs - 5_000).toUTCString(), 0],
])('reads Retry-After %j', (header, expected) => {
  expect(retryAfterMs(header, startMs)).toBe(expected);
});
