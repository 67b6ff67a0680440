/** The settings that the page shows and changes: what `/api/settings…` answers and takes, and what the server asks for it. */
import { z } from 'zod';
import { hookStatusSchema, type HookTest, type HookTestRefusal } from './hook-status.ts';
import { count, time, type Shown } from './schema-parts.ts';
import type { SetupAnswer } from './setup.ts';

const timeOfDay = z.string().describe('Local time, such as "22:00".');

/** In the words of the configuration file (docs/configuration.md). */
export const settingValuesSchema = z
  .object({
    notifications: z.object({
      taskComplete: z.enum(['all', 'failures', 'none']),
      errors: z.boolean(),
      quietHours: z.object({ from: timeOfDay, to: timeOfDay }).nullable(),
      batchSeconds: z.number(),
    }),
    history: z.object({
      logs: z.boolean(),
      screenshots: z.enum(['all', 'failures', 'none']),
      maxMegabytes: z.number(),
      copyKilobytesPerSecond: z.number(),
    }),
    journal: z.object({ keepDays: z.number(), maxMegabytes: z.number() }),
  })
  .describe('Values of the configuration, with defaults filled in.');

/** Only the form is checked here: what makes sense is for the configuration's own schema to say. */
export const settingChangesSchema = z
  .object({
    version: z.string().max(100).describe('`version` of the settings that the person looked at.'),
    values: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .describe('By group and key, as in `values` of the settings. What is left out stays as it is.'),
  })
  .describe('Values to be written into the configuration file.');

export const keptRunSchema = z
  .object({
    run_id: z.string(),
    vm: z.string(),
    started_at: time.nullable().describe('Null: the journal does not know it any more.'),
  })
  .describe('A run with kept files.');

export const roomShareSchema = z
  .object({ bytes: count, runs: count.describe('Runs with files of this kind.') })
  .describe('Kept files of one kind.');

const kinds = z.object({ screenshots: roomShareSchema, logs: roomShareSchema, texts: roomShareSchema });

export const keptRoomSchema = z
  .object({ kinds, oldest: keptRunSchema.nullable().describe('The oldest run with kept files.') })
  .describe('What the kept files take on disk, bounded by `history.maxMegabytes`.');

export const removalSchema = z
  .object({ kinds, newest: keptRunSchema.nullable().describe('The newest run that loses something.') })
  .describe('An estimate of what a bound for the kept files removes.');

const hookSettingSchema = hookStatusSchema
  .extend({
    on: z.array(z.string()).describe('Events for which it is called.'),
    vms: z.array(z.string()).nullable().describe('Only events of these VMs; null: of all.'),
  })
  .describe('A hook of the configuration and how it fares. Nothing in it is secret.');

export const settingsSchema = z
  .object({
    access: z
      .enum(['allowed', 'needs_code', 'elsewhere', 'no_file'])
      .describe(
        'Whether this client may change anything: with the set-up code only, not from another machine or page, and not without a configuration file of its own (the demo).',
      ),
    values: settingValuesSchema,
    is_in_force: z.boolean().describe('False: BenchTray has not read the file again yet, or it has errors.'),
    version: z
      .string()
      .nullable()
      .describe('Of the file that the values are from; null: nothing can be changed.'),
    file: z
      .object({
        path: z.string(),
        source: z.enum(['--config', 'BENCHTRAY_CONFIG', 'default']),
        exists: z.boolean(),
        problem: z.string().nullable().describe('Why nothing can be written into it; null: something can.'),
      })
      .nullable()
      .describe('The configuration file; null: there is none, or this client is elsewhere.'),
    data_folder: z
      .object({
        path: z.string(),
        source: z.enum(['dataDir', 'BENCHTRAY_DATA_DIR', 'default']).nullable(),
        free_bytes: count.nullable().describe('Room that is left on its disk; null: unknown.'),
      })
      .nullable()
      .describe('Null: this client is elsewhere.'),
    room: keptRoomSchema.extend({ journal_bytes: count, app_log_bytes: count }),
    hooks: z.array(hookSettingSchema).describe('In the order of the configuration.'),
    app_version: z.string(),
  })
  .describe('What the page of the settings shows.');

export const savedSettingsSchema = z
  .object({ version: z.string().describe('Of the file as it is now.') })
  .describe('The values stand in the configuration file now. BenchTray reads it again within seconds.');

export type SettingValues = Shown<typeof settingValuesSchema>;
export type SettingChangeSet = Shown<typeof settingChangesSchema>;
export type KeptRun = Shown<typeof keptRunSchema>;
export type RoomShare = Shown<typeof roomShareSchema>;
export type KeptRoom = Shown<typeof keptRoomSchema>;
export type RemovalView = Shown<typeof removalSchema>;
export type HookSetting = Shown<typeof hookSettingSchema>;
export type SavedSettings = Shown<typeof savedSettingsSchema>;
export type SettingsView = Shown<typeof settingsSchema>;

/** The settings as the server asks for them. */
export interface SettingsDesk {
  /** Everything but who may do what. */
  read(): Promise<Omit<SettingsView, 'access'>>;
  change(changes: SettingChangeSet): SetupAnswer<SavedSettings>;
  removal(maxMegabytes: number): Promise<RemovalView>;
  /**
   * Delivers a test message to one hook.
   * @param id refuses another hook at this place; null: takes any
   */
  testHook(index: number, id: string | null): Promise<HookTest | HookTestRefusal>;
}
