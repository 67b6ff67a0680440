/** What every process that serves can do, whatever it serves with. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { monotonicUs, type BenchEvent } from './payload.ts';
import type { ServerCommands } from './protocol.ts';

const loopResolutionMs = 10;

/** @param publish sends these to all clients */
export function serverCommands(
  publish: (events: readonly BenchEvent[]) => void,
  streams: ServerCommands['streams'],
  firstId: () => string,
): ServerCommands {
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  loop.enable();
  return {
    async publish({ count, together, everyMs, lastMark, extraBytes }) {
      const beganUs = monotonicUs();
      const turnMs: number[] = [];
      for (let done = 0, turn = 0; done < count; turn += 1) {
        const size = Math.min(together, count - done);
        const atUs = monotonicUs();
        const events = Array.from({ length: size }, (_, index) => {
          done += 1;
          // Unique, and as long as the mark.
          const mark =
            done === count ? lastMark : String(turn * together + index).padStart(lastMark.length, '0');
          return { atUs, mark, extraBytes };
        });
        publish(events);
        turnMs.push((monotonicUs() - atUs) / 1000);
        if (done === count) break;
        if (everyMs === 0) await nextTurn();
        else await delay(Math.max(0, (turn + 1) * everyMs - (monotonicUs() - beganUs) / 1000));
      }
      return { beganUs, turnMs: turnMs.toSorted((a, b) => a - b) };
    },
    cpuMs() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    memory() {
      globalThis.gc?.();
      const { rss, heapUsed } = process.memoryUsage();
      return { residentMib: rss / 2 ** 20, heapMib: heapUsed / 2 ** 20 };
    },
    loopDelay() {
      // It measures from one time the loop came round to the next.
      const lateMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - loopResolutionMs);
      const delays = { p99Ms: lateMs(loop.percentile(99)), maxMs: lateMs(loop.max) };
      loop.reset();
      return delays;
    },
    streams,
    firstId,
  };
}
