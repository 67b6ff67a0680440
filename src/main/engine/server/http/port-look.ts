/** Whether a port could be taken, by taking it for a moment. */
import { createServer } from 'node:http';
import { UserError } from '../../../../shared/user-error.ts';
import { listenOnLoopback } from './listen.ts';

/** @returns null where it is free, else why it cannot be had, in a sentence that names its holder where that is known */
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
