/** Bytes of a configuration file as text. */

/** Returns the text; undefined where it is not UTF-8. A byte order mark stays in it. */
export function decodeText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Returns the text. @throws Error, with a message that fits after "cannot be read: ", where it is not UTF-8 */
export function requireText(bytes: Buffer): string {
  const mark = bytes.toString('hex', 0, 2);
  // What `>` writes in Windows PowerShell.
  if (mark === 'fffe' || mark === 'feff') throw new Error('it is UTF-16, expected UTF-8. Save it as UTF-8');
  const text = decodeText(bytes);
  if (text === undefined) throw new Error('it is not UTF-8. Save it as UTF-8');
  return text;
}
