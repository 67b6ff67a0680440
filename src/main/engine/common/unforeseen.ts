/** Handles errors that no code caught. */
import { terminalText } from '../../../shared/terminal-text.ts';
import { messageOf } from '../../../shared/message-of.ts';

type Handler = (error: unknown) => void;

const handlers: Handler[] = [];

function onError(error: unknown): void {
  handlers.at(-1)?.(error);
}

/** The terminal is closed, or the disk is full. Reporting it on stderr would fail again, and so on for ever. */
const ignoreLostStderr = (): undefined => undefined;

/**
 * Gives uncaught exceptions and unhandled rejections to `handler`, and to none that was given before. Without one, Node.js prints a
 * stack trace and ends the process. Errors of writing to stderr are ignored. Returns a function that takes the handler away.
 */
export function handleUnforeseen(handler: Handler): () => void {
  if (handlers.length === 0) {
    process.on('uncaughtException', onError);
    process.on('unhandledRejection', onError);
    process.stderr.on('error', ignoreLostStderr);
  }
  handlers.push(handler);
  return () => {
    handlers.splice(handlers.indexOf(handler), 1);
    if (handlers.length > 0) return;
    process.off('uncaughtException', onError);
    process.off('unhandledRejection', onError);
    process.stderr.off('error', ignoreLostStderr);
  };
}

interface UnforeseenLog {
  fatal(details: object, message: string): void;
}

/**
 * Logs unforeseen errors and keeps the process running: one fault must not end the watching of every VM. Returns a function that
 * stops it.
 *
 * @param tell shows one line to a person at the terminal
 */
export function logUnforeseen(log: UnforeseenLog, tell: (line: string) => void): () => void {
  return handleUnforeseen((error) => {
    log.fatal({ err: error }, 'unforeseen error');
    tell(`Unexpected error: ${reasonOf(error)} (BenchTray keeps running; its log says more)`);
  });
}

/** Returns the message of an error in one line that is harmless on a terminal. */
export function reasonOf(error: unknown): string {
  const message = messageOf(error);
  return terminalText(message.replace(/\s*\n\s*/g, ' '));
}
