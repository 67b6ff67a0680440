/**
 * The room that knows HTTP. It serves what the feed tells: the event stream, the newest picture, the history, and the
 * dashboard's files; it decides who may ask and cuts who does not read. It never looks at a VM, and what it has changed is asked for
 * by this machine's own pages, with a code: setting up a VM.
 */
export { contentSecurityPolicy, contentTypeOf, listAssets } from './asset-files.ts';
export { addKey, keyFileIn, readKeys, removeKey, type StoredKey } from './api-keys.ts';
export type { ExternalSettings } from './external-gate.ts';
export { checkExternal } from './external-listener.ts';
export type { DoctorRun, RunDoctor } from './doctor-route.ts';
export { askForBenchTray } from './health-route.ts';
export { PortTaken } from './listen.ts';
export { lookAtPort } from './port-look.ts';
export type { ConfiguredVm } from './pictures.ts';
export { startServer, type RunningServer, type ServerSettings, type StartOptions } from './server.ts';
export type { ServerLog } from './server-log.ts';
export { createSetupCode, type SetupCode } from './setup-code.ts';
