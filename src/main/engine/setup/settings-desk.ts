/** Answers the requests of the settings page. */
import { isDeepStrictEqual } from 'node:util';
import {
  findConfigPath,
  readSettingsFile,
  settingsOf,
  writeSettings,
  type Config,
  type ConfigSources,
  type WriteSettingsResult,
} from '../config/index.ts';
import type { HookStatus } from '../../../shared/hook-status.ts';
import type { SettingsDesk, SettingsView } from '../../../shared/settings.ts';
import type { SetupRefusal } from '../../../shared/setup.ts';
import { sentence } from '../../../shared/wording.ts';
import { textOf } from './desk.ts';

export interface SettingsDeskOptions extends Pick<SettingsDesk, 'removal' | 'testHook'> {
  /** Null: there is no configuration file of its own, and nothing can be changed. */
  readonly sources: ConfigSources | null;
  /** The configuration in force. */
  readonly config: () => Config;
  readonly dataDir: string;
  readonly version: string;
  readonly room: () => Promise<SettingsView['room']>;
  /** Room that is left on the disk of the data folder, bytes; null: unknown. */
  readonly freeBytes: () => Promise<number | null>;
  /** In the order of the configuration. */
  readonly hooks: () => readonly HookStatus[];
}

export function createSettingsDesk(options: SettingsDeskOptions): SettingsDesk {
  const { sources, config, dataDir, removal, testHook } = options;

  /** The values of the file, or those in force if it cannot be read. */
  function ofFile(): Pick<SettingsView, 'values' | 'version' | 'file'> {
    const inForce = settingsOf(config());
    if (sources === null) return { values: inForce, version: null, file: null };
    const { path, source, exists } = findConfigPath(sources);
    const read = readSettingsFile(path);
    return read.ok
      ? {
          values: read.values,
          version: read.obstacle === null ? read.version : null,
          file: { path, source, exists, problem: read.obstacle },
        }
      : {
          values: inForce,
          version: null,
          file: { path, source, exists, problem: refusalOf(read).detail },
        };
  }

  return {
    async read() {
      const current = config();
      const found = ofFile();
      const statuses = options.hooks();
      return {
        ...found,
        is_in_force: isDeepStrictEqual(found.values, settingsOf(current)),
        data_folder: {
          path: dataDir,
          source: sources === null ? null : folderSource(current, sources),
          free_bytes: await options.freeBytes(),
        },
        room: await options.room(),
        hooks: current.hooks.flatMap(({ on, vms = null }, index) => {
          const status = statuses[index];
          return status === undefined ? [] : [{ ...status, on, vms }];
        }),
        app_version: options.version,
      };
    },
    change({ version, values }) {
      if (sources === null) return { ok: false, problem: { kind: 'conflict', detail: noFile, hint: null } };
      const result = writeSettings(findConfigPath(sources).path, { changes: values, version });
      if (result.ok) return { ok: true, value: { version: result.version } };
      if (result.kind !== 'invalid') return { ok: false, problem: refusalOf(result) };
      const fields = result.problems.map(({ key, what }) => ({ field: key, message: what }));
      return { ok: false, problem: { kind: 'invalid', fields } };
    },
    removal,
    testHook,
  };
}

const noFile = 'This BenchTray has no configuration file of its own.';

function folderSource(
  { dataDir }: Config,
  { env }: ConfigSources,
): 'dataDir' | 'BENCHTRAY_DATA_DIR' | 'default' {
  if (dataDir !== null) return 'dataDir';
  return (env['BENCHTRAY_DATA_DIR'] ?? '') === '' ? 'default' : 'BENCHTRAY_DATA_DIR';
}

function refusalOf(
  result: Exclude<WriteSettingsResult, { readonly ok: true } | { readonly kind: 'invalid' }>,
): Extract<SetupRefusal, { readonly kind: 'conflict' }> {
  const { kind } = result;
  switch (kind) {
    case 'broken':
      return {
        kind: 'conflict',
        reason: kind,
        detail: `The configuration file has errors. ${textOf(result.problems)}`,
        hint: 'Fix them in an editor, then save again. This page keeps what you typed.',
      };
    case 'clash':
      return {
        kind: 'conflict',
        reason: kind,
        detail: `With these values the configuration would not be valid any more. Nothing was written. ${textOf(result.problems)}`,
        hint: 'Change that in an editor, then save again. This page keeps what you typed.',
      };
    case 'changed':
      return {
        kind: 'conflict',
        reason: kind,
        detail: 'The configuration file was changed since this page read it. Nothing was written.',
        hint: 'Read it again: this page keeps what you typed.',
      };
    case 'unwritable':
      return { kind: 'conflict', reason: kind, detail: sentence(result.message), hint: null };
  }
}
