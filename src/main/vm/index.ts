/**
 * This room knows machines: how to get onto one by SSH and stay there, how to ask it for facts through one resident shell (on the
 * VM and inside its container), how to follow a file, and how to read what dockur, Docker, `/probe` and the benchmark's processes
 * say. It knows nothing of runs, journals or clients.
 */
export { addressOf, sshTarget, type SshPlaces, type SshTarget } from './ssh/target.ts';
export { createKeyStore, type AskPassphrase } from './ssh/keys.ts';
export { createHostKeys } from './ssh/host-keys.ts';
export { connect, type ConnectTools, type SshProblem } from './ssh/connect.ts';
export { keepLink, type Link } from './ssh/link.ts';
export { openShell, type ShellChannel } from './shell-channel.ts';
export { openFollow, type FollowChannel } from './follow-channel.ts';
export { containerShell, hostShell, parseRequestLine, shellScript } from './shell-script.ts';
export {
  chooseContainer,
  inspectCommand,
  listCommand,
  logsCommand,
  readInspect,
  readList,
  type ContainerRow,
  type ContainerState,
  type DockerAnswer,
  type DockerCommand,
} from './docker.ts';
export { noBoot, readBootLine, readBootPage, type BootState } from './boot-phase.ts';
export {
  bestProbe,
  probeCommand,
  probeLimitSeconds,
  probePlaceText,
  readProbe,
  type ProbeAnswer,
  type ProbePlace,
} from './probe.ts';
export {
  describeRunner,
  readIdentity,
  readInside,
  readLogs,
  readMachine,
  type InsideFacts,
  type LogFile,
  type LogIdentity,
  type MachineFacts,
} from './surroundings.ts';
export { section } from './section.ts';
