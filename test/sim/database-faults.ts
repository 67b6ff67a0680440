/** Makes the database fail at a chosen statement: a process dies there, or only this one statement fails. */
import { DatabaseSync, StatementSync } from 'node:sqlite';

/** Whether the statement itself still takes effect. */
export type FaultMoment = 'before' | 'after';

export interface DatabaseFaults extends Disposable {
  /** Calls `onFault` at the `count`th statement from now on, and lets that statement throw. */
  arm(count: number, moment: FaultMoment, onFault: () => void): void;
  disarm(): void;
  /** Does `work`, whose statements count for nothing. */
  aside<Result>(work: () => Result): Result;
}

/** What a statement throws that was chosen to fail. */
export class ChosenFault extends Error {
  override readonly name = 'ChosenFault';
}

/** Takes over all databases of this process. */
export function watchDatabases(): DatabaseFaults {
  let armed: { left: number; readonly moment: FaultMoment; readonly onFault: () => void } | null = null;

  function around<Result>(work: () => Result): Result {
    if (armed === null) return work();
    armed.left -= 1;
    if (armed.left > 0) return work();
    const { moment, onFault } = armed;
    armed = null;
    if (moment === 'after') work();
    onFault();
    throw new ChosenFault('the simulation chose this statement');
  }

  const undo = [
    wrap(DatabaseSync.prototype, 'exec', around),
    wrap(StatementSync.prototype, 'run', around),
    wrap(StatementSync.prototype, 'get', around),
  ];
  return {
    arm(count, moment, onFault) {
      armed = { left: count, moment, onFault };
    },
    disarm() {
      armed = null;
    },
    aside(work) {
      const before = armed;
      armed = null;
      try {
        return work();
      } finally {
        armed = before;
      }
    },
    [Symbol.dispose]() {
      armed = null;
      for (const restore of undo) restore();
    },
  };
}

/** Calls a method by way of `around`. Not by `mock.method`, which keeps a record of each call. @returns how to undo it */
function wrap(prototype: object, name: string, around: (work: () => unknown) => unknown): () => void {
  const original = Reflect.get(prototype, name) as (...values: readonly unknown[]) => unknown;
  Reflect.set(prototype, name, function (this: unknown, ...values: readonly unknown[]) {
    return around(() => Reflect.apply(original, this, values));
  });
  return () => void Reflect.set(prototype, name, original);
}
