/** The values of the configuration file that the page may change: reading them, and writing others. */
import { parseConfig } from './parse.ts';
import type { ConfigProblem } from './problem.ts';
import {
  changed,
  obstacleOf,
  readCurrentFile,
  replaceFile,
  versionOf,
  type RewriteRefusal,
} from './rewrite-file.ts';
import { defaultConfig, type Config } from './schema.ts';
import { withValues } from './with-values.ts';

/** The keys of the configuration that the page may change, by their group. */
const settingKeys = {
  notifications: ['taskComplete', 'errors', 'quietHours', 'batchSeconds'],
  history: ['screenshots', 'logs', 'maxMegabytes', 'copyKilobytesPerSecond'],
  journal: ['keepDays', 'maxMegabytes'],
} as const satisfies { readonly [Group in keyof Config]?: readonly (keyof Config[Group])[] };

type Groups = typeof settingKeys;

/** "history.maxMegabytes" and the like. */
const places = Object.entries(settingKeys).flatMap(([group, keys]) => keys.map((key) => `${group}.${key}`));

export type SettingValues = {
  readonly [Group in keyof Groups]: Pick<Config[Group], Groups[Group][number] & keyof Config[Group]>;
};

/** Other values, by group and key. What is left out stays. Nothing is checked yet. */
export type SettingChanges = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** One wrong value: its key, such as "history.maxMegabytes", and what was found and expected. */
export interface SettingProblem {
  readonly key: string;
  readonly what: string;
}

export type SettingsFile =
  | {
      readonly ok: true;
      readonly values: SettingValues;
      readonly version: string;
      readonly exists: boolean;
      /** Why it cannot be written, in a sentence; null: it can be tried. */
      readonly obstacle: string | null;
    }
  | RewriteRefusal;

export type WriteSettingsResult =
  /** `version`: of the file as it is now. */
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly kind: 'invalid'; readonly problems: readonly SettingProblem[] }
  /** Each value makes sense, and the file as a whole would not any more. */
  | { readonly ok: false; readonly kind: 'clash'; readonly problems: readonly ConfigProblem[] }
  | RewriteRefusal;

export function readSettingsFile(path: string): SettingsFile {
  const file = readCurrentFile(path);
  if (!file.ok) return file;
  const { version, config, bytes } = file;
  return {
    ok: true,
    values: settingsOf(config ?? defaultConfig),
    version,
    exists: bytes !== null,
    obstacle: obstacleOf(file),
  };
}

/**
 * Writes values into the file. Comments, layout and everything else in it stay.
 * @param version of the file that the person looked at: another one is not written over
 */
export function writeSettings(
  path: string,
  { changes, version }: { readonly changes: SettingChanges; readonly version: string },
): WriteSettingsResult {
  const file = readCurrentFile(path);
  if (!file.ok) return file;
  if (file.version !== version) return changed(path);
  const values = Object.entries(changes).flatMap(([group, keys]) =>
    Object.entries(keys).map(([key, value]) => ({ path: [group, key], value })),
  );
  const foreign = values.map(({ path: place }) => place.join('.')).filter((key) => !places.includes(key));
  if (foreign.length > 0) {
    const what = `not to be changed here, expected one of ${places.join(', ')}`;
    return { ok: false, kind: 'invalid', problems: foreign.map((key) => ({ key, what })) };
  }
  const after = withValues(file.text, values);
  if (after === file.text) return { ok: true, version };
  const checked = parseConfig(after, path);
  if (checked.ok) {
    const written = replaceFile(file, after);
    return written.ok ? { ok: true, version: versionOf(Buffer.from(after)) } : written;
  }
  const problems = checked.problems.flatMap(({ key, what }) => {
    const own = values.some(({ path: [group, name] }) => {
      const place = `${group ?? ''}.${name ?? ''}`;
      return key === place || key.startsWith(`${place}.`);
    });
    return own ? [{ key, what }] : [];
  });
  return problems.length === 0
    ? { ok: false, kind: 'clash', problems: checked.problems }
    : { ok: false, kind: 'invalid', problems };
}

/** Returns the values of a configuration that the page may change. */
export function settingsOf(config: Config): SettingValues {
  const groups = Object.entries(settingKeys).map(([group, keys]) => {
    const values = config[group as keyof Groups] as Readonly<Record<string, unknown>>;
    return [group, Object.fromEntries(keys.map((key) => [key, values[key]]))];
  });
  return Object.fromEntries(groups) as SettingValues;
}
