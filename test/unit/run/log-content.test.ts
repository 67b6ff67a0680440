import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { logContent } from '../../../src/main/engine/run/index.ts';
import { runLogKinds, makeRunLog } from '../../support/run-logs/index.ts';

/** The bytes as the VM's answer gives them. */
const asText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const text = 'a line of a log\n'.repeat(100);
const unread = { recognised: false, lines: 100 };

describe('the content of a log', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['xz', Buffer.from('fd377a585a000004e6d6b446', 'hex')],
    ['bzip2', Buffer.from('425a68393141592653592d', 'hex')],
  ])('is recognised as compressed by %s', (by, bytes) => {
    expect(logContent(asText(bytes), unread)).toEqual({ kind: 'compressed', by });
  });

  it.each(runLogKinds)('is not compressed if %s wrote it', (kind) => {
    expect(logContent(makeRunLog(kind, 1, { tasks: 2 }).text, unread)).toEqual({ kind: 'foreign' });
  });

  it('is a run however the log begins, and too little to say anything in a few lines', () => {
    expect(logContent('', { recognised: true, lines: 1 })).toEqual({ kind: 'run' });
    expect(logContent('', { recognised: false, lines: 19 })).toEqual({ kind: 'young' });
    expect(logContent('', { recognised: false, lines: 20 })).toEqual({ kind: 'foreign' });
  });
});
