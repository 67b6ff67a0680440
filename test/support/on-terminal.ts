/** Starts processes on a terminal of their own, by Python: Node cannot make one. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { findPython } from './tools.ts';

const script = `
import fcntl, os, pty, signal, struct, sys, termios
rows, columns = int(sys.argv[1]), int(sys.argv[2])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
    os.execv(sys.argv[3], sys.argv[3:])
signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
while True:
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
 * @returns the process that owns the terminal. It passes on what the command writes and SIGTERM, and ends with the command's exit code.
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
