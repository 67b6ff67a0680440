/** A shell on the simulated machine: takes the script and then request lines on its input, and answers as the script would. */
import { posix } from 'node:path';
import type { ServerChannel } from 'ssh2';
import { parseRequestLine, shellScript } from '../vm/index.ts';
import { answer } from './answers.ts';
import { copyAnswer } from './copy-answer.ts';
import { containerName, findContainerLog } from './docker.ts';
import type { GrowingFile } from './growing-file.ts';
import type { Machine, Side } from './machine.ts';

const longestAnswerBytes = 65_536;
const bytesOfFrameLine = 2_100;
const followPieceBytes = 65_536;
const longestRequestLine = 8_192;

/** Which shell a command of `exec` opens; null: none that is simulated. */
export function shellSide(command: string): Side | null {
  if (command === 'sh') return 'host';
  if (command === `docker exec -i ${containerName} sh`) return 'container';
  return null;
}

/** Serves one shell until its input ends or the channel closes, and then leaves nothing behind. */
export function serveShell(machine: Machine, side: Side, channel: ServerChannel): void {
  const script = Buffer.from(shellScript);
  let input = Buffer.alloc(0);
  let mode: 'script' | 'requests' | 'following' | 'ended' = 'script';
  let stopFollowing = (): void => undefined;

  const end = (exitCode: number): void => {
    if (mode === 'ended') return;
    mode = 'ended';
    stopFollowing();
    if (!channel.writable) return;
    channel.exit(exitCode);
    channel.end();
  };
  const refuse = (): void => {
    channel.stderr.write('sh: not part of the simulation\n');
    end(127);
  };

  const takeScript = (): void => {
    const known = Math.min(input.length, script.length);
    if (input.compare(script, 0, known, 0, known) !== 0) return refuse();
    if (input.length < script.length) return;
    input = input.subarray(script.length);
    mode = 'requests';
  };
  const takeRequest = (line: string): void => {
    const [verb, ...words] = parseRequestLine(line);
    if (verb === undefined) return;
    // Its container starts once and never ends, so that there is nothing to listen to.
    if (verb === 'ask') {
      const [nonce = '', limit = '', ...request] = words;
      writeFrame(nonce, answer({ machine, side, limitSeconds: Number(limit), now: Date.now() }, request));
    } else if (verb === 'begin') {
      channel.write(`${words[0] ?? ''}\n`);
    } else if (verb === 'follow') {
      mode = 'following';
      const [inode = '', from = '', size = '', path = ''] = words;
      const file = machine.fileAt(side, posix.normalize(path));
      const isSame = file !== null && String(file.inode) === inode && file.size() >= Number(size);
      channel.stderr.write(isSame ? 'same\n' : 'another file\n');
      if (isSame) stopFollowing = follow({ file, start: Math.max(0, Number(from) - 1) }, channel);
      else end(0);
    } else if (verb === 'until_closed') {
      mode = 'following';
      if (words[0] === 'screen') {
        const [, folder = '', path = '', most = ''] = words;
        const results = machine.resultsAt(side, folder);
        channel.write(results?.screen(path, Number(most)) ?? 'absent\n');
        end(0);
        return;
      }
      if (words[0] === 'texts') {
        const [, folder = '', path = '', mark = '', plans = '', , ...files] = words;
        const results = machine.resultsAt(side, folder);
        channel.write(results?.texts(path, mark, Number(plans), files) ?? 'absent\n');
        end(0);
        return;
      }
      if (words[0] === 'copy') {
        copyAnswer(machine.resultsAt(side, words[2] ?? ''), words.slice(1))
          .then((answer) => channel.write(answer))
          .finally(() => end(0))
          .catch(() => undefined);
        return;
      }
      const found = findFollowed(machine, side, words);
      if ('file' in found) stopFollowing = follow(found, channel);
      else {
        channel.stderr.write(found.message);
        end(0);
      }
    } else if (verb !== 'drop' && verb !== 'listen') refuse();
  };
  const writeFrame = (nonce: string, bytes: Buffer): void => {
    const cut = bytes.subarray(0, longestAnswerBytes);
    for (let start = 0; start < cut.length; start += bytesOfFrameLine) {
      channel.write(
        `${nonce} + ${cut.toString('base64', start, Math.min(start + bytesOfFrameLine, cut.length))}\n`,
      );
    }
    channel.write(`${nonce} =\n`);
  };

  channel.on('data', (chunk: Buffer) => {
    if (mode === 'following' || mode === 'ended') return;
    input = Buffer.concat([input, chunk]);
    if (mode === 'script') takeScript();
    while (mode === 'requests') {
      const lineEnd = input.indexOf(0x0a);
      if (lineEnd === -1) {
        if (input.length > longestRequestLine) refuse();
        return;
      }
      const line = input.toString('utf8', 0, lineEnd);
      input = input.subarray(lineEnd + 1);
      takeRequest(line);
    }
  });
  channel.on('end', () => (mode === 'script' && input.length > 0 ? refuse() : end(0)));
  channel.on('close', () => end(0));
  channel.on('error', () => end(1));
}

interface Followed {
  readonly file: GrowingFile;
  /** The byte to begin with. */
  readonly start: number;
  /** What stands between what is there and what is added. */
  readonly mark?: string;
}

/** `container_log docker NAME SINCE`. */
function findFollowed(
  machine: Machine,
  side: Side,
  words: readonly string[],
): Followed | { readonly message: string } {
  const [command = '', ...rest] = words;
  if (command === 'container_log' && side === 'host') {
    const found = findContainerLog(machine, ['--tail', '2000', ...rest.slice(1, 2)]);
    return found.ok ? { ...found, mark: '\n' } : found;
  }
  return { message: `sh: 1: ${command}: not found\n` };
}

/** Writes what the file holds from `start` on, and what is added, as fast as the other side reads. Returns what stops it. */
function follow({ file, start, mark }: Followed, channel: ServerChannel): () => void {
  let offset = start;
  let mayWrite = true;

  const write = (): void => {
    while (mayWrite && offset < file.size()) {
      const piece = file.read(offset, offset + followPieceBytes);
      offset += piece.length;
      mayWrite = channel.write(piece);
    }
  };
  const goOn = (): void => {
    mayWrite = true;
    write();
  };
  if (mark !== undefined) {
    channel.write(Buffer.concat([file.read(start, file.size()), Buffer.from(mark)]));
    offset = file.size();
  }
  const stopListening = file.onGrowth(write);
  channel.on('drain', goOn);
  write();
  return () => {
    stopListening();
    channel.off('drain', goOn);
  };
}
