/**
 * This room knows machines: how to get onto one by SSH and stay there, how to ask it for facts through one resident shell (on the
 * VM and inside its container), how to follow a file, and how to read what dockur, Docker, `/probe` and the benchmark's processes
 * say. It knows nothing of runs, journals or clients.
 */
export { addressOf, sshTarget, type SshPlaces, type SshTarget } from './ssh/target.ts';
export { createKeyStore, type AskPassphrase, type KeyProblem, type LoadedKeys } from './ssh/keys.ts';
export { createHostKeys, type HostKeys, type HostKeyVerdict } from './ssh/host-keys.ts';
export {
  connect,
  lackOfKeys,
  type ConnectResult,
  type ConnectTools,
  type SshProblem,
} from './ssh/connect.ts';
export { keysThere, namedHosts } from './ssh/own-files.ts';
export { keepLink, type Link } from './ssh/link.ts';
export { openChannels, type Channels } from './ssh/channels.ts';
export {
  lateShellProblem,
  makeContact,
  maxSessionsHint,
  openHostShell,
  shellProblem,
  type Contact,
} from './contact.ts';
export { shellThroughHost } from './shell-through-host.ts';
export {
  openShell,
  type LineListener,
  type Listening,
  type OwnShellChannel,
  type ShellChannel,
  type ShellEnd,
} from './shell-channel.ts';
export { openFollow, type FollowChannel } from './follow-channel.ts';
export { followFile, readFileRest, type FileEvents, type FilePlace } from './file-stream.ts';
export { isSendable, parseRequestLine } from './request-line.ts';
export { containerShell, hostShell, shellScript } from './shell-script.ts';
export {
  earlierLinesCommand,
  followLogCommand,
  hiddenDockersCommand,
  inspectCommand,
  lastLinesCommand,
  preparingCommand,
  listCommand,
  restartsCommand,
  type DockerCommand,
  type Engine,
  type HiddenDocker,
} from './docker-commands.ts';
export {
  lineTime,
  readHiddenDockers,
  readInspect,
  readLastLines,
  readList,
  readLog,
  readRestarts,
  rowsOfCutList,
  type ContainerRow,
  type ContainerState,
  type DockerAnswer,
  type ListedContainer,
} from './docker.ts';
export { eventsCommand, readEvent, type ContainerEvent } from './docker-events.ts';
export { pulseCommand, readPulse, type Pulse } from './pulse.ts';
export {
  candidates,
  chooseContainer,
  evidenceCommand,
  isCandidate,
  isClearlyBetter,
  readEvidence,
  type ContainerChoice,
  type Evidence,
} from './container-choice.ts';
export { hostPath, repositoryOf, type Mount } from './mounts.ts';
export { guestAddresses, type GuestAddress } from './guest-address.ts';
export {
  bootAgain,
  bootTrouble,
  carryInto,
  endingTroubles,
  noBoot,
  readBootLine,
  readBootLog,
  readBootPage,
  reportedBoot,
  type BootState,
} from './boot-phase.ts';
export { noKvm, type BootTrouble } from './boot-troubles.ts';
export { exitMeaning, startErrorHint } from './exit-codes.ts';
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
  printsInto,
  readHost,
  readIdentity,
  readInside,
  readLogs,
  readMachine,
  withLogsOf,
  withLogsOfInside,
  type HostFacts,
  type InsideFacts,
  type LogFile,
  type LogIdentity,
  type MachineFacts,
  type Runner,
} from './surroundings.ts';
export {
  isScreenName,
  readResults,
  readScreens,
  readTextLines,
  resultsCommand,
  screenCommand,
  screensCommand,
  shellPath,
  type FolderAnswer,
  type JobFileLine,
  type ResultLine,
  type FileLine,
} from './result-folder.ts';
export { readJobFiles, type JobFileText } from './job-files.ts';
export { copyFolder, copyFromContainer } from './copy-folder.ts';
export { copyBySftp } from './copy-sftp.ts';
export {
  copyCommand,
  type ArchivedFile,
  type CopyEnd,
  type CopyEvents,
  type CopyRequest,
  type FolderListing,
} from './copy-request.ts';
export { fetchScreen, type ScreenFile } from './screen-file.ts';
export { askPlan, fetchTexts, type FetchedTexts } from './task-texts.ts';
export { section } from './section.ts';
