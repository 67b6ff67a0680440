/**
 * Bounds for a tar archive that a stranger sends, checked before its decoder sees a byte. The decoder takes hours for a record of its
 * metadata that is made for that, and an archive may go on for ever.
 */

const blockBytes = 512;
/** What comes from a folder has names of some hundred bytes. */
const mostMetadataBytes = 4096;
/** Each file may have two headers more, for its name and its times. */
const mostHeaders = 4000;
/** What is skipped counts too. */
const mostArchiveBytes = 4 * 1024 * 1024 * 1024;

/** Links, devices, folders and FIFOs. */
const bodilessTypes = '123456';
const metadataTypes = 'xgLK';

/** Returns what checks the next bytes of the archive. @throws if they are out of bounds */
export function createTarBounds(): (chunk: Buffer) => void {
  let archiveBytes = 0;
  let headers = 0;
  let hasEnded = false;
  /** The header or metadata that is being collected, and how long it gets. */
  let collected: Buffer = Buffer.alloc(0);
  let wantedBytes = blockBytes;
  let isInMetadata = false;
  let bodyBytes = 0;

  function readHeader(block: Buffer): void {
    headers += 1;
    if (headers > mostHeaders) throw new Error('the archive has too many files');
    // A block of zeros ends the archive: the decoder takes nothing else behind it.
    hasEnded = block.every((byte) => byte === 0);
    const type = block.toString('latin1', 156, 157);
    const size = sizeIn(block);
    const padded = Math.ceil(size / blockBytes) * blockBytes;
    if (!metadataTypes.includes(type)) {
      bodyBytes = bodilessTypes.includes(type) ? 0 : padded;
      return;
    }
    if (size > mostMetadataBytes) throw new Error('the archive has too much metadata');
    isInMetadata = padded > 0;
    wantedBytes = padded > 0 ? padded : blockBytes;
  }

  function readMetadata(bytes: Buffer): void {
    // Only files over 8 GiB need it, and their sizes can be written in the header as well.
    if (bytes.includes(' size=')) throw new Error('the archive has sizes that cannot be checked');
    isInMetadata = false;
    wantedBytes = blockBytes;
  }

  return (chunk) => {
    archiveBytes += chunk.length;
    if (archiveBytes > mostArchiveBytes) throw new Error('the archive does not end');
    for (let at = 0; at < chunk.length && !hasEnded;) {
      const passed = Math.min(bodyBytes, chunk.length - at);
      bodyBytes -= passed;
      at += passed;
      if (bodyBytes > 0 || at === chunk.length) return;
      const piece = chunk.subarray(at, at + wantedBytes - collected.length);
      at += piece.length;
      collected = Buffer.concat([collected, piece]);
      if (collected.length < wantedBytes) return;
      const whole = collected;
      collected = Buffer.alloc(0);
      if (isInMetadata) readMetadata(whole);
      else readHeader(whole);
    }
  };
}

/** Returns how long the body is, in the two ways in which a header may say so. */
function sizeIn(block: Buffer): number {
  const field = block.subarray(124, 136);
  const [octal = ''] = /^[0-7 ]*/.exec(field.toString('latin1')) ?? [];
  const isBinary = ((field[0] ?? 0) & 0x80) !== 0;
  const size = isBinary
    ? field.reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & 0x7f : byte), 0)
    : Number.parseInt(`0${octal.replaceAll(' ', '')}`, 8);
  if (!Number.isSafeInteger(size)) throw new Error('the archive has an impossible size');
  return size;
}
