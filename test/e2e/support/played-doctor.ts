/** A doctor that says what the test has it say, in place of the server's own: reached by the page as `/api/doctor`. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import type { DoctorCheck, DoctorSummary } from '../../../src/shared/doctor.ts';
import { checkOf, summaryOf } from '../../support/set-up.ts';

export interface PlayedDoctor {
  /** The VMs that it was asked about, oldest first; null: none was named. */
  readonly asked: readonly (string | null)[];
  /** Whether whoever asked for the newest run still listens. */
  isHeard(): boolean;
  tell(changes: Partial<DoctorCheck>): void;
  end(changes?: Partial<DoctorSummary>): void;
  /** The connection breaks. */
  cut(): void;
}

export async function playDoctor(page: Page): Promise<PlayedDoctor> {
  const asked: (string | null)[] = [];
  let answer: ServerResponse | null = null;
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '/', 'http://localhost').searchParams.get('vm'));
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
    answer = response;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  page.on('close', () => {
    server.closeAllConnections();
    server.close();
  });
  await page.route('**/api/doctor*', (route) => {
    const { pathname, search } = new URL(route.request().url());
    return route.continue({ url: `http://127.0.0.1:${port}${pathname}${search}` });
  });
  const write = (event: string, data: object): void => {
    answer?.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  return {
    asked,
    isHeard: () => answer !== null && !answer.destroyed,
    tell: (changes) => write('check', checkOf(changes)),
    end(changes) {
      write('summary', summaryOf(changes));
      answer?.end();
    },
    cut: () => answer?.destroy(),
  };
}
