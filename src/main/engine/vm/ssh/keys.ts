/** Private keys: found, read, decrypted once, and offered by each connection without reading them again. */
import { stat } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { readUserFile, UnfitFile, withFileLimit } from '../../files/index.ts';

/** Asks the person for the passphrase of a key; null: nobody is there to ask, or it was declined. */
export type AskPassphrase = (keyPath: string) => Promise<string | null>;

export interface KeyProblem {
  readonly path: string;
  readonly kind: 'missing' | 'unreadable' | 'not_a_key' | 'passphrase_needed' | 'passphrase_wrong';
  /** One sentence for a person. */
  readonly message: string;
  readonly hint: string;
}

export interface LoadedKeys {
  readonly keys: readonly ParsedKey[];
  readonly problems: readonly KeyProblem[];
}

export interface KeyStore {
  load(paths: readonly string[]): Promise<LoadedKeys>;
}

/**
 * Decrypting a key blocks for up to half a second, so that it is done once for each version of the file.
 * The passphrase comes from `BENCHTRAY_KEY_PASSPHRASE`, else from the person, who is asked once.
 */
export function createKeyStore(options: {
  readonly passphrase: string | undefined;
  readonly ask: AskPassphrase | null;
}): KeyStore {
  const known = new Map<string, { modifiedAtMs: number; result: ParsedKey | KeyProblem }>();

  async function load(path: string): Promise<ParsedKey | KeyProblem> {
    let modifiedAtMs: number;
    let text: Buffer;
    try {
      modifiedAtMs = (await withFileLimit(path, () => stat(path))).mtimeMs;
      const cached = known.get(path);
      if (cached?.modifiedAtMs === modifiedAtMs) return cached.result;
      text = await readUserFile(path);
    } catch (error) {
      return fileProblem(path, error);
    }
    const result = await parse(path, text);
    known.set(path, { modifiedAtMs, result });
    return result;
  }

  async function parse(path: string, text: Buffer): Promise<ParsedKey | KeyProblem> {
    const plain = parseKey(text);
    if (!(plain instanceof Error)) return usable(path, plain);
    if (!/encrypted|passphrase/i.test(plain.message)) {
      return {
        path,
        kind: 'not_a_key',
        message: `${path} is not a private key that can be read (${plain.message}).`,
        hint: 'Name an OpenSSH or PEM private key in "ssh.privateKey" (not the .pub file).',
      };
    }
    const passphrase = options.passphrase ?? (await options.ask?.(path)) ?? null;
    if (passphrase === null) {
      return {
        path,
        kind: 'passphrase_needed',
        message: `The key ${path} is encrypted and there is no passphrase for it.`,
        hint: 'Add it to the SSH agent (ssh-add), or set BENCHTRAY_KEY_PASSPHRASE.',
      };
    }
    const opened = parseKey(text, passphrase);
    if (!(opened instanceof Error)) return usable(path, opened);
    return {
      path,
      kind: 'passphrase_wrong',
      message: `The passphrase for the key ${path} is wrong.`,
      hint: 'Correct BENCHTRAY_KEY_PASSPHRASE, or add the key to the SSH agent (ssh-add), and start BenchTray again.',
    };
  }

  return {
    async load(paths) {
      const results: (ParsedKey | KeyProblem)[] = [];
      for (const path of paths) results.push(await load(path));
      return { keys: results.filter(isKey), problems: results.filter(isProblem) };
    },
  };
}

function parseKey(text: Buffer, passphrase?: string): ParsedKey | Error {
  // The types leave out that a file may hold several keys.
  const parsed = ssh2.utils.parseKey(text, passphrase) as ParsedKey | readonly ParsedKey[] | Error;
  return 'length' in parsed ? (parsed[0] ?? new Error('it holds no key')) : parsed;
}

function usable(path: string, key: ParsedKey): ParsedKey | KeyProblem {
  if (key.isPrivateKey()) return key;
  return {
    path,
    kind: 'not_a_key',
    message: `${path} is a public key.`,
    hint: 'Name the private key (the file without .pub).',
  };
}

function fileProblem(path: string, error: unknown): KeyProblem {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return {
      path,
      kind: 'missing',
      message: `The key file ${path} does not exist.`,
      hint: 'Correct "ssh.privateKey" in the configuration, or make a key with: ssh-keygen -t ed25519',
    };
  }
  // Its permissions are as they should be, and with those of a key nobody could open what is in it.
  if (error instanceof UnfitFile && code !== 'ETIMEDOUT') {
    return {
      path,
      kind: 'not_a_key',
      message: code === 'EISDIR' ? `${path} is a folder.` : `${path} is not a private key: ${error.message}.`,
      hint: code === 'EISDIR' ? 'Name the private key in it.' : 'Name the file that holds the private key.',
    };
  }
  if (error instanceof UnfitFile) {
    return {
      path,
      kind: 'unreadable',
      message: `The key file ${path} cannot be read: ${error.message}.`,
      hint: 'Check the network file system that it is on, or keep the key on a local disk.',
    };
  }
  return {
    path,
    kind: 'unreadable',
    message: `The key file ${path} cannot be read (${code ?? String(error)}).`,
    hint: 'Check its owner and permissions: chmod 600',
  };
}

function isProblem(result: ParsedKey | KeyProblem): result is KeyProblem {
  return 'kind' in result;
}

function isKey(result: ParsedKey | KeyProblem): result is ParsedKey {
  return !isProblem(result);
}
