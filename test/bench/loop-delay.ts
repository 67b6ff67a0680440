/** Loaded into BenchTray before its own program: tells how long its event loop was held up, each time it gets SIGUSR2, and counts anew. */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env['BENCH_LOOP_FILE'];
const histogram = monitorEventLoopDelay({ resolution: 10 });
histogram.enable();
process.on('SIGUSR2', () => {
  const toMs = (nanoseconds: number): number => nanoseconds / 1e6;
  const delays = { p99Ms: toMs(histogram.percentile(99)), maxMs: toMs(histogram.max) };
  if (file !== undefined) writeFileSync(file, JSON.stringify(delays));
  histogram.reset();
});
