/** The frame that HTTP/1.1 puts around what is sent piece by piece. */

const lineEnd = Buffer.from('\r\n');
/** What was framed last: many clients are sent the same, one after another. */
let last: { readonly bytes: Buffer; readonly chunk: Buffer } | null = null;

/** The bytes as one chunk: their length in hexadecimal digits, and line ends around them (RFC 9112, 7.1). */
export function chunkOf(bytes: Buffer): Buffer {
  if (last?.bytes === bytes) return last.chunk;
  const head = Buffer.from(`${bytes.length.toString(16)}\r\n`);
  const chunk = Buffer.concat([head, bytes, lineEnd]);
  last = { bytes, chunk };
  return chunk;
}
