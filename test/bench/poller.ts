/**
 * What BenchTray is compared with, a program of its own: every five seconds it spawns `ssh … tail -100` and looks for tasks that have
 * finished since. Arguments: the words for ssh that name the VM, and the path of the log, as one JSON array. It prints the id of
 * each task that it notices, and `polled` after each poll.
 */
import { execFile, type ChildProcess } from 'node:child_process';

const everyMs = 5_000;
const words = JSON.parse(process.argv[2] ?? '[]') as string[];
const noticed = new Set<string>();
let child: ChildProcess | null = null;

function poll(): void {
  // One that has not answered yet is not asked again.
  if (child !== null) return;
  child = execFile('ssh', words, (_error, text) => {
    child = null;
    for (const [, id] of text.matchAll(/Finished \w+\/(\S+)\n/g)) {
      if (id === undefined || noticed.has(id)) continue;
      noticed.add(id);
      console.log(id);
    }
    console.log('polled');
  });
}

process.on('SIGTERM', () => {
  child?.kill();
  process.exit();
});
poll();
setInterval(poll, everyMs);
