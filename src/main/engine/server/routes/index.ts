/** All routes of the server. */
import type { BackgroundTask } from '../../../../shared/background-task.ts';
import type { HookStatus } from '../../../../shared/hook-status.ts';
import type { SettingsDesk } from '../../../../shared/settings.ts';
import type { FileReader, KeptNotes, LogReader } from '../../archive/index.ts';
import type { FaultLog } from '../http/fault-log.ts';
import type { ConfiguredVm } from '../stream/pictures.ts';
import type { Streams } from '../stream/streams.ts';
import { addAddVmRoute } from './add-vm-route.ts';
import { answerOtherMethods, createApp, type App } from './app.ts';
import { createAttemptReader } from './attempt-reading.ts';
import { addAttemptsRoute } from './attempts-route.ts';
import { addAzureVmsRoute } from './azure-vms-route.ts';
import { addChangeSettingsRoute } from './change-settings-route.ts';
import { addCompareRoute } from './compare-route.ts';
import { addDashboardRoutes } from './dashboard-route.ts';
import { addDemoRoute } from './demo-route.ts';
import { addDoctorRoute, type RunDoctor } from './doctor-route.ts';
import { addEventsRoute } from './events-route.ts';
import { addHealthRoute } from './health-route.ts';
import { createPlacesInLogs } from './log-places.ts';
import { addLogRoute } from './log-route.ts';
import { addLogTasksRoute } from './log-tasks-route.ts';
import { addMetricsRoute } from './metrics-route.ts';
import { addOpenApiRoute } from './openapi-route.ts';
import { addRemovalRoute } from './removal-route.ts';
import { addReportRoute } from './report-route.ts';
import { addRunRoute } from './run-route.ts';
import { addRunTasksRoute } from './run-tasks-route.ts';
import { addRunsRoute } from './runs-route.ts';
import type { ThresholdOf } from './run-view.ts';
import { addScreenRoute } from './screen-route.ts';
import type { ScreenSource } from './screen-task.ts';
import { addScreensRoute } from './screens-route.ts';
import { addSettingsRoute } from './settings-route.ts';
import { hideFromOthers, type SetupDesk } from './setup-guard.ts';
import { addSetupRoute } from './setup-route.ts';
import { addStatusRoute } from './status-route.ts';
import { addStepsRoute } from './steps-route.ts';
import { addStreamRoute } from './stream-route.ts';
import { addTasksRoute } from './tasks-route.ts';
import { addTestHookRoute } from './test-hook-route.ts';
import { addTestVmRoute } from './test-vm-route.ts';

export interface RoutesOptions extends ScreenSource {
  readonly faults: FaultLog;
  /** The kept logs of runs; null: none are kept. */
  readonly logs: LogReader | null;
  /** The kept files of tasks; null: none are kept. */
  readonly files: FileReader | null;
  readonly thresholdOf: ThresholdOf;
  /** Reads the kept files of a run; null: nothing is kept. */
  readonly kept: KeptNotes | null;
  readonly vms: () => readonly ConfiguredVm[];
  /** Version of BenchTray. */
  readonly version: string;
  readonly streams: Streams;
  readonly maxConnections: () => number;
  readonly backgroundTasks: () => readonly BackgroundTask[];
  /** The state of each configured hook. */
  readonly hooks: () => readonly HookStatus[];
  /** Null: there is no doctor. */
  readonly doctor: RunDoctor | null;
  readonly setup: SetupDesk;
  /** Null: there are no settings. */
  readonly settings: SettingsDesk | null;
  /** The dashboard's built files; null where there are none. */
  readonly assetsDir: string | null;
  /** Where this server is. */
  readonly url: () => string;
}

export interface Routes {
  readonly app: App;
  /** Cancels what runs; resolves when it is over. */
  close(): Promise<void>;
}

export function createRoutes(options: RoutesOptions): Routes {
  const { feed, thresholdOf, vms, version, streams, hooks, setup, settings } = options;
  const vmNames = (): string[] => vms().map((vm) => vm.name);
  const app = createApp(options.faults);
  const places = createPlacesInLogs(options.logs);

  addStreamRoute(app, { streams, vmNames, maxConnections: options.maxConnections });
  addStatusRoute(app, { feed, thresholdOf, vms, version, hooks });
  addTasksRoute(app, options.backgroundTasks);
  addRunsRoute(app, feed, thresholdOf, vmNames);
  addRunRoute(app, feed, thresholdOf, options.kept);
  addRunTasksRoute(app, feed);
  addEventsRoute(app, feed);
  addCompareRoute(app, feed);
  addLogRoute(app, feed, options.logs);
  addLogTasksRoute(app, feed, places);
  const readAttempt = createAttemptReader();
  addScreensRoute(app, options, readAttempt);
  addScreenRoute(app, options);
  addStepsRoute(app, options, readAttempt, places);
  addAttemptsRoute(app, feed);
  addReportRoute(app, { ...options, history: feed });
  const close = addDoctorRoute(app, { run: options.doctor, vmNames, url: options.url });

  app.use('/api/setup/*', hideFromOthers);
  addSetupRoute(app, setup);
  addAzureVmsRoute(app, setup);
  addTestVmRoute(app, setup);
  addAddVmRoute(app, setup);
  addDemoRoute(app, setup);

  addSettingsRoute(app, settings, setup);
  addRemovalRoute(app, settings);
  app.use('/api/settings/changes/*', hideFromOthers);
  addChangeSettingsRoute(app, settings, setup);
  app.use('/api/settings/hooks/*', hideFromOthers);
  addTestHookRoute(app, settings, setup);

  addMetricsRoute(app, { feed, vms, version, streams: () => streams.figures(), hooks });
  addHealthRoute(app, version);
  addOpenApiRoute(app, version);
  addDashboardRoutes(app, options.assetsDir);
  answerOtherMethods(app);
  return { app, close };
}
