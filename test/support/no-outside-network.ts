/** Tests talk to this machine only: a connection to any other address throws, and says which test tried. */
import { Socket } from 'node:net';

/** This machine, and names that no machine ever has (RFC 6761). */
const harmless = /^(localhost|127(\.\d+){3}|::1|::ffff:127(\.\d+){3}|[a-z]+\.invalid)$/;

/* eslint-disable @typescript-eslint/unbound-method -- the original is called with its own `this` below */
const connect = Socket.prototype.connect as (this: Socket, ...parameters: unknown[]) => Socket;

Socket.prototype.connect = function guarded(this: Socket, ...parameters: unknown[]): Socket {
  // node:net itself calls with one array of normalised arguments.
  const first = Array.isArray(parameters[0]) ? (parameters[0] as unknown[])[0] : parameters[0];
  const target = (typeof first === 'object' && first !== null ? first : {}) as {
    host?: string;
    path?: string;
  };
  if (target.path === undefined && target.host !== undefined && !harmless.test(target.host)) {
    throw new Error(`A test tried to reach ${target.host}: tests may only use this machine.`);
  }
  return connect.apply(this, parameters);
};
