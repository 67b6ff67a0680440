import { logContent, recogniseLog } from '../../run/index.ts';
import type { DockerCommand, Runner, SshTarget } from '../../vm/index.ts';
import { isJobRunner, isThere, placeText, printsElsewhere, type LogChoice } from '../../watch/index.ts';
import { onVm, onVmByDocker } from '../commands.ts';
import { late } from '../common-remedies.ts';
import { exampleTarget } from '../examples.ts';
import { failed, passed, remedy, warned, type VmCheck } from '../model.ts';
import { shLine, type Terminal } from '../../common/terminal.ts';
import type { VmFacts } from '../vm-facts.ts';
import { needTarget } from './docker.ts';

interface About {
  readonly target: SshTarget;
  readonly docker: DockerCommand;
  readonly container: string | null;
  readonly path: string;
}
const example: About = {
  target: exampleTarget,
  docker: 'docker',
  container: 'winarena',
  path: '/client/results/logs/normal-0-20260128@225508.log',
};

const inPlace =
  (command: 'ls -l' | 'head -n 20') =>
  ({ target, docker, container, path }: About, terminal: Terminal): string | null => {
    const quoted = shLine`${path}`;
    if (quoted === null) return null;
    const inside = container === null ? null : shLine`exec ${container}`;
    return container === null
      ? onVm(terminal, target, `${command} ${quoted}`)
      : onVmByDocker(terminal, target, docker, inside === null ? null : `${inside} ${command} ${quoted}`);
  };

const none = remedy<About>({
  when: 'no log of a benchmark is found',
  advice:
    'Before the first run there is none. Harbor, terminal-bench and cua-bench need none. If a run is on and only prints, start it with `> run.log 2>&1`. If it has a log, name that in "benchmark.log": a path on the VM, or `container:/path`. Where BenchTray looks by itself:',
  command: ({ target, docker, container }, terminal) =>
    container === null
      ? onVm(terminal, target, 'ls -lt /tmp')
      : onVmByDocker(terminal, target, docker, shLine`exec ${container} ls -lt /client/results/logs`),
  example,
});
const missing = remedy<About>({
  when: 'the log that "benchmark.log" names is not there',
  advice: 'Correct "benchmark.log", or take it out: BenchTray then finds the log by itself.',
  command: inPlace('ls -l'),
  example,
});
const unreadable = remedy<About>({
  when: 'the log may not be read',
  advice: 'Let the user that BenchTray logs in as read it: its file and every folder above.',
  command: inPlace('ls -l'),
  example,
});
const unknown = remedy<About>({
  when: 'the log is of no benchmark that BenchTray knows',
  advice:
    'Is it the right file? BenchTray reads the logs of Windows Agent Arena, OSWorld, CoAct, AndroidWorld, macOSWorld, openadapt-ml and openadapt-evals. What it begins with:',
  command: inPlace('head -n 20'),
  example,
});
const compressed = remedy<About>({
  when: 'the log is compressed',
  advice:
    'Let the benchmark write its log uncompressed, and compress it after the run. If there is an uncompressed log beside it, name that in "benchmark.log".',
  command: inPlace('ls -l'),
  example,
});
const tooYoung = remedy<About>({
  when: 'too little stands in the log to know whose it is',
  advice: 'Wait for the run to begin.',
  command: inPlace('head -n 20'),
  example,
});

export const log: VmCheck = {
  scope: 'vm',
  name: 'log',
  title: 'Benchmark log',
  why: 'Everything about tasks, steps and scores comes from it.',
  needs: () => ['ssh_login'],
  after: () => ['docker', 'container'],
  limitSeconds: 60,
  remedies: [none, missing, unreadable, compressed, unknown, tooYoung],
  async look(vm) {
    const target = needTarget(vm.knownTarget);
    const found = await vm.log();
    const { sight } = vm;
    const running = sight.container.kind === 'running' ? sight.container.name : null;
    const runners = [...(sight.host?.runners ?? []), ...(sight.inside?.runners ?? [])];
    if (found === null) {
      const instead = await watchedInstead(vm, runners);
      if (instead !== null) return passed(`No log is needed: ${instead}.`);
      const about = { target, docker: vm.dockerCommand, container: running, path: '' };
      const place = printsElsewhere(runners);
      return runners.length > 0
        ? failed(
            `A benchmark runs, but no log of it is found.${place === null ? '' : ` It prints to ${place}.`}`,
            none,
            about,
          )
        : warned('No log of a benchmark is found, and none is running.', none, about);
    }
    const { choice, by } = found;
    const about = { ...placeOf(choice), target, docker: vm.dockerCommand };
    const place = placeText(choice.target);
    if (by === null) return failed(`${place}: the VM does not answer.`, late, null);
    if (!isThere(by.file)) {
      const isMissing = /No such file/i.test(by.file.problem);
      return isMissing
        ? failed(`${place} does not exist.`, missing, about)
        : failed(`${place} cannot be read: ${by.file.problem}`, unreadable, about);
    }
    const what = `${place} (${choice.why}), ${by.file.size} bytes`;
    let lines = 0;
    let head = '';
    for (const part of ['first', 'last'] as const) {
      const text = await found.read(part);
      if (part === 'first') head = text;
      const read = recogniseLog(text);
      if (read.dialect !== null) return passed(`${what}: it is of the kind "${read.dialect}".`);
      lines = Math.max(lines, read.lines);
    }
    const instead = await watchedInstead(vm, runners);
    if (instead !== null) return passed(`${what}: no run is in it, and no log is needed: ${instead}.`);
    const content = logContent(head, { recognised: false, lines });
    if (content.kind === 'compressed')
      return failed(`${what}: it is compressed by ${content.by}.`, compressed, about);
    return content.kind === 'young'
      ? warned(`${what}: only ${lines} lines so far.`, tooYoung, about)
      : failed(`${what}: it is of no kind that is known.`, unknown, about);
  },
};

/** Returns what BenchTray watches in the place of a log: the files of jobs. Null: nothing, or a benchmark runs that has a log. */
async function watchedInstead(vm: VmFacts, runners: readonly Runner[]): Promise<string | null> {
  if (!runners.every(isJobRunner)) return null;
  const found = await vm.jobs();
  if (found !== null) {
    const count = found.jobs === 1 ? 'one job' : `${found.jobs} jobs`;
    return `BenchTray watches the result files of ${found.dialect} in ${found.place} (${count})`;
  }
  const runner = runners.find(({ results }) => results !== null);
  return runner?.results == null
    ? null
    : `BenchTray watches ${runner.results}, where ${runner.script} writes its results`;
}

function placeOf({ target: { where, container, path } }: LogChoice): Pick<About, 'container' | 'path'> {
  return { container: where === 'container' ? container : null, path };
}
