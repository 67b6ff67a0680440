/** Time that only moves when the simulation moves it: timers, `Date` and `performance.now` of this process. */
import { mock } from 'node:test';
import type { Clock } from '../../src/main/engine/common/clock.ts';

export interface VirtualTime extends Disposable {
  readonly clock: Clock;
  /** Lets so much time pass, in small steps, with everything that is due in it. */
  pass(ms: number): Promise<void>;
  /** Lets everything run that needs no time. */
  settle(): Promise<void>;
}

/** All worlds begin here; epoch milliseconds. */
export const beginMs = Date.UTC(2026, 0, 28, 12);
/** Within a step, all timers see its end. */
const stepMs = 100;
/** In a long silence nothing depends on fractions of a second. */
const longStepMs = 5_000;
const longPauseMs = 30_000;

const nextTurn = globalThis.setImmediate;

/** Takes the clocks of this process over. @param onFault told what a timer throws, which would end a process */
export function startVirtualTime(onFault: (error: unknown) => void): VirtualTime {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: beginMs });
  const sinceBegin = (): number => Date.now() - beginMs;
  // Not by `mock.method`, which keeps a record of each call.
  performance.now = sinceBegin;

  async function settle(): Promise<void> {
    // Streams wait for one turn between two portions.
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => nextTurn(resolve));
  }

  return {
    clock: { wallMs: () => Date.now(), monotonicMs: sinceBegin, steadyMs: sinceBegin },
    settle,
    async pass(ms) {
      const most = ms >= longPauseMs ? longStepMs : stepMs;
      for (let left = ms; left > 0; left -= most) {
        try {
          mock.timers.tick(Math.min(most, left));
        } catch (error) {
          onFault(error);
        }
        await settle();
      }
    },
    [Symbol.dispose]() {
      // The one of its prototype is in force again.
      Reflect.deleteProperty(performance, 'now');
      mock.timers.reset();
    },
  };
}
