/** A folder for kept logs, and what tests ask of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  createLogStore,
  type LoggedRun,
  type LogStore,
} from '../../../src/main/engine/archive/log/log-store.ts';
import type { KeptLog } from '../../../src/main/engine/archive/log/kept-log.ts';

export const vm = 'vm';
export const logName = 'host:/tmp/run.log';
export const run: LoggedRun = { runId: 'vm-1', vm, log: logName };

export function dataFolder(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-archive-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

export interface TestStore extends LogStore {
  /** Messages of its log. */
  readonly told: readonly string[];
}

/** Opens a store, as each life of BenchTray does. */
export function storeIn(
  dataDir: string,
  isOn = (): boolean => true,
  append?: (path: string, bytes: Buffer) => void,
): TestStore {
  const told: string[] = [];
  const tell = (_details: object, message: string): void => {
    told.push(message);
  };
  const log = { error: tell, warn: tell };
  return { ...createLogStore({ dataDir, isOn, log, ...(append === undefined ? {} : { append }) }), told };
}

/** Returns all bytes of a kept log. What is missing shows as `?`. */
export async function bytesOf(kept: KeptLog | null): Promise<Buffer> {
  if (kept === null) return Buffer.alloc(0);
  const all = Buffer.alloc(kept.size, '?');
  for await (const { from, bytes } of kept.read(0, kept.size)) bytes.copy(all, from);
  return all;
}
