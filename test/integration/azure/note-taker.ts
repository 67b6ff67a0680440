/**
 * Loaded into a process before anything else (`--import`): notes every module that it loads and every host that it connects to, one a
 * line, in the file that NOTES names.
 */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { Socket } from 'node:net';

const file = process.env['NOTES'] ?? '';

registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(file, `module ${url}\n`);
    return nextLoad(url, context);
  },
});

/* eslint-disable @typescript-eslint/unbound-method -- the original is called with its own `this` below */
const connect = Socket.prototype.connect as (this: Socket, ...parameters: unknown[]) => Socket;
Socket.prototype.connect = function noted(this: Socket, ...parameters: unknown[]): Socket {
  const first = Array.isArray(parameters[0]) ? (parameters[0] as unknown[])[0] : parameters[0];
  const { host } = (typeof first === 'object' && first !== null ? first : {}) as { host?: string };
  if (host !== undefined) appendFileSync(file, `host ${host}\n`);
  return connect.apply(this, parameters);
};
