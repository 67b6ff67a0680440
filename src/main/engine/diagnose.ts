/** Gives the doctor what it needs of this machine: for the command line, and for a BenchTray that runs. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { agentSocket } from './agent-socket.ts';
import type { Logger } from './common/app-log.ts';
import { createAzure, type Azure } from './azure/index.ts';
import type { VmConfig } from './config/index.ts';
import { runDoctor, type DoctorOptions, type DoctorReport, type DoctorTools } from './doctor/index.ts';
import {
  createHostKeys,
  createKeyStore,
  sshTarget,
  type AskPassphrase,
  type ConnectTools,
} from './vm/index.ts';

export interface DoctorSurroundings extends Pick<ConnectTools, 'keys'> {
  readonly dataDir: string;
  readonly azure: Pick<Azure, 'look'>;
}

/** @param surroundings of a BenchTray that runs: its key store knows passphrases already */
export function doctorTools({ dataDir, keys, azure }: DoctorSurroundings): DoctorTools {
  const places = { home: homedir() };
  return {
    ssh: {
      keys,
      // The doctor looks: to trust a key for the first time is left to who watches.
      hostKeys: createHostKeys({ ownFile: join(dataDir, 'known_hosts'), places, keep: false }),
      agentSocket: agentSocket(),
    },
    places,
    azure,
    platform: process.platform,
    now: Date.now,
  };
}

export interface DiagnoseOptions extends Omit<DoctorOptions, 'tools'> {
  readonly dataDir: string;
  readonly log: Logger;
  readonly passphrase: string | undefined;
  readonly askPassphrase: AskPassphrase;
}

/** The doctor by itself, without a BenchTray around it. */
export async function diagnose(options: DiagnoseOptions): Promise<DoctorReport> {
  const { dataDir, log, passphrase, askPassphrase, ...rest } = options;
  const tools = doctorTools({
    dataDir,
    keys: createKeyStore({ passphrase, ask: askPassphrase }),
    azure: createAzure({ log, environment: process.env }),
  });
  // Passphrases first: nobody can type one while a picture is drawn over the question, and in the time of a check.
  for (const vm of options.vms) if (!options.signal.aborted) await openKeys(vm, tools);
  return runDoctor({ ...rest, tools });
}

async function openKeys({ name, ssh }: VmConfig, tools: DoctorTools): Promise<void> {
  try {
    await tools.ssh.keys.load(sshTarget(ssh, ssh.host ?? name, tools.places).keys.paths);
  } catch {
    // What is wrong there is found and told by the doctor.
  }
}
