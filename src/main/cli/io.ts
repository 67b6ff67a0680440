import { Chalk, supportsColor, type ChalkInstance } from 'chalk';
import type { ListenToKeys } from './keys.ts';
import type { PlatformDirs } from '../engine/config/index.ts';
import type { SimulatedVm, SimulatedVmOptions } from '../engine/demo/index.ts';
import type { DiagnoseOptions } from '../engine/diagnose.ts';
import type { DoctorReport } from '../engine/doctor/index.ts';
import type { Monitor, MonitorOptions } from '../engine/monitor.ts';
import { terminalText } from '../../shared/terminal-text.ts';

/** What a command prints on. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Starts watching and serving; rejects with a UserError where a person can do something about it. */
export type StartMonitor = (options: MonitorOptions) => Promise<Monitor>;

/** Starts the VM of the demo; `vmConfig` says how to reach it. */
export type StartSimulatedVm = (
  options: Pick<SimulatedVmOptions, 'seed' | 'speed' | 'log'>,
) => Promise<Pick<SimulatedVm, 'vmConfig' | 'close'>>;

/** The world as the commands see it. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platformDirs: PlatformDirs;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly version: string;
  readonly assetsDir: string | null;
  /** Aborted by the first signal that asks to end. */
  readonly stop: AbortSignal;
  readonly startMonitor: StartMonitor;
  readonly startSimulatedVm: StartSimulatedVm;
  readonly diagnose: (options: DiagnoseOptions) => Promise<DoctorReport>;
  /** How a command listens to single keys; null: nobody can press any. */
  readonly keys: ListenToKeys | null;
  readonly askPassphrase: (keyPath: string) => Promise<string | null>;
}

/** Prints a line. Control characters in it are escaped. */
export const say = (output: Output, line: string): void => {
  output.write(`${terminalText(line)}\n`);
};

/** Prints JSON for programs. Its texts mean the same, also where a terminal would have acted on them. */
export const sayJson = ({ stdout }: Pick<CliIo, 'stdout'>, value: unknown): void => {
  say(stdout, JSON.stringify(value, null, 2));
};

/** Prints a line that BenchTray has coloured. Its texts have to be harmless already (`terminalTexts`). */
export const sayPainted = (output: Output, line: string): void => {
  output.write(`${line}\n`);
};

/** Returns colours for a terminal that has them, unless `NO_COLOR` is set. */
export function paintFor(env: CliIo['env'], output: Output): ChalkInstance {
  const wanted = output.isTTY === true && (env['NO_COLOR'] ?? '') === '';
  return new Chalk({ level: wanted && supportsColor ? supportsColor.level : 0 });
}
