/** The HTTP server: who may ask, what can be asked, and how it begins and ends. */
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { BackgroundTask } from '../../shared/background-task.ts';
import type { Feed } from '../feed/index.ts';
import { judgeAccess, type AccessRules } from './access.ts';
import { assetsRoute } from './assets.ts';
import { healthRoute } from './health-route.ts';
import { listen } from './listen.ts';
import type { ConfiguredVm } from './pictures.ts';
import { rawProblemAnswer, sendProblem } from './problem.ts';
import { answerByRoute } from './routing.ts';
import { runsRoutes } from './runs-routes.ts';
import type { SinkLimits } from './sink.ts';
import { statusRoute } from './status-route.ts';
import { streamRoute } from './stream-route.ts';
import { createStreams } from './streams.ts';
import { tasksRoute } from './tasks-route.ts';

/** What may change while the server runs. */
export interface ServerSettings extends AccessRules {
  /** Streams at the same time. */
  readonly maxConnections: number;
}

/** As pino has it. */
export interface ServerLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface StartOptions extends ServerSettings {
  readonly feed: Feed;
  /** The configured VMs, in order. */
  readonly vms: () => readonly ConfiguredVm[];
  /** What `/api/tasks` shows. */
  readonly backgroundTasks: () => readonly BackgroundTask[];
  /** 0: any that is free. */
  readonly port: number;
  /** An address to listen on. Without it: 127.0.0.1, and ::1 where the machine has it. */
  readonly host?: string;
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
  /** Holds for requests from now on; open streams stay. */
  reconfigure(settings: ServerSettings): void;
  /** Ends all streams and connections, within two seconds. */
  close(): Promise<void>;
}

/** The times are for a request to arrive; how long an answer takes, they do not limit. */
const httpOptions: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  maxHeaderSize: 16_384,
  // Refused by our own rules, with an explanation.
  requireHostHeader: false,
};
/** What streams, and then other requests, may take to end by themselves; what is still open then is cut. */
const endWithinMs = 600;

/**
 * @throws PortTaken when something else listens there
 * @throws UserError when the port may not be taken
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { feed, vms, version, log } = options;
  let settings: ServerSettings = options;
  const vmNames = (): string[] => vms().map((vm) => vm.name);
  const streams = createStreams({
    feed,
    vms,
    version,
    onDemand: options.onDemand,
    ...(options.sinkLimits === undefined ? {} : { limits: options.sinkLimits }),
  });
  const routes = [
    streamRoute({ streams, vmNames, maxConnections: () => settings.maxConnections }),
    statusRoute(feed, vms, version),
    tasksRoute(options.backgroundTasks),
    ...runsRoutes(feed, vmNames),
    healthRoute(version),
    assetsRoute(options.assetsDir),
  ];

  async function onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      const { localPort = 0 } = request.socket;
      const access = judgeAccess(request, settings, localPort);
      if (access.kind === 'refused') {
        sendProblem(response, access.problem);
        return;
      }
      for (const [name, value] of Object.entries(access.headers))
        if (value !== undefined) response.setHeader(name, value);
      await answerByRoute(routes, request, response);
    } catch (error) {
      log.error({ err: error, url: request.url }, 'A request could not be answered');
      if (response.headersSent) response.destroy();
      else
        sendProblem(response, {
          status: 500,
          detail: 'Something went wrong within BenchTray; its log says what.',
        });
    }
  }

  const listening = await listen(
    httpOptions,
    (request, response) => void onRequest(request, response),
    options.host,
    options.port,
  ).catch((error: unknown) => {
    void streams.close();
    throw error;
  });
  const { port, servers } = listening;
  for (const server of servers) {
    server.on('clientError', answerUnreadable);
    server.on('error', (error) => {
      log.error({ err: error }, 'The server reports an error');
    });
  }
  const host = options.host ?? '127.0.0.1';
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  log.info({ url }, 'The server accepts connections');
  return {
    url,
    port,
    reconfigure(changed) {
      settings = changed;
    },
    async close() {
      // First the streams: to `Server.close`, one that has ended counts as idle and is cut, with what still waits in it.
      await Promise.race([streams.close(), delay(endWithinMs, undefined, { ref: false })]);
      await Promise.all(servers.map(closeServer));
    },
  };
}

function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (socket.writable && error.code !== 'ECONNRESET') socket.end(rawProblemAnswer(error.code));
  else socket.destroy();
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, endWithinMs);
  await closed;
  clearTimeout(cut);
}
