/** The bridge between the page and the main process: one frozen object with few verbs, and nothing of Electron behind them. */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type {
  BenchTrayBridge,
  CallChannel,
  CallRequest,
  CallResponse,
  CommandChannel,
  PageCall,
  PageCommand,
} from '../shared/ipc.ts';

/** Put in by the build. */
declare const __BENCHTRAY_VERSION__: string;

const commandChannel: CommandChannel = 'benchtray:command';

function call<Call extends PageCall>(name: Call, ...request: CallRequest<Call>): Promise<CallResponse<Call>> {
  const channel: CallChannel = `benchtray:${name}`;
  return ipcRenderer.invoke(channel, ...request) as Promise<CallResponse<Call>>;
}

const bridge: BenchTrayBridge = {
  platform: process.platform,
  version: __BENCHTRAY_VERSION__,
  serverInfo: () => call('serverInfo'),
  openVnc: (vm) => call('openVnc', vm),
  openExport: (runId, format) => call('openExport', runId, format),
  copyEndpoint: () => call('copyEndpoint'),
  copyText: (text) => call('copyText', text),
  setupCode: () => call('setupCode'),
  chooseKeyFile: () => call('chooseKeyFile'),
  testNotification: () => call('testNotification'),
  loginItem: () => call('loginItem'),
  setLoginItem: (on) => call('setLoginItem', on),
  onCommand(listener) {
    // The event leads to ipcRenderer, which the page must not get hold of.
    const onMessage = (_event: IpcRendererEvent, command: PageCommand): void => {
      listener(command);
    };
    ipcRenderer.on(commandChannel, onMessage);
    // Without its main process there is no window either.
    call('listening').catch(() => undefined);
    return () => {
      ipcRenderer.off(commandChannel, onMessage);
    };
  },
};

contextBridge.exposeInMainWorld('benchtray', Object.freeze(bridge));
