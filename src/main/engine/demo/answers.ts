/** What the functions of the shell script print on the simulated machine: the same lines as on a real one. */
import { runDocker } from './docker.ts';
import type { GrowingFile } from './growing-file.ts';
import { httpAnswer } from './http.ts';
import { clientFolder, type Machine, type Side } from './machine.ts';
import type { ResultFiles } from './result-files.ts';
import { guestAddress, taskListPath } from './run-text.ts';

/** Where the request was made, and what it may depend on. */
export interface AskContext {
  readonly machine: Machine;
  readonly side: Side;
  readonly limitSeconds: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** @param words the function and its arguments */
export function answer(context: AskContext, words: readonly string[]): Buffer {
  const [name = '', ...rest] = words;
  switch (name) {
    case 'true':
      return Buffer.alloc(0);
    case 'pulse':
      return Buffer.from(pulse(context, rest));
    case 'machine':
      return Buffer.from(machineFacts(context));
    case 'run':
    case 'last_of':
      return Buffer.from(runCommand(context, rest));
    case 'get':
      return Buffer.from(httpAnswer(context.machine, context.side, rest[0] ?? '', context.limitSeconds));
    case 'identify':
      return identify(context, rest[0] ?? '', Number(rest[1]));
    case 'piece':
      return piece(context, rest[0] ?? '', Number(rest[1]), Number(rest[2]));
    case 'siblings':
      // No log of this machine is ever moved away.
      return Buffer.alloc(0);
    case 'preparing':
      return Buffer.alloc(0);
    case 'logs':
      return Buffer.from(logLines(context, rest));
    case 'logs_below':
      return Buffer.from(logLines(context, [rest.join('/').replaceAll('/./', '/')]));
    case 'host':
      return Buffer.from(hostLogs(context, rest.slice(1)));
    case 'results':
      return Buffer.from(
        results(context, rest[0])?.results(Number(rest[1]), Number(rest[2])) ?? absentFolder,
      );
    case 'screens':
      return Buffer.from(results(context, rest[0])?.screens(rest[1] ?? '', rest[2] ?? '') ?? absentFolder);
    case 'texts':
      return (
        results(context, rest[0])?.texts(rest[1] ?? '', rest[2] ?? '', Number(rest[3]), rest.slice(5)) ??
        Buffer.from(absentFolder)
      );
    case 'inside':
      return Buffer.from(inside(context));
    default:
      return Buffer.from(`sh: 1: ${name}: not found\n`);
  }
}

const absentFolder = 'absent\n';

function results({ machine, side }: AskContext, path = ''): ResultFiles | null {
  return machine.resultsAt(side, path);
}

function machineFacts({ machine, now }: AskContext): string {
  const seconds = `${Math.floor(now / 1000)}.${String(now % 1000).padStart(3, '0')}000000`;
  return [
    `boot ${machine.bootId}`,
    `clock ${seconds} +0000`,
    'kvm yes',
    // df's own heading comes through as a line of the same form.
    'disk 1024-blocks Available Mounted on',
    'disk 129900528 96440212 /',
    'disk 153707984 145826840 /mnt',
    'disk 129900528 96440212 /',
    '',
  ].join('\n');
}

function runCommand({ machine, side, now }: AskContext, words: readonly string[]): string {
  const [command = '', ...rest] = words;
  if (command !== 'docker' || side !== 'host') return `sh: 1: ${command}: not found\n\nexit 127\n`;
  const { output, exitCode } = runDocker(machine, rest, now);
  return `${output}\nexit ${exitCode}\n`;
}

function identify({ machine, side }: AskContext, path: string, headBytes: number): Buffer {
  const file = machine.fileAt(side, path);
  if (file === null) return Buffer.from(`stat: cannot statx '${path}': No such file or directory\n`);
  const facts = `${file.size()} ${file.inode} ${modifiedSecond(file)}\n`;
  return Buffer.concat([Buffer.from(facts), file.read(0, headBytes)]);
}

function piece({ machine, side }: AskContext, path: string, from: number, count: number): Buffer {
  const start = from - 1;
  return machine.fileAt(side, path)?.read(start, start + count) ?? Buffer.alloc(0);
}

/** One line for each of the paths that is there. */
function logLines({ machine, side }: AskContext, paths: readonly string[]): string {
  return paths
    .flatMap((path) => {
      const file = machine.fileAt(side, path);
      return file === null ? [] : [`log ${modifiedSecond(file)} ${file.size()} ${file.inode} ${path}\n`];
    })
    .join('');
}

function modifiedSecond(file: GrowingFile): number {
  return Math.floor(file.modifiedAt() / 1000);
}

/** @param pairs a kind and a folder, and so on; the machine has no checkout of WAA-V2, and no run.py of its own */
function hostLogs(context: AskContext, pairs: readonly string[]): string {
  const runLog = context.machine.runLog();
  if (runLog === null) return '';
  const folders = pairs.filter((_, index) => index % 2 === 1 && pairs[index - 1] === 'logs');
  const name = runLog.name.replace(/^\/results/, '');
  return logLines(
    context,
    folders.map((folder) => folder + name),
  );
}

/** The machine has no process but the benchmark's, and that is in the container. */
function pulse({ machine, side }: AskContext, [since = '-', ...known]: readonly string[]): string {
  const pid = side === 'container' ? (machine.runner()?.pid ?? null) : null;
  const lines = known.flatMap((each) => {
    const [knownPid = ''] = each.split(':');
    return Number(knownPid) === pid ? [] : [`gone ${knownPid}`];
  });
  lines.push(`last ${machine.newestPid()}`);
  if (pid !== null && pid > Number(since)) lines.push(`candidate ${pid}`);
  return `${lines.join('\n')}\n`;
}

function inside(context: AskContext): string {
  const { machine, side } = context;
  const lines = ['zone +0000', `last ${machine.newestPid()}`];
  if (side === 'host') return `${lines.join('\n')}\n`;
  const runner = machine.runner();
  if (runner !== null) {
    lines.push(
      `runner ${runner.pid}`,
      `started ${runner.pid}`,
      `cwd ${clientFolder.container}`,
      'script run.py',
    );
    for (const [name, value] of runnerArguments(runner.model)) lines.push(`argument --${name} ${value}`);
    lines.push(`results ${clientFolder.container}/results`);
  }
  if (machine.guestIsUp()) lines.push(`lease ${guestAddress}`);
  lines.push(`folder ${clientFolder.container}/results`);
  const runLog = machine.runLog();
  const paths = runLog === null ? [] : [clientFolder.container + runLog.name];
  return `${lines.join('\n')}\n${logLines(context, paths)}`;
}

/** In the order of the command line, reduced to those that the script lets through. */
function runnerArguments(model: string): readonly (readonly [name: string, value: string])[] {
  return [
    ['agent', 'navi'],
    ['model', model],
    ['worker_id', '0'],
    ['num_workers', '1'],
    ['result_dir', './results'],
    ['test_all_meta_path', taskListPath],
    ['diff_lvl', 'normal'],
  ];
}
