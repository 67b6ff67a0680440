/** How an event is written on the wire (https://html.spec.whatwg.org/multipage/server-sent-events.html, "event stream interpretation"). */

/** Milliseconds after which a client that was cut off comes back. First thing on every stream. */
export const streamOpening = 'retry: 3000\n\n';

/** A line that clients ignore: keeps proxies and time-outs along the way from taking silence for death. */
export const keepAliveComment = ': keep-alive\n\n';

/**
 * `event:`, `id:` (where it has one), ONE `data:` line, an empty line: clients that read line by line depend on that order.
 * @throws when a name or an id could not stand on its line; no text within `data` can do harm
 */
export function eventFrame(name: string, id: string | null, data: object): string {
  return jsonFrame(name, id, JSON.stringify(data));
}

/**
 * The same for data that is JSON already, on one line.
 * @throws when a name or an id could not stand on its line, or the JSON is on several
 */
export function jsonFrame(name: string, id: string | null, json: string): string {
  if (!/^[a-z_]+$/.test(name)) throw new Error(`Not a name for an event: ${JSON.stringify(name)}`);
  if (id !== null && !/^[A-Za-z0-9-]+$/.test(id))
    throw new Error(`Not an id for an event: ${JSON.stringify(id)}`);
  if (/[\r\n]/.test(json)) throw new Error('Not one line of JSON');
  const idLine = id === null ? '' : `id: ${id}\n`;
  return `event: ${name}\n${idLine}data: ${escapeForReaders(json)}\n\n`;
}

/**
 * JSON.stringify escapes CR, LF and lone surrogates. What else some reader takes for a line end (NEL, U+2028, U+2029) or
 * swallows (a byte order mark) is escaped here.
 */
function escapeForReaders(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

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
