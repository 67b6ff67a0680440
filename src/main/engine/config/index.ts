/**
 * What the user has said: where the configuration is, what stands in it, and whether that makes sense. One schema gives
 * the types, the defaults, the messages and the JSON Schema for editors. Nothing here acts on a configuration. Only the page writes into
 * the file: a VM that is set up, and values of its settings.
 */
export { addVm, checkVm, problemsOfVm, type AddVmResult, type VmProblem } from './add-vm.ts';
export {
  findConfigPath,
  type ConfigLocation,
  type ConfigSources,
  platformDirs,
  type PlatformDirs,
} from './find.ts';
export { maskConfig } from './mask.ts';
export type { ConfigProblem } from './problem.ts';
export { readConfig, resolveDataDir, vmOfEnv, type ConfigResult } from './read.ts';
export {
  configJsonSchema,
  defaultConfig,
  makeVmConfig,
  type AzureConfig,
  type Config,
  type ExternalConfig,
  type HookConfig,
  type HookFormat,
  type NotificationsConfig,
  type ServerConfig,
  type SshConfig,
  type VmConfig,
} from './schema.ts';
export type { HookEvent } from './schema-hooks.ts';
export {
  readSettingsFile,
  settingsOf,
  writeSettings,
  type SettingChanges,
  type SettingProblem,
  type SettingValues,
  type WriteSettingsResult,
} from './settings-file.ts';
export { watchConfig, type WatchConfigOptions } from './watch-file.ts';
export { withVm, type VmEntry } from './with-vm.ts';
