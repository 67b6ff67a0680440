/** What `docker` on the simulated machine answers. */
import { withoutTimes } from './container-log.ts';
import { fillTemplate } from './go-template.ts';
import { type GrowingFile, startOfLastLines } from './growing-file.ts';
import { clientFolder, type Machine } from './machine.ts';

export const containerName = 'winarena';
const image = 'waa-auto:latest';

/** Output and exit code of a command that ends by itself. */
export interface CommandResult {
  readonly output: string;
  readonly exitCode: number;
}

/** `docker ps …`, `docker inspect …` and `docker logs …` (without `--follow`; all of the log is of one start). @param now epoch milliseconds */
export function runDocker(machine: Machine, words: readonly string[], now: number): CommandResult {
  const [command = '', ...rest] = words;
  const { options, names } = readOptions(rest);
  switch (command) {
    case 'ps':
      return filled(options.get('--format') ?? '{{.ID}}   {{.Image}}   {{.Status}}   {{.Names}}', [
        listed(machine, now),
      ]);
    case 'inspect': {
      const unknown = names.find((name) => !isContainer(machine, name));
      if (unknown !== undefined) return { output: `Error: No such object: ${unknown}\n`, exitCode: 1 };
      const format = options.get('--format') ?? options.get('-f') ?? '{{json .}}';
      return filled(
        format,
        names.map(() => inspected(machine)),
      );
    }
    case 'logs': {
      const found = findContainerLog(machine, rest);
      if (!found.ok) return { output: found.message, exitCode: 1 };
      const { file, start } = found;
      const lines = file.read(start, file.size()).toString();
      return { output: options.has('--timestamps') ? lines : withoutTimes(lines), exitCode: 0 };
    }
    default:
      return { output: `docker: '${command}' is not a docker command.\nSee 'docker --help'\n`, exitCode: 1 };
  }
}

/** The log that `docker logs OPTIONS NAME` means, and the byte at which `--tail` lets it begin. */
export function findContainerLog(
  machine: Machine,
  words: readonly string[],
):
  | { readonly ok: true; readonly file: GrowingFile; readonly start: number }
  | { readonly ok: false; readonly message: string } {
  const { options, names } = readOptions(words);
  const name = names[0] ?? '';
  if (!isContainer(machine, name)) {
    return { ok: false, message: `Error response from daemon: No such container: ${name}\n` };
  }
  const file = machine.containerLog;
  const tail = options.get('--tail') ?? options.get('-n') ?? 'all';
  return { ok: true, file, start: tail === 'all' ? 0 : startOfLastLines(file, Number(tail)) };
}

function isContainer(machine: Machine, name: string): boolean {
  return name === containerName || (name.length >= 4 && machine.containerId.startsWith(name));
}

const optionsWithValue = new Set(['--format', '-f', '--tail', '-n', '--filter', '--since', '--until']);

/** `-f` of `docker logs` takes no value, but is read as one of `docker inspect`: `--follow` is what is sent. */
function readOptions(words: readonly string[]): {
  options: ReadonlyMap<string, string>;
  names: readonly string[];
} {
  const options = new Map<string, string>();
  const names: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const [name = '', value] = word.split(/=(.*)/s);
    if (!word.startsWith('-')) names.push(word);
    else if (value !== undefined) options.set(name, value);
    else options.set(word, optionsWithValue.has(word) ? (words[++index] ?? '') : '');
  }
  return { options, names };
}

function filled(format: string, items: readonly unknown[]): CommandResult {
  try {
    return { output: items.map((item) => `${fillTemplate(format, item)}\n`).join(''), exitCode: 0 };
  } catch (error) {
    return { output: `template parsing error: ${(error as Error).message}\n`, exitCode: 1 };
  }
}

function listed(machine: Machine, now: number): unknown {
  return {
    Names: containerName,
    State: 'running',
    Status: `Up ${inWords((now - machine.startedAt) / 1000)}`,
    Image: image,
    ID: machine.containerId,
  };
}

function inspected(machine: Machine): unknown {
  return {
    Id: machine.containerId,
    Name: `/${containerName}`,
    RestartCount: 0,
    State: {
      Status: 'running',
      Running: true,
      ExitCode: 0,
      OOMKilled: false,
      StartedAt: new Date(machine.startedAt).toISOString().replace('Z', '000000Z'),
      FinishedAt: '0001-01-01T00:00:00Z',
    },
    Config: { Image: image, Tty: false },
    NetworkSettings: { IPAddress: '172.17.0.2', Networks: { bridge: { IPAddress: '172.17.0.2' } } },
    Mounts: [
      { Type: 'bind', Source: clientFolder.host, Destination: clientFolder.container, Mode: '', RW: true },
      { Type: 'bind', Source: '/home/azureuser/waa-storage', Destination: '/storage', Mode: '', RW: true },
    ],
  };
}

/** A duration as docker puts it: "7 seconds", "About a minute", "12 minutes", "About an hour", "30 hours", "3 days". */
export function inWords(seconds: number): string {
  const whole = Math.floor(seconds);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.round(seconds / 3600);
  if (whole < 1) return 'Less than a second';
  if (whole === 1) return '1 second';
  if (whole < 60) return `${whole} seconds`;
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  return `${Math.floor(hours / 24)} days`;
}
