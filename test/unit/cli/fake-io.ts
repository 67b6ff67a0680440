/** The world of a command, with everything that it prints kept, and a monitor that only remembers what it was told. */
import type { CliIo } from '../../../src/main/cli/io.ts';
import { makeVmConfig, type Config } from '../../../src/main/engine/config/index.ts';

export interface FakeIo {
  readonly io: CliIo;
  readonly out: () => string;
  readonly err: () => string;
  /** Configurations that the monitor was given, in order. */
  readonly configs: readonly Config[];
  /** What was started and closed, in order. */
  readonly steps: readonly string[];
  stop(): void;
}

/** `folder` stands for config, data and home folder; `change` replaces parts of the world. */
export function fakeIo(folder: string, change: Partial<CliIo> = {}): FakeIo {
  const out: string[] = [];
  const err: string[] = [];
  const configs: Config[] = [];
  const steps: string[] = [];
  const controller = new AbortController();
  const io: CliIo = {
    env: {},
    platformDirs: { config: folder, data: folder, home: folder },
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    version: '1.2.3',
    assetsDir: null,
    stop: controller.signal,
    startMonitor: ({ config }) => {
      configs.push(config);
      steps.push('monitor started');
      return Promise.resolve({
        url: `http://127.0.0.1:${String(config.server.port)}`,
        external:
          config.server.external === null
            ? null
            : { url: `https://${config.server.external.host}:8766`, notices: ['Mind the certificate.'] },
        notices: [],
        eventIdAtStart: 'journal-0',
        setupCode: null,
        reconfigure: (next) => {
          configs.push(next);
        },
        close: () => {
          steps.push('monitor closed');
          return Promise.resolve();
        },
      });
    },
    startSimulatedVm: () => {
      steps.push('VM started');
      return Promise.resolve({
        vmConfig: makeVmConfig({ name: 'demo-vm', ssh: { host: '127.0.0.1' } }),
        close: () => {
          steps.push('VM closed');
          return Promise.resolve();
        },
      });
    },
    diagnose: () => Promise.reject(new Error('the doctor is not in')),
    keys: null,
    askPassphrase: () => Promise.resolve(null),
    ...change,
  };
  return {
    io,
    out: () => out.join(''),
    err: () => err.join(''),
    configs,
    steps,
    stop: () => {
      controller.abort();
    },
  };
}
