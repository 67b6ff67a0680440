/** An `az` on the PATH that does as it is told. It writes down how it was called, and ends by itself after a while whatever happens. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shellQuote } from '../../../src/main/engine/common/terminal.ts';

export interface FakeAz {
  /** The folder that it lies in. */
  readonly folder: string;
  /** Gives this token. @param expiresInSeconds by default an hour */
  givesToken(token: string, expiresInSeconds?: number): void;
  /** Ends with 1 and these words, as the real one does. */
  fails(says: string): void;
  /** Prints this, and ends well. */
  prints(text: string): void;
  /** Never answers. */
  hangs(): void;
  /** The arguments of each call. */
  calls(): readonly string[];
  /** The calls that have not ended. */
  running(): readonly number[];
  remove(): void;
}

/** The words of azure-cli 2.6x for somebody who has not signed in. */
export const notSignedIn = "ERROR: Please run 'az login' to setup account.";

export function makeFakeAz(): FakeAz {
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-az-'));
  const file = (name: string): string => join(folder, name);
  const script = `#!/bin/sh
echo "$*" >>${file('calls')}
echo $$ >>${file('pids')}
. ${file('answer')}
`;
  writeFileSync(file('az'), script);
  chmodSync(file('az'), 0o755);
  const answer = (text: string): void => writeFileSync(file('answer'), text);
  const lines = (name: string): string[] =>
    existsSync(file(name)) ? readFileSync(file(name), 'utf8').split('\n').filter(Boolean) : [];
  const az: FakeAz = {
    folder,
    givesToken(token, expiresInSeconds = 3600) {
      const expires_on = Math.floor(Date.now() / 1000) + expiresInSeconds;
      const expiresOn = new Date(expires_on * 1000).toISOString();
      answer(
        `echo ${shellQuote(JSON.stringify({ accessToken: token, expiresOn, expires_on, tokenType: 'Bearer' }))}`,
      );
    },
    fails: (says) => answer(`echo ${shellQuote(says)} >&2\nexit 1`),
    prints: (text) => answer(`echo ${shellQuote(text)}`),
    hangs: () => answer('exec sleep 60'),
    calls: () => lines('calls'),
    running: () =>
      lines('pids')
        .map(Number)
        .filter((pid) => existsSync(`/proc/${pid}`)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  az.givesToken('token-of-az');
  return az;
}
