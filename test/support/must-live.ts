/** Child processes that a test relies on. `until` throws as soon as one of them ends without being asked to. */
import type { ChildProcess } from 'node:child_process';

const orderly: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']);
let death: string | null = null;

/**
 * Fails the waits of this test file at once when `child` ends without a `child.kill()` before it.
 *
 * @param said everything that the child has printed so far
 */
export function mustLive(child: ChildProcess, name: string, said: () => string): void {
  // 'close' comes after the last output, which names the cause.
  child.once('close', (code, signal) => {
    // An app that was asked to quit ends with 0, and one that the test killed by another way with a signal.
    if (child.killed || code === 0 || (signal !== null && orderly.has(signal))) return;
    death ??= `${name} (pid ${String(child.pid)}) ended with ${signal ?? `code ${String(code)}`}. It printed:\n${said()}`;
  });
}

/** Returns how a child died since the last call. Each death fails one wait only: the next test starts a child of its own. */
export function causeOfDeath(): string | null {
  const cause = death;
  death = null;
  return cause;
}
