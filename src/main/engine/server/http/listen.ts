/** Takes the port, for both families of addresses, or says who has it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../../../shared/message-of.ts';
import { UserError } from '../../../../shared/user-error.ts';
import { askForBenchTray } from '../routes/ask-for-benchtray.ts';

export interface Listening {
  readonly port: number;
  readonly servers: readonly Server[];
}

/** The port is taken. `benchTrayUrl` is where the BenchTray that holds it can be reached; null when it is something else. */
export class PortTaken extends UserError {
  readonly code = 'EADDRINUSE';
  readonly port: number;
  readonly benchTrayUrl: string | null;

  constructor(port: number, holder: string | null, benchTrayUrl: string | null) {
    const who = holder === null ? '' : ` by ${holder}`;
    const what = benchTrayUrl === null ? '' : `. A BenchTray answers there already: ${benchTrayUrl}`;
    super(`Port ${port} is taken${who}${what}.`, {
      hint: 'Stop it, or choose another port with --port (0: any free one).',
    });
    this.port = port;
    this.benchTrayUrl = benchTrayUrl;
  }
}

const loopback4 = '127.0.0.1';
const loopback6 = '::1';
/** Port 0 may find a port that is free in one family only. */
const attempts = 10;

/**
 * Listens on both loopback addresses, as far as the machine has them.
 * @param port 0: any that is free
 * @throws PortTaken
 * @throws UserError when the port may not be taken
 */
export async function listenOnLoopback(makeServer: () => Server, port: number): Promise<Listening> {
  for (let attempt = 1; ; attempt += 1) {
    const servers: Server[] = [];
    let taken = port;
    try {
      for (const address of [loopback4, loopback6]) {
        const server = makeServer();
        try {
          taken = await bind(server, address, taken);
          servers.push(server);
        } catch (error) {
          const hasNoIpv6 = hasCode(error, 'EADDRNOTAVAIL') || hasCode(error, 'EAFNOSUPPORT');
          if (address !== loopback6 || !hasNoIpv6) throw error;
        }
      }
      return { port: taken, servers };
    } catch (error) {
      for (const server of servers) server.close();
      if (hasCode(error, 'EADDRINUSE') && port === 0 && attempt < attempts) continue;
      if (hasCode(error, 'EADDRINUSE')) throw await portTaken(taken);
      throw new UserError(`Cannot listen on port ${taken}: ${messageOf(error)}.`, {
        hint: 'Choose another port with --port.',
        cause: error,
      });
    }
  }
}

/**
 * Listens where other machines can reach it.
 * @param port 0: any that is free
 * @returns the port
 * @throws UserError when it cannot
 */
export async function listenForOthers(server: Server, host: string, port: number): Promise<number> {
  try {
    return await bind(server, host, port);
  } catch (error) {
    const isTaken = hasCode(error, 'EADDRINUSE');
    const holder = isTaken ? await findHolder(port) : null;
    throw new UserError(
      isTaken
        ? `Port ${port} of "server.external" is taken${holder === null ? '' : ` by ${holder}`}.`
        : `Cannot listen on ${host}, port ${port} ("server.external"): ${messageOf(error)}.`,
      { hint: 'Choose another "host" or "port" in "server.external".', cause: error },
    );
  }
}

/** Takes a port for a moment. Returns null if it is free, else a sentence that says why not, with its holder if that is known. */
export async function lookAtPort(port: number): Promise<string | null> {
  try {
    const { servers } = await listenOnLoopback(() => createServer(), port);
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    return null;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

async function bind(server: Server, address: string, port: number): Promise<number> {
  server.listen(port, address);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function portTaken(port: number): Promise<PortTaken> {
  const url = `http://${loopback4}:${port}`;
  const [holder, version] = await Promise.all([findHolder(port), askForBenchTray(url)]);
  return new PortTaken(port, holder, version === null ? null : url);
}

/** Name and process id, where this user may know. Asks the system's own tools, which may be missing. */
async function findHolder(port: number): Promise<string | null> {
  try {
    const { default: find } = await import('find-process');
    const [holder] = await find('port', port, { logLevel: 'error' });
    return holder === undefined ? null : `${holder.name} (pid ${holder.pid})`;
  } catch {
    return null;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
