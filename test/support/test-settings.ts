/** The settings with a real configuration file; the test says what is kept and how the hooks fare. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defaultConfig, type Config, type ConfigSources } from '../../src/main/engine/config/index.ts';
import { parseConfig } from '../../src/main/engine/config/parse.ts';
import { createSettingsDesk } from '../../src/main/engine/setup/index.ts';
import type { HookStatus, HookTest, HookTestRefusal } from '../../src/shared/hook-status.ts';
import type { RemovalView, SettingsDesk, SettingsView } from '../../src/shared/settings.ts';

export interface TestSettings {
  readonly desk: SettingsDesk;
  room: SettingsView['room'];
  removal: RemovalView;
  /** By place of the hook. */
  hookChanges: Readonly<Record<number, Partial<HookStatus>>>;
  /** What a test of a hook comes to. */
  hookTest: (index: number, id: string | null) => Promise<HookTest | HookTestRefusal>;
  readonly removalsAsked: readonly number[];
  /** Writes the file, as an editor does. */
  write(text: string): void;
  /** Takes the file over, as BenchTray does a moment after a change. */
  readAgain(): void;
}

const noFiles = { bytes: 0, runs: 0 };

export function roomOf(changes: Partial<SettingsView['room']> = {}): SettingsView['room'] {
  return {
    kinds: { screenshots: noFiles, logs: noFiles, texts: noFiles },
    oldest: null,
    journal_bytes: 0,
    app_log_bytes: 0,
    ...changes,
  };
}

export function hookStatusOf(changes: Partial<HookStatus> = {}): HookStatus {
  return {
    ...{ index: 0, id: 'hook-0', kind: 'url', target: 'https://ntfy.sh/***', ok: null },
    ...{ last_error: null, last_at: null, last_success_at: null, last_failure_at: null },
    ...{ delivered: 0, failures: 0, dropped: 0, pending: 0 },
    ...changes,
  };
}

/** @param sources null: there is no configuration file of its own */
export function openTestSettings(sources: ConfigSources | null, file: string): TestSettings {
  let config: Config = defaultConfig;
  const asked: number[] = [];
  const settings: TestSettings = {
    room: roomOf(),
    removal: { kinds: { screenshots: noFiles, logs: noFiles, texts: noFiles }, newest: null },
    hookChanges: {},
    hookTest: () => Promise.resolve({ ok: true, error: null, took_ms: 12 }),
    removalsAsked: asked,
    write(text) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
    readAgain() {
      const parsed = existsSync(file) ? parseConfig(readFileSync(file, 'utf8'), file) : null;
      if (parsed?.ok === true) config = parsed.config;
    },
    desk: createSettingsDesk({
      sources,
      config: () => config,
      dataDir: join(dirname(file), '..', 'data'),
      version: '1.2.3',
      room: () => Promise.resolve(settings.room),
      freeBytes: () => Promise.resolve(128_000_000_000),
      hooks: () =>
        config.hooks.map((_, index) =>
          hookStatusOf({ index, id: `hook-${index}`, ...settings.hookChanges[index] }),
        ),
      removal(maxMegabytes) {
        asked.push(maxMegabytes);
        return Promise.resolve(settings.removal);
      },
      testHook: (index, id) => settings.hookTest(index, id),
    }),
  };
  return settings;
}
