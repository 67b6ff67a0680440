/** How the container engine on the VM is asked. Docker, podman and nerdctl are one interface. */
export type Engine = 'docker' | 'podman' | 'nerdctl';

/** A Docker that neither PATH nor the environment names: a program by its path, or the socket of the user's own daemon. */
export type HiddenDocker = `/${string}` | `docker -H ${string}`;

/** How the engine is called on the VM: directly, or by sudo without a password. */
export type DockerCommand = Engine | `sudo -n ${Engine}` | HiddenDocker;

export const listFormat = '{{.ID}}|{{.Names}}|{{.Image}}|{{.Status}}';

/**
 * One JSON array a line. Whole objects where the engines differ in their fields, and never `Config`: its environment holds API keys,
 * which must not leave the VM. For a container without a process, nerdctl has no NetworkSettings, and a missing field makes its whole
 * inspect fail.
 */
export const inspectFormat =
  '[{{json .Name}},{{json .State}},{{if .NetworkSettings}}{{json .NetworkSettings.Networks}}{{else}}null{{end}},{{json .Mounts}}]';

/** An answer of the shell has room for 64 KiB, and a container takes about two. */
export const mostInspected = 24;
export const answerBytes = 65_536;

/** Request words: all containers, or those that run, the newest first, one a line. */
export function listCommand(docker: DockerCommand, which: 'all' | 'running' = 'all'): string[] {
  const all = which === 'all' ? ['-a'] : [];
  return ['run', ...docker.split(' '), 'ps', ...all, '--no-trunc', '--format', listFormat];
}

/** Request words: the states of these containers, in one call. */
export function inspectCommand(docker: DockerCommand, names: readonly string[]): string[] {
  return [
    'run',
    ...docker.split(' '),
    ...['inspect', '--format', inspectFormat],
    // The others look for a container first. WAA's image may have the name of its container.
    ...(docker.endsWith('nerdctl') ? ['--type=container'] : []),
    ...names.slice(0, mostInspected),
  ];
}

/**
 * Request words: what the container has said since a start, each line with its time, until the channel closes. Behind the old lines
 * comes an empty line, or "exit CODE" if the engine failed to print them.
 */
export function followLogCommand(docker: DockerCommand, container: string, startedAt: string): string[] {
  return ['until_closed', 'container_log', docker, container, justBefore(startedAt)];
}

/** Request words: the last lines of a container with their times, and of long ones what fits into an answer: the cause of an end stands last. */
export function lastLinesCommand(docker: DockerCommand, container: string, startedAt: string): string[] {
  return [
    ...['last_of', ...docker.split(' '), 'logs', '--timestamps', '--tail', '300'],
    ...['--since', justBefore(startedAt), container],
  ];
}

/**
 * Request words: what a container said before a start, each line with its time. The engine counts `--tail` from the end of the whole
 * log, before it looks at `--until`.
 */
export function earlierLinesCommand(docker: DockerCommand, container: string, startedAt: string): string[] {
  return [
    ...['last_of', ...docker.split(' '), 'logs', '--timestamps', '--tail', '2000'],
    ...['--until', startedAt, container],
  ];
}

/**
 * Request words: how often the engine restarted a container by itself, since somebody started it. Not a part of {@link inspectFormat}:
 * an engine without this field answers the whole template with an error.
 */
export function restartsCommand(docker: DockerCommand, container: string): string[] {
  return ['run', ...docker.split(' '), 'inspect', '--format', '{{.RestartCount}}', container];
}

/** Request words: whether somebody on the VM fetches or builds an image, or starts a container. Answer: "yes", or nothing. */
export const preparingCommand: readonly string[] = ['preparing'];

/** Request words: other ways to call Docker. */
export const hiddenDockersCommand: readonly string[] = ['hidden_dockers'];

/** podman notes the start of a container after its first line. dockur's first line begins a new boot, whatever comes before it. */
function justBefore(startedAt: string): string {
  const atMs = Date.parse(startedAt);
  return Number.isNaN(atMs) || atMs < 1_000 ? startedAt : new Date(atMs - 1_000).toISOString();
}
