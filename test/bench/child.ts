/** A process that answers commands: both ends. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

type Commands<Of> = { readonly [Name in keyof Of]: (...input: never[]) => unknown };
type Remote<Of extends Commands<Of>> = {
  readonly [Name in keyof Of]: (...input: Parameters<Of[Name]>) => Promise<Awaited<ReturnType<Of[Name]>>>;
};

type Answer = { readonly value: unknown } | { readonly error: string };

export interface Child<Of extends Commands<Of>, Ready> {
  /** What it told when it was ready. */
  readonly ready: Ready;
  readonly call: Remote<Of>;
  close(): Promise<void>;
}

/** Starts a module of this folder as a process of its own. @param name of the file */
export async function startChild<Of extends Commands<Of>, Ready>(
  name: string,
  signal: AbortSignal,
): Promise<Child<Of, Ready>> {
  const child = fork(join(import.meta.dirname, name), {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    // Ctrl-C is told to the measuring program, which ends this one.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const answer = async (): Promise<unknown> => {
    const [message] = (await Promise.race([
      once(child, 'message', { signal }),
      ended.then(() => {
        throw new Error(`${name} has ended`);
      }),
    ])) as [Answer];
    if ('error' in message) throw new Error(`${name}: ${message.error}`);
    return message.value;
  };
  const close = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    await ended;
  };
  ended.catch(() => undefined);
  try {
    const ready = (await answer()) as Ready;
    const call = new Proxy({} as Remote<Of>, {
      get:
        (_, command) =>
        (...input: unknown[]) => {
          child.send({ command, input });
          return answer();
        },
    });
    return { ready, call, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Answers commands until the parent is gone. @param close ends what would keep the process alive */
export function serveCommands<Of extends Commands<Of>>(
  ready: unknown,
  commands: Of,
  close: () => void | Promise<void>,
): void {
  const send = (answer: Answer): void => {
    process.send?.(answer);
  };
  process.on('message', (message) => {
    const { command, input } = message as { command: keyof Of; input: never[] };
    const answer = new Promise((resolve) => {
      resolve(commands[command](...input));
    });
    answer.then(
      (value) => {
        send({ value });
      },
      (error: unknown) => {
        send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      },
    );
  });
  process.on('disconnect', () => {
    new Promise((resolve) => {
      resolve(close());
    }).then(
      () => process.exit(),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  send({ value: ready });
}
