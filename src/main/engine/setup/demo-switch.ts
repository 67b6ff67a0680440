/** The demo within a running BenchTray: a simulated VM that is watched besides what is configured, as long as somebody wants it. */
import type { VmConfig } from '../config/index.ts';
import type { SetupAnswer } from '../../../shared/setup.ts';
import { messageOf } from '../../../shared/message-of.ts';

/** No VM of a configuration can have this name, so that what was recorded of it is never taken for that of a real one. */
export const demoVmName = 'Demo VM';

export type StartDemoVm = () => Promise<{ readonly vmConfig: VmConfig; readonly close: () => Promise<void> }>;

export interface DemoSwitchOptions {
  readonly start: StartDemoVm;
  /** Watches this VM; null: not any more. */
  readonly watch: (vm: VmConfig | null) => void;
  /** Drops what was recorded of it. */
  readonly forget: () => void;
}

export interface DemoSwitch {
  readonly isOn: () => boolean;
  /** Turns come one after another. @returns once it is so */
  turn(on: boolean): Promise<SetupAnswer<{ readonly on: boolean }>>;
  /** Everything ends, and no turn comes any more: nothing is watched by then. */
  end(): Promise<void>;
}

export function createDemoSwitch({ start, watch, forget }: DemoSwitchOptions): DemoSwitch {
  let running: Awaited<ReturnType<StartDemoVm>> | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let isOver = false;

  async function turnNow(on: boolean): Promise<SetupAnswer<{ readonly on: boolean }>> {
    if (isOver)
      return { ok: false, problem: { kind: 'conflict', detail: 'BenchTray is ending.', hint: null } };
    if (on && running === null) {
      try {
        running = await start();
      } catch (error) {
        const reason = messageOf(error);
        const detail = `The simulated VM cannot be started: ${reason}.`;
        return { ok: false, problem: { kind: 'conflict', detail, hint: null } };
      }
      watch({ ...running.vmConfig, name: demoVmName });
    } else if (!on && running !== null) {
      const ended = running;
      running = null;
      watch(null);
      await ended.close();
      forget();
    }
    return { ok: true, value: { on } };
  }

  return {
    isOn: () => running !== null,
    turn(on) {
      const turned = last.then(() => turnNow(on));
      last = turned.catch(() => undefined);
      return turned;
    },
    async end() {
      isOver = true;
      await last;
      if (running === null) return;
      const ended = running;
      running = null;
      await ended.close();
      forget();
    },
  };
}
