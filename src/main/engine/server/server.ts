/** The HTTP server: who may ask, what can be asked, and how it begins and ends. */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { BackgroundTask } from '../../../shared/background-task.ts';
import type { HookStatus } from '../../../shared/hook-status.ts';
import type { Screens } from '../../../shared/screens.ts';
import type { SettingsDesk } from '../../../shared/settings.ts';
import type { Setup } from '../../../shared/setup.ts';
import type { FileReader, KeptNotes, LogReader } from '../archive/index.ts';
import type { Feed } from '../feed/index.ts';
import { inBackground } from '../common/in-background.ts';
import { judgeAccess, loopbackDoor, type AccessRules } from './access/access.ts';
import { attend, closeServer, httpOptions } from './http/attend.ts';
import type { ExternalSettings } from './access/external-gate.ts';
import { openExternalListener, type ExternalListener } from './http/external-listener.ts';
import { createFaultLog } from './http/fault-log.ts';
import { createHandler } from './http/handler.ts';
import { listenOnLoopback } from './http/listen.ts';
import type { ConfiguredVm } from './stream/pictures.ts';
import type { ServerLog } from './http/fault-log.ts';
import type { SetupCode } from './access/setup-code.ts';
import { sinkLimits, type SinkLimits } from './stream/sink.ts';
import type { RunDoctor } from './routes/doctor-route.ts';
import { createRoutes } from './routes/index.ts';
import { createStreams } from './stream/streams.ts';

/** What may change while the server runs. */
export interface ServerSettings extends AccessRules {
  /** Streams at the same time. */
  readonly maxConnections: number;
  /** The listener for other machines; without it there is none. Of a change, only its limits and proxies are taken over. */
  readonly external?: ExternalSettings | null;
}

export interface StartOptions extends ServerSettings {
  readonly feed: Feed;
  /** The configured VMs, in order. */
  readonly vms: () => readonly ConfiguredVm[];
  /** What `/api/tasks` shows. */
  readonly backgroundTasks: () => readonly BackgroundTask[];
  /** How the hooks of the configuration fare, in their order; without it there are none. */
  readonly hooks?: () => readonly HookStatus[];
  /** Where the pictures of this VM's tasks can be asked for; null: it is not watched. */
  readonly screens?: (vm: string) => Screens | null;
  /** The kept logs of runs; without it there are none. */
  readonly logs?: LogReader;
  /** The kept files of tasks; without it there are none. */
  readonly files?: FileReader;
  /** From which score on a task of a configured VM has passed; null for another VM. */
  readonly thresholdOf?: (vm: string) => number | null;
  /** Reads the kept files of a run; missing: nothing is kept. */
  readonly kept?: KeptNotes;
  /** Finds out what is wrong; without it nothing does. */
  readonly doctor?: RunDoctor;
  /** What sets up VMs, for whoever has the code; without it nothing can be set up here. */
  readonly setup?: { readonly desk: Setup; readonly code: SetupCode };
  /** Answers the settings page; missing: there is none. */
  readonly settings?: SettingsDesk;
  /** 0: any that is free. */
  readonly port: number;
  /** Version of BenchTray. */
  readonly version: string;
  /** The dashboard's built files; null where there are none. */
  readonly assetsDir: string | null;
  readonly log: ServerLog;
  /** Told when the smallest interval that any open stream asks for changes; null when nobody listens. */
  readonly onDemand: (smallestIntervalSeconds: number | null) => void;
  readonly sinkLimits?: SinkLimits;
}

export interface RunningServer {
  /** "http://127.0.0.1:8765" */
  readonly url: string;
  readonly port: number;
  /** The listener for other machines, such as "https://0.0.0.0:8766"; null: there is none. */
  readonly external: Pick<ExternalListener, 'url' | 'port' | 'notices'> | null;
  /** Holds for requests from now on; open streams stay. Without `external`, its listener closes; a new one needs a new start. */
  reconfigure(settings: ServerSettings): void;
  /** Ends all streams and connections, within two seconds. */
  close(): Promise<void>;
}

/** How long `close` waits for streams to end by themselves. */
const endWithinMs = 600;
/** Connections of a listener besides its streams: one stream too many is told so, and files do not run out. */
const spareConnections = 1000;

/**
 * @throws PortTaken when something else listens there
 * @throws UserError when a port may not be taken, or something that the listener for other machines needs is missing
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { feed, vms, version, log } = options;
  let settings: ServerSettings = options;
  // If the rest of the start fails, this ends what was started. Later, `close` does.
  await using opened = new AsyncDisposableStack();
  // Listeners close together, because each may need its whole time limit. They close after the streams: `Server.close` takes an
  // ended stream for idle and cuts it, with what still waits in it.
  const closeListeners: (() => Promise<void>)[] = [];
  opened.defer(async () => {
    await Promise.all(closeListeners.map((close) => close()));
  });
  const limits = options.sinkLimits ?? sinkLimits;
  const { maxWaitMs } = limits;
  const streams = createStreams({ feed, vms, version, onDemand: options.onDemand, limits });
  let url = '';
  const faults = createFaultLog(log);
  const routes = createRoutes({
    ...{ feed, vms, version, streams, faults },
    maxConnections: () => settings.maxConnections,
    backgroundTasks: options.backgroundTasks,
    hooks: options.hooks ?? (() => []),
    screens: options.screens ?? (() => null),
    logs: options.logs ?? null,
    files: options.files ?? null,
    thresholdOf: options.thresholdOf ?? (() => null),
    kept: options.kept ?? null,
    doctor: options.doctor ?? null,
    setup: options.setup ?? null,
    settings: options.settings ?? null,
    assetsDir: options.assetsDir,
    url: () => url,
  });
  opened.defer(async () => {
    const ended = Promise.all([streams.close(), routes.close()]);
    await Promise.race([ended, delay(endWithinMs, undefined, { ref: false })]);
  });

  const handler = createHandler(routes.app, faults, log);
  const loopbackHandler = handler((request) => {
    const access = judgeAccess(request, loopbackDoor(settings, request.socket.localPort ?? 0));
    return access.kind === 'refused' ? access : { ...access, visitor: null };
  });
  const loopback = await listenOnLoopback(
    () => attend(createServer(httpOptions), { onRequest: loopbackHandler, log, maxWaitMs }),
    options.port,
  );
  closeListeners.push(...loopback.servers.map((server) => () => closeServer(server)));
  let external =
    options.external == null
      ? null
      : await openExternalListener({
          settings: options.external,
          rules: () => settings,
          log,
          handler,
          maxWaitMs,
        });
  closeListeners.push(async () => external?.close());

  function boundConnections(): void {
    for (const server of [...loopback.servers, ...(external === null ? [] : [external.server])])
      server.maxConnections = settings.maxConnections + spareConnections;
  }

  boundConnections();
  const { port } = loopback;
  url = `http://127.0.0.1:${port}`;
  log.info({ url, external: external?.url ?? null }, 'The server accepts connections');
  const running = opened.move();
  return {
    url,
    port,
    external,
    reconfigure(changed) {
      settings = changed;
      if (changed.external == null) {
        if (external !== null)
          inBackground(external.close(), log, 'the end of the listener for other machines');
        external = null;
      } else external?.reconfigure(changed.external);
      boundConnections();
    },
    close: () => running.disposeAsync(),
  };
}
