/**
 * The room that knows HTTP. It serves what the feed tells: the event stream, the newest picture, the history, and the
 * dashboard's files; it decides who may ask and cuts who does not read. It never looks at a VM, and what it has changed is asked for
 * by this machine's own pages, with a code: setting up a VM.
 */
export { contentSecurityPolicy, contentTypeOf, listAssets } from './http/asset-files.ts';
export { addKey, keyFileIn, readKeys, removeKey, type StoredKey } from './access/api-keys.ts';
export type { ExternalSettings } from './access/external-gate.ts';
export { checkExternal } from './http/external-listener.ts';
export type { RunLogView, StatusAnswer } from './routes/answer-schemas.ts';
export type { RunView, TaskView } from './routes/run-schemas.ts';
export type { DoctorRun, RunDoctor } from './routes/doctor-route.ts';
export { askForBenchTray } from './routes/ask-for-benchtray.ts';
export { lookAtPort, PortTaken } from './http/listen.ts';
export type { ConfiguredVm } from './stream/pictures.ts';
export { startServer, type RunningServer, type ServerSettings, type StartOptions } from './server.ts';
export type { ServerLog } from './http/fault-log.ts';
export { createSetupCode, type SetupCode } from './access/setup-code.ts';
