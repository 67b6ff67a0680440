/** The command line: wiring only. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { askPassphrase } from './ask-passphrase.ts';
import type { CliIo } from './io.ts';
import { terminalKeys } from './keys.ts';
import { runCli } from './program.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { platformDirs } from '../engine/config/index.ts';
import { endWithinMs, threadsRest } from '../engine/common/end-process.ts';
import { handleUnforeseen, reasonOf } from '../engine/common/unforeseen.ts';
import { packageRoot, version } from '../engine/common/package.ts';

/** How long what is still open may hold up the exit once the command is through. */
const lingerMs = 250;

const stop = stopOnSignals();
const dashboard = join(packageRoot(), 'out', 'renderer');

const io: CliIo = {
  env: process.env,
  platformDirs: platformDirs(),
  stdout: process.stdout,
  stderr: process.stderr,
  version,
  assetsDir: existsSync(join(dashboard, 'index.html')) ? dashboard : null,
  stop: stop.signal,
  // Loaded when they are needed: `watch` and `config` are quicker without them.
  startMonitor: async (options) => (await import('../engine/monitor.ts')).startMonitor(options),
  startSimulatedVm: async (options) => (await import('../engine/demo/index.ts')).startSimulatedVm(options),
  diagnose: async (options) => (await import('../engine/diagnose.ts')).diagnose(options),
  // Asked for by `watch` alone: other commands leave their input to others.
  get keys() {
    return terminalKeys(process.stdin);
  },
  askPassphrase,
};

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader ended (`| head`), so there is nobody left to work for.
  if (error.code === 'EPIPE') process.exit(0);
  // A full disk, for example. Scripts must not take a cut answer for the whole one.
  process.stderr.write(`Cannot write to standard output: ${reasonOf(error)}\n`);
  process.exit(1);
});

// `serve` and `demo` log such errors and go on. Other commands end with a sentence instead of a stack trace.
handleUnforeseen((error) => {
  process.stderr.write(`Unexpected error: ${reasonOf(error)}\n`);
  process.exit(1);
});

process.exitCode = await runCli(process.argv.slice(2), io);
setTimeout(() => {
  end().catch(() => process.exit());
}, lingerMs).unref();

/** Exits, unless a thread hangs: the exit would wait for it. The signal then ends the process when its time is over. */
async function end(): Promise<void> {
  if (stop.by() === null) {
    await written(process.stdout);
    process.exit();
  }
  if (await threadsRest(endWithinMs)) process.exit();
}

/** Resolves when all output is written. A reader at the other end of a pipe, such as `less`, may take hours, and an exit before that would cut the output. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
