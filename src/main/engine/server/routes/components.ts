/** The forms of answers by the names that they have in `/api/openapi.json`. */
import type { z } from 'zod';
import { backgroundTaskSchema } from '../../../../shared/background-task.ts';
import * as comparison from '../../../../shared/comparison.ts';
import { doctorCheckSchema, doctorSummarySchema } from '../../../../shared/doctor.ts';
import { hookStatusSchema, hookTestSchema } from '../../../../shared/hook-status.ts';
import * as payloads from '../../../../shared/payload-schemas.ts';
import * as settings from '../../../../shared/settings.ts';
import * as setup from '../../../../shared/setup.ts';
import * as answers from './answer-schemas.ts';
import { runEventSchema, runEventsSchema } from './events-schema.ts';
import * as runs from './run-schemas.ts';
import { attemptsSchema, stepsSchema } from './steps-schema.ts';

export const components = {
  Attempts: attemptsSchema,
  AzureVm: setup.azureVmSchema,
  AzureVms: setup.azureVmsSchema,
  BackgroundTask: backgroundTaskSchema,
  BackgroundTasks: answers.backgroundTasksSchema,
  ComparedAttempt: comparison.comparedAttemptSchema,
  ComparedRun: comparison.comparedRunSchema,
  ComparedTask: comparison.comparedTaskSchema,
  Comparison: comparison.comparisonSchema,
  Connected: payloads.connectedSchema,
  Cost: payloads.costSchema,
  DemoSwitch: setup.demoSwitchSchema,
  DoctorAnswer: answers.doctorAnswerSchema,
  DoctorCheck: doctorCheckSchema,
  DoctorSummary: doctorSummarySchema,
  DomainTally: payloads.domainTallySchema,
  Error: payloads.errorSchema,
  Finding: payloads.findingSchema,
  Health: answers.healthSchema,
  HookStatus: hookStatusSchema,
  HookTest: hookTestSchema,
  JournalStatus: answers.journalStatusSchema,
  KeptOfRun: runs.keptSchema,
  LogTasks: answers.logTasksSchema,
  Pool: payloads.poolViewSchema,
  PoolPart: payloads.poolPartSchema,
  Problem: answers.problemSchema,
  KeptRun: settings.keptRunSchema,
  Progress: payloads.progressSchema,
  Recovered: payloads.recoveredSchema,
  Removal: settings.removalSchema,
  RoomShare: settings.roomShareSchema,
  Run: runs.runSchema,
  RunEvent: runEventSchema,
  RunEvents: runEventsSchema,
  RunLog: answers.runLogSchema,
  RunWithTasks: runs.runWithTasksSchema,
  Runs: runs.runsSchema,
  SavedSettings: settings.savedSettingsSchema,
  SavedVm: setup.savedVmSchema,
  Screens: answers.screensSchema,
  SettingChanges: settings.settingChangesSchema,
  SettingValues: settings.settingValuesSchema,
  Settings: settings.settingsSchema,
  Setup: setup.setupSchema,
  State: answers.statusAnswerSchema,
  Status: payloads.statusSchema,
  StatusDetail: payloads.statusDetailSchema,
  Steps: stepsSchema,
  Task: runs.taskSchema,
  TaskComplete: payloads.taskCompleteSchema,
  Tasks: runs.tasksSchema,
  VmDraft: setup.vmDraftSchema,
  VmPicture: answers.vmPictureSchema,
  Vms: payloads.vmsSchema,
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type ComponentName = keyof typeof components;

const names = new Map<z.ZodType, string>(Object.entries(components).map(([name, schema]) => [schema, name]));

/** Returns the name of a schema in the description. Throws if it has none. */
export function componentName(schema: z.ZodType): string {
  const name = names.get(schema);
  if (name === undefined) throw new Error('This schema has no name in components.ts');
  return name;
}
