/** The table: all checks, in the order in which a person would go through them. */
import type { Check } from '../model.ts';
import { azureLoginCheck, vmExists, vmRunning } from './azure.ts';
import { benchmarkProcess } from './benchmark-process.ts';
import { configuration } from './configuration.ts';
import { container } from './container.ts';
import { docker } from './docker.ts';
import { guestAddress, probe } from './guest.ts';
import { log } from './log.ts';
import { clock, disk, kvm } from './machine.ts';
import { port } from './port.ts';
import { privateFiles } from './private-files.ts';
import { publicAddress } from './public-address.ts';
import { server } from './server.ts';
import { sshKey } from './ssh-key.ts';
import { hostKey, sshLogin } from './ssh-login.ts';
import { sshPort } from './ssh-port.ts';
import { vnc } from './vnc.ts';
import { watchedVms } from './watched-vms.ts';

export const checks: readonly Check[] = [
  configuration,
  watchedVms,
  port,
  server,
  privateFiles,
  azureLoginCheck,
  vmExists,
  vmRunning,
  publicAddress,
  sshPort,
  sshKey,
  sshLogin,
  hostKey,
  docker,
  container,
  kvm,
  disk,
  guestAddress,
  probe,
  vnc,
  benchmarkProcess,
  log,
  clock,
];
