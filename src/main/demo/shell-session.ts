/** A shell on the simulated machine: takes the script and then request lines on its input, and answers as the script would. */
import type { ServerChannel } from 'ssh2';
import { parseRequestLine, shellScript } from '../vm/index.ts';
import { answer } from './answers.ts';
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
    if (verb === 'ask') {
      const [nonce = '', limit = '', ...request] = words;
      writeFrame(nonce, answer({ machine, side, limitSeconds: Number(limit), now: Date.now() }, request));
    } else if (verb === 'until_closed') {
      mode = 'following';
      const found = findFollowed(machine, side, words);
      if ('file' in found) stopFollowing = follow(found.file, found.start, channel);
      else {
        channel.stderr.write(found.message);
        end(0);
      }
    } else refuse();
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

type Followed = { readonly file: GrowingFile; readonly start: number } | { readonly message: string };

/** `tail -c +N -f -- PATH` and `docker logs --follow --tail N NAME`: the file, and the byte to begin with. */
function findFollowed(machine: Machine, side: Side, words: readonly string[]): Followed {
  const [command = '', ...rest] = words;
  if (command === 'docker' && side === 'host' && rest[0] === 'logs') {
    return findContainerLog(machine, rest.slice(1));
  }
  if (command === 'tail') {
    const [option, from = '', ...others] = rest;
    const path = others.at(-1) ?? '';
    const first = /^\+(\d+)$/.exec(from)?.[1];
    if (option !== '-c' || first === undefined || !others.includes('-f')) {
      return { message: 'tail: not part of the simulation\n' };
    }
    const file = machine.fileAt(side, path);
    if (file !== null) return { file, start: Math.max(0, Number(first) - 1) };
    return {
      message: `tail: cannot open '${path}' for reading: No such file or directory\ntail: no files remaining\n`,
    };
  }
  return { message: `sh: 1: ${command}: not found\n` };
}

/** Writes what the file holds from `start` on, and what is added, as fast as the other side reads. Returns what stops it. */
function follow(file: GrowingFile, start: number, channel: ServerChannel): () => void {
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
  const stopListening = file.onGrowth(write);
  channel.on('drain', goOn);
  write();
  return () => {
    stopListening();
    channel.off('drain', goOn);
  };
}
