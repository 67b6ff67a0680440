/** Starts processes on a terminal of their own, by Python: Node cannot make one. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { asChild } from './child.ts';
import { findPython } from './tools.ts';

const script = `
import fcntl, os, pty, select, signal, struct, sys, termios
rows, columns = int(sys.argv[1]), int(sys.argv[2])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
    os.execv(sys.argv[3], sys.argv[3:])
signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
inputs = [terminal, 0]
while True:
    ready = select.select(inputs, [], [])[0]
    if 0 in ready:
        typed = os.read(0, 1024)
        if typed:
            os.write(terminal, typed)
        else:
            inputs.remove(0)
    if terminal not in ready:
        continue
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/**
 * Starts a command on a terminal of this size.
 * @returns the process that owns the terminal. It passes on what the command writes, what it reads itself,
 * and SIGTERM, and ends with the command's exit code.
 */
export function spawnOnTerminal(
  words: readonly string[],
  {
    rows = 24,
    columns = 80,
    ...options
  }: SpawnOptions & { readonly rows?: number; readonly columns?: number } = {},
): ChildProcess {
  return spawn(findPython() ?? '', ['-c', script, String(rows), String(columns), ...words], options);
}

/** Returns the path of a terminal, such as /dev/pts/3, that is there until the end of the test. */
export async function openTerminal(): Promise<string> {
  const holder = asChild(spawnOnTerminal(['/bin/sh', '-c', 'tty; read -r line']));
  onTestFinished(async () => {
    // At once: a process that still prints to it would hold it open.
    await holder.stop();
  });
  return holder.prints(/^\/dev\/\S+/m);
}
