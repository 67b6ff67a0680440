/** Takes the port, for both families of addresses, or says who has it. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../../shared/user-error.ts';
import { askForBenchTray } from './health-route.ts';

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
 * @param host undefined: both loopback addresses, as far as the machine has them
 * @param port 0: any that is free
 * @throws PortTaken
 * @throws UserError when the port may not be taken
 */
export async function listen(
  options: ServerOptions,
  onRequest: RequestListener,
  host: string | undefined,
  port: number,
): Promise<Listening> {
  for (let attempt = 1; ; attempt += 1) {
    const servers: Server[] = [];
    let taken = port;
    try {
      for (const address of host === undefined ? [loopback4, loopback6] : [host]) {
        const server = createServer(options, onRequest);
        if (!(await bind(server, address, taken))) continue;
        servers.push(server);
        taken = (server.address() as AddressInfo).port;
      }
      return { port: taken, servers };
    } catch (error) {
      for (const server of servers) server.close();
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code === 'EADDRINUSE' && port === 0 && attempt < attempts) continue;
      if (code === 'EADDRINUSE') throw await portTaken(taken);
      throw new UserError(
        `Cannot listen on port ${taken}: ${error instanceof Error ? error.message : String(error)}.`,
        {
          hint: 'Choose another port with --port.',
          cause: error,
        },
      );
    }
  }
}

/** @returns false where the machine has no IPv6 */
async function bind(server: Server, address: string, port: number): Promise<boolean> {
  server.listen(port, address);
  try {
    await once(server, 'listening');
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (address === loopback6 && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) return false;
    throw error;
  }
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
