/** Odd bytes that a log may contain, of about a wanted length. */

export const oddTexts: Readonly<Record<string, (bytes: number) => Buffer>> = {
  'line feeds': (bytes) => Buffer.alloc(bytes, '\n'),
  'carriage returns': (bytes) => Buffer.alloc(bytes, '\r'),
  'both line ends': (bytes) => repeated('\r\n', bytes),
  'lines of two bytes': (bytes) => repeated('x\n', bytes),
  'one line': (bytes) => Buffer.alloc(bytes, 'x'),
  'invalid UTF-8': (bytes) => Buffer.alloc(bytes, 0xff),
  'invalid UTF-8 in lines': (bytes) => repeated(Buffer.from([0xff, 0xc3, 0x0a]), bytes),
  'progress bars': (bytes) => repeated('\r 45%|████▌     | 45/100 [00:12<00:15,  3.61it/s]', bytes),
  'opening brackets': (bytes) => repeated(`${'['.repeat(60_000)}\n`, bytes),
  'half prefixes': (bytes) => repeated(`${'[2026-01-28 23:05:17,318 '.repeat(2_600)}\n`, bytes),
  'colour codes': (bytes) => repeated(`${'\u001b[1;33m'.repeat(5_000)}\n`, bytes),
};

function repeated(piece: string | Buffer, bytes: number): Buffer {
  const one = Buffer.from(piece);
  return Buffer.alloc(Math.ceil(bytes / one.length) * one.length, one);
}
